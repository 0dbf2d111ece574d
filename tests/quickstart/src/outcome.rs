use std::collections::BTreeMap;
use std::time::Duration;

use batchwright::{Cause, Sent, Stats, UnprocessedItem};

use crate::billed::Billed;

/// What was sent to a destination, and what became of it.
pub(crate) struct Outcome {
    /// By the number of the line.
    pub(crate) fates: BTreeMap<usize, Fate>,
    pub(crate) stats: Stats,
    pub(crate) time: Duration,
    pub(crate) billed: Vec<Billed>,
}

/// What became of a line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Fate {
    Delivered {
        maybe_duplicate: bool,
    },
    HandedBack {
        cause: String,
        maybe_delivered: bool,
    },
    /// It has nothing for this destination.
    Skipped,
    /// A later line took its place.
    Superseded {
        maybe_delivered: bool,
    },
}

/// What reading a destination back showed.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// Lines that it held twice, and may have.
    pub(crate) doubled: usize,
    /// What must not be.
    pub(crate) faults: Vec<String>,
    /// Lines of a station that came after a later one of it.
    pub(crate) reordered: usize,
}

impl Fate {
    /// What the answer of a receipt says.
    pub(crate) fn of<R, E>(answer: Result<Sent<R>, UnprocessedItem<E>>) -> Self {
        match answer {
            Ok(sent) if sent.is_superseded() => Self::Superseded { maybe_delivered: sent.maybe_duplicate },
            Ok(sent) => Self::Delivered { maybe_duplicate: sent.maybe_duplicate },
            Err(item) => {
                Self::HandedBack { cause: reason(&item.cause), maybe_delivered: item.maybe_delivered }
            }
        }
    }

    /// A line that the writer did not take.
    pub(crate) fn refused(cause: impl ToString) -> Self {
        Self::HandedBack { cause: cause.to_string(), maybe_delivered: false }
    }
}

impl Outcome {
    /// Every line has its answer, and no other one has.
    pub(crate) fn check_answers<'a>(&self, lines: impl Iterator<Item = &'a usize>) -> Vec<String> {
        let unanswered = lines.filter(|number| !self.fates.contains_key(number));
        unanswered.map(|number| format!("line {number} has no answer")).collect()
    }

    /// How many lines were meant for this destination.
    pub(crate) fn entries(&self) -> usize {
        self.fates.len() - self.skipped()
    }

    /// How many lines had nothing for this destination.
    pub(crate) fn skipped(&self) -> usize {
        self.fates.values().filter(|fate| **fate == Fate::Skipped).count()
    }
}

/// The cause and the failure behind it.
fn reason(cause: &Cause) -> String {
    match cause.failure() {
        Some(failure) => format!("{cause}: {failure}"),
        None => cause.to_string(),
    }
}
