//! How much a service remembers.

use crate::refusal::Refusal;

/// What everything that a service took and did not forget weighs, in bytes.
#[derive(Debug)]
pub(crate) struct Memory {
    keeps: bool,
    capacity: usize,
    remembered: usize,
}

impl Memory {
    /// Room for so many bytes; nothing is remembered at all unless it `keeps`.
    pub(crate) fn new(keeps: bool, capacity: usize) -> Self {
        Self { keeps, capacity, remembered: 0 }
    }

    /// Refuses that many bytes if they are too much to remember.
    pub(crate) fn check_room(&self, bytes: usize) -> Result<(), Refusal> {
        let needed = self.remembered.saturating_add(bytes);
        if !self.keeps || needed <= self.capacity {
            return Ok(());
        }
        let capacity = self.capacity;
        Err(Refusal::unavailable(format!(
            "this local server would hold {needed} bytes, above its capacity of {capacity}; raise it with `LocalServerBuilder::capacity`, or delete queues, streams or tables"
        )))
    }

    pub(crate) fn remember(&mut self, bytes: usize) {
        self.remembered = self.remembered.saturating_add(bytes);
    }

    pub(crate) fn forget(&mut self, bytes: usize) {
        self.remembered = self.remembered.saturating_sub(bytes);
    }

    /// Whether anything is remembered.
    pub(crate) fn keeps(&self) -> bool {
        self.keeps
    }
}

/// What an entry of that many bytes weighs.
pub(crate) fn weight(bytes: usize) -> usize {
    bytes.saturating_add(OVERHEAD)
}

/// The ids, digests and places in lists of an entry, roughly.
const OVERHEAD: usize = 512;
