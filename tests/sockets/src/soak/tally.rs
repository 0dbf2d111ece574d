//! The answers to all entries.

use std::collections::BTreeMap;
use std::time::Duration;

use batch_core::{Cause, Sent, UnprocessedItem};
use tokio::time::Instant;

use super::arguments::{DELIVERY_DEADLINE, MAX_ATTEMPTS};
use super::histogram::Histogram;

/// What was answered so far.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) answers: Answers,
    /// Entries that were not accepted, since the writer was shut down.
    pub(super) refused: u64,
    /// From submit to answer, since somebody looked.
    pub(super) latencies: Histogram,
    /// Why entries were handed back, and how many.
    pub(super) causes: BTreeMap<String, u64>,
    /// What no answer may be.
    pub(super) faults: Vec<String>,
    /// Whether entries may be withdrawn, because the end has come.
    pub(super) is_ending: bool,
    pub(super) backlog: Option<Backlog>,
}

/// Answers, by what they say.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Answers {
    pub(super) delivered: u64,
    pub(super) superseded: u64,
    pub(super) handed_back: u64,
    /// How many copies the service may have taken beyond one of each that was delivered.
    pub(super) copies: u64,
}

/// The entries that had no answer when an outage was over, and as many deliveries to make up for them. Not every one of
/// these entries: one that fails again, as a few do while all is well, waits out its backoff and says nothing of the
/// pace.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backlog {
    pub(super) size: u64,
    left: u64,
    pub(super) began: Instant,
    /// When the first delivery was made.
    pub(super) noticed: Option<Instant>,
    /// When the last delivery was made.
    pub(super) drained: Option<Instant>,
}

impl Tally {
    pub(super) fn new() -> Self {
        Self {
            answers: Answers::default(),
            refused: 0,
            latencies: Histogram::new(),
            causes: BTreeMap::new(),
            faults: Vec::new(),
            is_ending: false,
            backlog: None,
        }
    }

    /// Enters the answer to entry `number`, which was submitted so long ago.
    pub(super) fn enter<R, E>(
        &mut self,
        number: u64,
        latency: Duration,
        answer: Result<Sent<R>, UnprocessedItem<E>>,
        now: Instant,
    ) {
        self.latencies.record(latency);
        match answer {
            Ok(sent) if sent.is_superseded() => self.answers.superseded += 1,
            Ok(sent) => {
                self.answers.delivered += 1;
                self.answers.copies += if sent.maybe_duplicate { u64::from(sent.attempts) - 1 } else { 0 };
                if let Some(backlog) = &mut self.backlog {
                    backlog.deliver(now);
                }
            }
            Err(item) => self.hand_back(number, &item),
        }
    }

    /// Notes that the service is back, when so many entries were submitted.
    pub(super) fn await_backlog(&mut self, submitted: u64, now: Instant) {
        let left = submitted - self.answers.all() - self.refused;
        let drained = (left == 0).then_some(now);
        self.backlog = Some(Backlog { size: left, left, began: now, noticed: drained, drained });
    }

    fn hand_back<E>(&mut self, number: u64, item: &UnprocessedItem<E>) {
        self.answers.handed_back += 1;
        self.answers.copies += if item.maybe_delivered { u64::from(item.attempts) } else { 0 };
        *self.causes.entry(reason(&item.cause)).or_default() += 1;
        let is_true = match item.cause {
            Cause::DeadlineExceeded(_) => item.age >= DELIVERY_DEADLINE,
            Cause::RetriesExhausted(_) => item.attempts >= MAX_ATTEMPTS,
            Cause::Withdrawn(_) => self.is_ending,
            // The server refuses nothing for good.
            _ => false,
        };
        if !is_true {
            self.faults.push(format!("entry {number} has no cause to come back: {item:#}"));
        }
    }
}

impl Answers {
    pub(super) fn all(&self) -> u64 {
        self.delivered + self.superseded + self.handed_back
    }
}

impl Backlog {
    fn deliver(&mut self, now: Instant) {
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        self.noticed.get_or_insert(now);
        if self.left == 0 {
            self.drained = Some(now);
        }
    }
}

/// The cause and the code of the failure behind it.
fn reason(cause: &Cause) -> String {
    match cause.failure() {
        Some(failure) => format!("{cause}: {}", failure.code()),
        None => cause.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Tally;
    use crate::clock;

    #[tokio::test(start_paused = true)]
    async fn a_backlog_is_drained_by_as_many_deliveries_of_whatever_entries() {
        let mut tally = Tally::new();
        let began = clock::now();
        tally.await_backlog(2, began);
        for second in 1..=3 {
            let now = began + Duration::from_secs(second);
            tally.backlog.as_mut().unwrap().deliver(now);
        }
        let backlog = tally.backlog.unwrap();
        assert_eq!(backlog.noticed, Some(began + Duration::from_secs(1)));
        assert_eq!(backlog.drained, Some(began + Duration::from_secs(2)));
    }
}
