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

/// The entries that had no answer when an outage was over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backlog {
    /// All have lower numbers.
    below: u64,
    pub(super) size: u64,
    left: u64,
    pub(super) began: Instant,
    /// When the first one was delivered.
    pub(super) noticed: Option<Instant>,
    /// When the last one was answered.
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
        let is_delivered = match answer {
            Ok(sent) if sent.is_superseded() => {
                self.answers.superseded += 1;
                false
            }
            Ok(sent) => {
                self.answers.delivered += 1;
                self.answers.copies += if sent.maybe_doubled { u64::from(sent.attempts) - 1 } else { 0 };
                true
            }
            Err(item) => {
                self.hand_back(number, &item);
                false
            }
        };
        if let Some(backlog) = &mut self.backlog {
            backlog.answer(number, is_delivered, now);
        }
    }

    /// Notes that the service is back, when so many entries were submitted.
    pub(super) fn await_backlog(&mut self, submitted: u64, now: Instant) {
        let left = submitted - self.answers.all() - self.refused;
        let drained = (left == 0).then_some(now);
        self.backlog =
            Some(Backlog { below: submitted, size: left, left, began: now, noticed: drained, drained });
    }

    fn hand_back<E>(&mut self, number: u64, item: &UnprocessedItem<E>) {
        self.answers.handed_back += 1;
        self.answers.copies += if item.maybe_delivered { u64::from(item.attempts) } else { 0 };
        *self.causes.entry(item.cause.to_string()).or_default() += 1;
        let is_true = match item.cause {
            Cause::DeadlineExceeded(_) => item.age >= DELIVERY_DEADLINE,
            Cause::RetriesExhausted(_) => item.attempts >= MAX_ATTEMPTS,
            Cause::Withdrawn(_) => self.is_ending,
            // The server refuses nothing for good.
            _ => false,
        };
        if !is_true {
            self.faults.push(format!("entry {number} has no cause to come back: {item}"));
        }
    }
}

impl Answers {
    pub(super) fn all(&self) -> u64 {
        self.delivered + self.superseded + self.handed_back
    }
}

impl Backlog {
    fn answer(&mut self, number: u64, is_delivered: bool, now: Instant) {
        if number >= self.below || self.left == 0 {
            return;
        }
        self.left -= 1;
        if is_delivered {
            self.noticed.get_or_insert(now);
        }
        if self.left == 0 {
            self.drained = Some(now);
        }
    }
}
