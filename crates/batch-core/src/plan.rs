use std::time::Duration;

use crate::buffer::KeyHasher;
use crate::{Ambiguous, Backoff, ConfigError, Duplicates, ENTRY_OVERHEAD_BYTES, LimitPolicy, Linger, Order};

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
        let needed = largest + ENTRY_OVERHEAD_BYTES;
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
