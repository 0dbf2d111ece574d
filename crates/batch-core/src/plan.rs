use std::time::Duration;

use crate::buffer::KeyHasher;
use crate::{Ambiguous, Backoff, ConfigError, Duplicates, ENTRY_OVERHEAD_BYTES, LimitPolicy, Linger, Order};

/// The size of an entry, beside its heap, that [`ENTRY_OVERHEAD_BYTES`] covers.
const COVERED_BYTES: usize = 192;

/// The settings, complete and coherent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) limits: LimitPolicy,
    pub(crate) threshold_bytes: usize,
    pub(crate) threshold_entries: usize,
    pub(crate) max_bytes: usize,
    pub(crate) max_entries: usize,
    pub(crate) in_flight: (usize, usize),
    pub(crate) rules: Rules,
    /// What an entry is charged beside its heap.
    pub(crate) overhead_bytes: usize,
    /// How keys are hashed in the one buffer of this plan.
    pub(crate) keys: KeyHasher,
}

/// What decides on single entries and failures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) ambiguous: Ambiguous,
    pub(crate) attempt_timeout: Duration,
    pub(crate) backoff: Backoff,
    pub(crate) delivery_deadline: Duration,
    pub(crate) duplicates: Duplicates,
    pub(crate) linger: Linger,
    pub(crate) max_attempts: u32,
    pub(crate) order: Order,
}

impl Plan {
    /// What an entry of this size is charged beside its heap. What holds entries grows by doubling.
    pub(crate) fn overhead_bytes(size: usize) -> usize {
        ENTRY_OVERHEAD_BYTES + 2 * size.saturating_sub(COVERED_BYTES)
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        for (setting, value) in [
            ("threshold in entries", self.threshold_entries),
            ("threshold in bytes", self.threshold_bytes),
            ("most entries inside", self.max_entries),
            ("requests in flight at the start", self.in_flight.0),
            ("attempts of an entry", self.rules.max_attempts as usize),
            ("attempt timeout", self.rules.attempt_timeout.as_nanos().try_into().unwrap_or(usize::MAX)),
        ] {
            if value == 0 {
                return Err(ConfigError::Zero { setting });
            }
        }
        at_most("threshold in entries", self.threshold_entries, self.limits.entries())?;
        at_most("threshold in bytes", self.threshold_bytes, self.limits.payload_bytes())?;
        at_most("requests in flight at the start", self.in_flight.0, self.in_flight.1)?;
        let largest = self.limits.entry_bytes().min(self.limits.payload_bytes());
        let needed = largest.saturating_add(self.overhead_bytes);
        if self.max_bytes < needed {
            return Err(ConfigError::BelowNeed {
                setting: "most bytes inside",
                value: self.max_bytes,
                needed,
                why: "one largest entry needs",
            });
        }
        Ok(())
    }
}

fn at_most(setting: &'static str, value: usize, limit: usize) -> Result<(), ConfigError> {
    if value > limit {
        return Err(ConfigError::AboveLimit { setting, value, limit });
    }
    Ok(())
}
