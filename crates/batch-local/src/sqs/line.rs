use std::collections::BTreeSet;

use super::groups::Groups;

/// The visible messages of a queue, by number, in the order of receiving.
#[derive(Debug)]
pub(super) enum Line {
    /// A FIFO queue: groups that are locked while one of their messages is in flight.
    Groups(Groups),
    /// A standard queue: whatever is oldest.
    Oldest(BTreeSet<u64>),
}

impl Line {
    pub(super) fn new(fifo: bool) -> Self {
        if fifo { Self::Groups(Groups::default()) } else { Self::Oldest(BTreeSet::new()) }
    }

    /// A message becomes visible, or visible again.
    pub(super) fn join(&mut self, number: u64, group: Option<&str>) {
        match self {
            Self::Groups(groups) => groups.join(number, group.unwrap_or_default()),
            Self::Oldest(line) => {
                line.insert(number);
            }
        }
    }

    /// A message is no longer in flight.
    pub(super) fn leave(&mut self, group: Option<&str>) {
        if let Self::Groups(groups) = self {
            groups.unlock(group.unwrap_or_default());
        }
    }

    /// A visible message is gone.
    pub(super) fn remove(&mut self, number: u64, group: Option<&str>) {
        match self {
            Self::Groups(groups) => groups.remove(number, group.unwrap_or_default()),
            Self::Oldest(line) => {
                line.remove(&number);
            }
        }
    }

    /// Up to `most` messages; they are in flight from now on.
    pub(super) fn take(&mut self, most: usize) -> Vec<u64> {
        match self {
            Self::Groups(groups) => groups.take(most),
            Self::Oldest(line) => (0..most).map_while(|_| line.pop_first()).collect(),
        }
    }

    pub(super) fn clear(&mut self) {
        match self {
            Self::Groups(groups) => *groups = Groups::default(),
            Self::Oldest(line) => line.clear(),
        }
    }
}
