use std::collections::BTreeSet;
use std::time::Instant;

use super::lines::LineId;

/// Whose turn it is among the lines that are ready, and when the next one is due.
///
/// Lines go in the order in which they are due, but an entry that failed goes where it was before:
/// else all that a busy service throttles would queue up anew, behind everything that came after it.
/// What is throttled on its own account, like the records of one full shard, does queue up anew, and
/// holds no other back.
pub(super) struct Turns {
    /// Lines that go when they are due.
    in_time: BTreeSet<(Instant, LineId)>,
    /// Lines that go before they would be due.
    returned: BTreeSet<(Instant, LineId)>,
    /// The same lines, by when they are due.
    returned_due: BTreeSet<(Instant, LineId)>,
}

/// Where a ready line stands.
#[derive(Clone, Copy)]
pub(super) enum Turn {
    /// It goes when it is due.
    InTime(Instant),
    /// Its first entry failed and has rested.
    Returned {
        /// When it was due before it failed.
        turn: Instant,
        /// When it is due now.
        due: Instant,
    },
}

impl Turns {
    pub(super) fn new() -> Self {
        Self { in_time: BTreeSet::new(), returned: BTreeSet::new(), returned_due: BTreeSet::new() }
    }

    pub(super) fn insert(&mut self, line: LineId, turn: Turn) {
        match turn {
            Turn::InTime(turn) => {
                self.in_time.insert((turn, line));
            }
            Turn::Returned { turn, due } => {
                self.returned.insert((turn, line));
                self.returned_due.insert((due, line));
            }
        }
    }

    pub(super) fn remove(&mut self, line: LineId, turn: Turn) {
        match turn {
            Turn::InTime(turn) => {
                self.in_time.remove(&(turn, line));
            }
            Turn::Returned { turn, due } => {
                self.returned.remove(&(turn, line));
                self.returned_due.remove(&(due, line));
            }
        }
    }

    /// The line whose turn it is, and since when it is.
    pub(super) fn first(&self) -> Option<(Instant, LineId)> {
        self.in_time.first().into_iter().chain(self.returned.first()).min().copied()
    }

    /// When the first line is due.
    pub(super) fn due(&self) -> Option<Instant> {
        self.in_time.first().into_iter().chain(self.returned_due.first()).min().map(|&(due, _)| due)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "any instant will do as the origin")]
    fn who_returned_goes_where_it_was_and_who_is_due_first_says_when() {
        let origin = Instant::now();
        let at = |millis| origin + Duration::from_millis(millis);
        let mut turns = Turns::new();
        assert_eq!((turns.first(), turns.due()), (None, None));
        let returned = Turn::Returned { turn: at(10), due: at(90) };
        turns.insert(2, returned);
        assert_eq!((turns.first(), turns.due()), (Some((at(10), 2)), Some(at(90))));
        turns.insert(3, Turn::InTime(at(50)));
        assert_eq!((turns.first(), turns.due()), (Some((at(10), 2)), Some(at(50))));
        turns.insert(4, Turn::InTime(at(5)));
        assert_eq!((turns.first(), turns.due()), (Some((at(5), 4)), Some(at(5))));
        turns.remove(4, Turn::InTime(at(5)));
        turns.remove(2, returned);
        assert_eq!((turns.first(), turns.due()), (Some((at(50), 3)), Some(at(50))));
    }
}
