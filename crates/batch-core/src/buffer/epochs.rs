use std::collections::VecDeque;

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
    /// The number of the first epoch in `open`.
    first: u64,
    /// Unanswered entries by epoch; the last one is the current epoch.
    open: VecDeque<usize>,
    /// Whether the current epoch has had any entry, answered meanwhile or not.
    is_used: bool,
}

impl Epochs {
    pub(super) fn new() -> Self {
        Self { first: 1, open: VecDeque::from([0]), is_used: false }
    }

    /// Counts one more entry of the current epoch.
    #[inline]
    pub(super) fn enter(&mut self) -> u64 {
        let last = self.open.len() - 1;
        self.open[last] += 1;
        self.is_used = true;
        self.current()
    }

    /// Counts one more entry of an epoch that has some.
    pub(super) fn enter_again(&mut self, epoch: u64) {
        let index = self.index(epoch);
        self.open[index] += 1;
    }

    /// Counts one answered entry of that epoch.
    #[inline]
    pub(super) fn leave(&mut self, epoch: u64) {
        let index = self.index(epoch);
        self.open[index] -= 1;
        self.drop_finished();
    }

    /// Ends the current epoch.
    pub(super) fn close(&mut self) -> Watermark {
        if self.is_used {
            self.open.push_back(0);
            self.is_used = false;
            self.drop_finished();
        }
        Watermark(self.current() - 1)
    }

    /// Whether everything before the watermark is answered.
    pub(super) fn passed(&self, watermark: Watermark) -> bool {
        self.first > watermark.0
    }

    /// How many entries before the watermark are not answered.
    pub(super) fn unanswered(&self, watermark: Watermark) -> usize {
        let covered = (watermark.0 + 1).saturating_sub(self.first);
        self.open.iter().take(usize::try_from(covered).unwrap_or(usize::MAX)).sum()
    }

    fn current(&self) -> u64 {
        self.first + self.open.len() as u64 - 1
    }

    #[inline]
    fn index(&self, epoch: u64) -> usize {
        usize::try_from(epoch - self.first).expect("fewer epochs are open than entries are inside")
    }

    #[inline]
    fn drop_finished(&mut self) {
        while self.open.len() > 1 && self.open[0] == 0 {
            self.open.pop_front();
            self.first += 1;
        }
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
        assert_eq!(epochs.open.len(), 2);
    }
}
