use std::collections::BTreeMap;

/// A point in the sequence of accepted entries: everything accepted before the flush that made it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Watermark(pub(super) u64);

impl Watermark {
    pub(super) const EVERYTHING: Self = Self(u64::MAX - 1);

    /// Whether an entry of that epoch was accepted before this point.
    pub(crate) fn covers(self, epoch: u64) -> bool {
        epoch <= self.0
    }

    /// The first epoch that it does not cover.
    pub(crate) fn end(self) -> u64 {
        self.0 + 1
    }
}

/// Counts the unanswered entries between two flushes, so that a flush knows when it is done
/// without looking at any entry.
pub(super) struct Epochs {
    current: u64,
    /// Unanswered entries of the current epoch.
    entered: usize,
    /// Unanswered entries of each earlier epoch that has any: as many epochs as entries at most, however
    /// often an entry that takes long is flushed.
    closed: BTreeMap<u64, usize>,
    /// Whether the current epoch has had any entry, answered meanwhile or not.
    is_used: bool,
}

impl Epochs {
    pub(super) fn new() -> Self {
        Self { current: 1, entered: 0, closed: BTreeMap::new(), is_used: false }
    }

    /// Counts one more entry of the current epoch.
    #[inline]
    pub(super) fn enter(&mut self) -> u64 {
        self.entered += 1;
        self.is_used = true;
        self.current
    }

    /// Counts one more entry of an epoch that has some.
    pub(super) fn enter_again(&mut self, epoch: u64) {
        if epoch == self.current {
            self.entered += 1;
        } else {
            *self.closed.entry(epoch).or_default() += 1;
        }
    }

    /// Counts one answered entry of that epoch.
    #[inline]
    pub(super) fn leave(&mut self, epoch: u64) {
        if epoch == self.current {
            self.entered -= 1;
        } else if let Some(entered) = self.closed.get_mut(&epoch) {
            *entered -= 1;
            if *entered == 0 {
                self.closed.remove(&epoch);
            }
        }
    }

    /// Ends the current epoch.
    pub(super) fn close(&mut self) -> Watermark {
        if self.is_used {
            if self.entered > 0 {
                self.closed.insert(self.current, self.entered);
            }
            self.current += 1;
            self.entered = 0;
            self.is_used = false;
        }
        Watermark(self.current - 1)
    }

    /// Whether everything before the watermark is answered.
    pub(super) fn passed(&self, watermark: Watermark) -> bool {
        self.closed.first_key_value().is_none_or(|(&epoch, _)| !watermark.covers(epoch))
    }

    /// How many entries before the watermark are not answered.
    pub(super) fn unanswered(&self, watermark: Watermark) -> usize {
        let closed = self.closed.iter().take_while(|&(&epoch, _)| watermark.covers(epoch));
        let current = if watermark.covers(self.current) { self.entered } else { 0 };
        closed.map(|(_, entered)| entered).sum::<usize>() + current
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watermark_is_passed_when_all_before_it_left() {
        let mut epochs = Epochs::new();
        let first = epochs.enter();
        let watermark = epochs.close();
        let second = epochs.enter();
        assert_eq!(epochs.unanswered(watermark), 1);
        assert!(!epochs.passed(watermark));
        epochs.leave(second);
        assert!(!epochs.passed(watermark), "a later entry does not count");
        epochs.leave(first);
        assert!(epochs.passed(watermark));
        assert_eq!(epochs.unanswered(watermark), 0);
    }

    #[test]
    fn a_watermark_covers_what_was_answered_before_it() {
        let mut epochs = Epochs::new();
        let answered = epochs.enter();
        epochs.leave(answered);
        let watermark = epochs.close();
        assert!(watermark.covers(answered));
        assert!(epochs.passed(watermark));
        assert!(!watermark.covers(epochs.enter()));
    }

    #[test]
    fn closing_an_epoch_without_entries_opens_no_other() {
        let mut epochs = Epochs::new();
        let none = epochs.close();
        assert!(epochs.passed(none));
        epochs.enter();
        let one = epochs.close();
        let two = epochs.close();
        assert_eq!(one, two);
        assert_eq!(epochs.closed.len(), 1);
    }

    #[test]
    fn an_entry_that_takes_long_keeps_one_epoch_however_often_others_are_flushed() {
        let mut epochs = Epochs::new();
        epochs.enter();
        let slow = epochs.close();
        for _ in 0..1_000 {
            let quick = epochs.enter();
            epochs.close();
            epochs.leave(quick);
        }
        assert_eq!(epochs.closed.len(), 1);
        assert!(!epochs.passed(slow));
    }
}
