//! Laws 2, 7 and 10: one answer for every entry, the true one, to its owner.

use std::time::Duration;

use batch_core::{Cause, Failure};

use super::Checker;
use super::known::{Decided, Known, Owed, Owner};

/// The answer that somebody was given.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// It was handed back.
    Back {
        /// The seal of the entry that came back.
        seal: u64,
        /// Why.
        cause: Cause,
        /// How many requests carried it.
        attempts: u32,
        /// The time from its acceptance to its failure.
        age: Duration,
        /// Whether it may have been delivered.
        maybe_delivered: bool,
    },
    /// It was delivered or superseded.
    Sent {
        /// The number that tells the service's response from others; none when superseded.
        response: Option<u64>,
        /// How many requests carried it.
        attempts: u32,
        /// Whether it may have been delivered before.
        maybe_duplicate: bool,
    },
}

impl Checker {
    /// A receipt was polled and has no answer; a task goes on awaiting it.
    pub(crate) fn receipt_awaited(&mut self, n: u64) {
        self.set_owner(n, Owner::Receipt { awaited: true, polled: true });
    }

    /// A receipt is kept, but no task awaits it any more.
    pub(crate) fn receipt_rests(&mut self, n: u64) {
        self.set_owner(n, Owner::Receipt { awaited: false, polled: true });
    }

    /// A receipt is about to be dropped without having given its answer.
    pub(crate) fn receipt_dropped(&mut self, n: u64) {
        self.note(&[12, n], || format!("the receipt of entry {n} is dropped"));
        self.set_owner(n, Owner::Nobody);
        let Some(decided) = self.decided.get_mut(&n).filter(|decided| !decided.told) else {
            return;
        };
        if decided.owed.is_failure() {
            self.pool.insert((self.scopes.home(decided.known.stamp), n));
            if self.rules.has_handler {
                self.collect(n);
            }
        } else {
            decided.told = true;
        }
        self.tally.untold.remove(&n);
    }

    /// A receipt gave its answer.
    pub(crate) fn receipt_answers(&mut self, n: u64, answer: &Answer) {
        self.note(&[13, n], || format!("the receipt of entry {n} answers {answer:?}"));
        self.decide_if_overdue(n, answer);
        self.decide_if_superseded(n, answer);
        let owned = self.decided.get(&n).is_some_and(|decided| decided.known.owner.is_receipt());
        if self
            .expect(owned, || format!("law 2: entry {n} has no answer yet, but its receipt says {answer:?}"))
        {
            if let Answer::Back { .. } = answer {
                self.collect(n);
            }
            self.tally.untold.remove(&n);
            self.tell(n, answer);
        }
    }

    /// The handler was given a failure.
    pub(crate) fn handler_gets(&mut self, n: u64, answer: &Answer) {
        self.note(&[14, n], || format!("the handler gets entry {n}: {answer:?}"));
        self.take_from_pool(n, answer);
    }

    /// A failure that nobody owns was given to somebody.
    pub(super) fn take_from_pool(&mut self, n: u64, answer: &Answer) {
        self.decide_if_overdue(n, answer);
        let home = self.decided.get(&n).map(|decided| self.scopes.home(decided.known.stamp));
        let pooled = home.is_some_and(|home| self.pool.remove(&(home, n)));
        if self.expect(pooled, || format!("law 2: entry {n} is no failure without an owner, but {answer:?}"))
        {
            if !self.rules.has_handler {
                self.collect(n);
            }
            self.tell(n, answer);
        }
    }

    /// Its answer is decided; nobody has seen it yet.
    pub(super) fn decide(&mut self, n: u64, owed: Owed) {
        let Some(known) = self.entries.remove(n) else {
            return;
        };
        let reasons = self.reasons(&known);
        // A newer one that takes its place comes to the same lane, and a request may carry it on.
        if !matches!(owed, Owed::Superseded | Owed::Withdrawn) {
            self.forget_lane(known.lane);
        }
        self.note(&[21, n], || format!("  entry {n} is decided: {owed:?}"));
        if let Some(isolation) = known.isolation {
            self.isolations[isolation].leave(n, owed);
        }
        self.tally.decide(owed, known.ambiguous);
        let has_receipt = known.owner.is_receipt();
        if owed.is_failure() && (has_receipt || !self.rules.has_handler) {
            self.tally.keep(known.charge);
        }
        if has_receipt {
            self.tally.untold.insert(n);
        } else if owed.is_failure() {
            self.pool.insert((self.scopes.home(known.stamp), n));
        }
        let told = !has_receipt && !owed.is_failure();
        let (at, stopped) = (self.now, self.is_stopped);
        let is_forgotten = self.is_forgotten(&known);
        self.decided.insert(n, Decided { known, owed, at, reasons, is_forgotten, told, stopped });
    }

    /// A failure takes no room any more, unless a request still carries the entry itself.
    pub(super) fn collect(&mut self, n: u64) {
        if let Some(decided) = self.decided.get(&n) {
            self.tally.collect(decided.known.charge);
            self.ghosts.collect(n);
        }
    }

    /// The same, with the failure that it is handed back with.
    pub(super) fn decide_failed(&mut self, n: u64, owed: Owed, failure: &Failure) {
        self.entries.change(n, |known| known.last = Some(failure.clone()));
        self.decide(n, owed);
    }

    /// What waits past its time is handed back at some moment before the next rest: now, it seems.
    pub(super) fn decide_if_overdue(&mut self, n: u64, answer: &Answer) {
        let overdue = |known: &Known| !known.is_in_flight() && self.is_overdue(known);
        if matches!(answer, Answer::Back { .. }) && self.entries.get(n).is_some_and(overdue) {
            if self.is_launched_unseen(n, answer) {
                self.hand_back_unseen(n);
            } else {
                self.decide(n, Owed::Overdue);
            }
        }
    }

    /// An entry whose newer twin could have been gone was superseded by it all the same.
    fn decide_if_superseded(&mut self, n: u64, answer: &Answer) {
        if let Answer::Sent { response: None, .. } = answer
            && let Some(newer) = self.unseen_twins.remove(&n)
        {
            self.supersede(n, newer);
        }
    }

    /// At rest every owner has been told.
    pub(super) fn check_owners_at_rest(&mut self) {
        let is_awaited = |n: &&u64| {
            let owner = self.decided.get(n).map(|decided| decided.known.owner);
            matches!(owner, Some(Owner::Receipt { awaited: true, .. }))
        };
        let waits = self.tally.untold.iter().find(is_awaited).copied();
        self.expect_none(waits, |n| format!("law 2: the receipt of entry {n} is not told its answer"));
        let unhandled = self.pool.first().copied().filter(|_| self.rules.has_handler);
        self.expect_none(unhandled, |(_, n)| format!("law 2: the handler is not given entry {n}"));
    }

    /// Failures that take room, and how many bytes of it.
    pub(super) fn uncollected(&self) -> (usize, usize) {
        self.tally.kept()
    }

    /// Whether a failure is at a receipt that was polled, so that the writer thinks it will be taken.
    pub(super) fn has_awaited_failure(&self) -> bool {
        self.tally.untold.iter().filter_map(|n| self.decided.get(n)).any(|decided| {
            let polled = matches!(decided.known.owner, Owner::Receipt { polled: true, .. });
            polled && decided.owed.is_failure()
        })
    }

    fn set_owner(&mut self, n: u64, owner: Owner) {
        self.entries.change(n, |known| known.owner = owner);
        if let Some(decided) = self.decided.get_mut(&n) {
            decided.known.owner = owner;
        }
    }

    fn tell(&mut self, n: u64, answer: &Answer) {
        let Some(decided) = self.decided.get_mut(&n) else { return };
        let again = std::mem::replace(&mut decided.told, true);
        let complaint = if again { Some("it was told already".to_owned()) } else { decided.lie(answer) };
        if let Some(complaint) = complaint {
            let owed = decided.owed;
            self.fail(format!(
                "law 7: entry {n} is owed {owed:?}, but the answer is {answer:?}: {complaint}"
            ));
        }
    }
}

impl Decided {
    /// What is untrue of an answer.
    fn lie(&self, answer: &Answer) -> Option<String> {
        let Known { sends, ambiguous, seal, accepted, .. } = &self.known;
        match answer {
            Answer::Sent { response, attempts, maybe_duplicate } => {
                let owed = match self.owed {
                    Owed::Delivered(response) => Some(response),
                    Owed::Superseded => None,
                    _ => return Some("it failed".to_owned()),
                };
                differs("response", response, &owed)
                    .or_else(|| differs("attempts", attempts, sends))
                    .or_else(|| differs("ambiguity", maybe_duplicate, ambiguous))
            }
            Answer::Back { seal: returned, cause, attempts, age, maybe_delivered } => {
                // Its last request was launched and did not begin before its runtime ended: nobody saw it.
                let was_launched = self.stopped && self.owed == Owed::Overdue && *attempts == sends + 1;
                if was_launched && *maybe_delivered && matches!(cause, Cause::Withdrawn(_)) {
                    return differs("content (law 10)", returned, seal);
                }
                let lies = differs("content (law 10)", returned, seal)
                    .or_else(|| differs("attempts", attempts, sends))
                    .or_else(|| differs("ambiguity", maybe_delivered, ambiguous))
                    .or_else(|| self.wrong_cause(cause));
                // While a runtime is dropped, the clock is the real one.
                lies.or_else(|| if self.stopped { None } else { differs("age", age, &(self.at - *accepted)) })
            }
        }
    }

    fn wrong_cause(&self, cause: &Cause) -> Option<String> {
        let fits = match cause {
            Cause::Ambiguous(_) if self.owed == Owed::Overdue => self.is_forgotten,
            Cause::Ambiguous(_) => self.owed == Owed::Ambiguous,
            Cause::DeadlineExceeded(_) | Cause::RuntimeStopped(_) if self.owed != Owed::Overdue => false,
            Cause::DeadlineExceeded(_) => true,
            Cause::Fatal(_) => self.owed == Owed::Fatal,
            Cause::Rejected(_) => self.owed == Owed::Rejected,
            Cause::RetriesExhausted(_) => self.owed == Owed::Exhausted,
            Cause::RuntimeStopped(_) => self.stopped,
            Cause::Unisolated(_) => self.owed == Owed::Unisolated,
            Cause::Withdrawn(_) => {
                matches!(self.owed, Owed::Overdue | Owed::Withdrawn) && self.known.is_withdrawn
            }
            _ => false,
        };
        if !fits {
            return Some("the cause is another".to_owned());
        }
        let code = |failure: Option<&Failure>| failure.map(|failure| failure.code().to_owned());
        // It was on its way to the service, where nobody has seen it.
        let never_left = self.stopped && cause.failure().is_some_and(|last| last.code() == "AttemptDropped");
        if never_left {
            return None;
        }
        let (said, last) = (code(cause.failure()), code(self.known.last.as_ref()));
        if last.is_none() && self.owed == Owed::Overdue {
            let is_one = self.reasons.contains(&said);
            return (!is_one).then(|| format!("reason: {said:?}, not one of {:?}", self.reasons));
        }
        differs("last failure", &said, &last)
    }
}

fn differs<T: PartialEq + std::fmt::Debug>(what: &str, said: &T, known: &T) -> Option<String> {
    (said != known).then(|| format!("{what}: {said:?}, not {known:?}"))
}
