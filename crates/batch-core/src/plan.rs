use std::time::Duration;

use crate::backoff::FOREVER;
use crate::buffer::KeyHasher;
use crate::{
    Backoff, ConfigError, Duplicates, ENTRY_OVERHEAD_BYTES, LimitPolicy, Linger, OnAmbiguous, Order, Rate,
    Settings,
};

/// The size of an entry, beside its heap, that [`ENTRY_OVERHEAD_BYTES`] covers.
const COVERED_BYTES: usize = 192;

/// The settings of a writer, completed by defaults and checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) limits: LimitPolicy,
    pub(crate) threshold_bytes: usize,
    pub(crate) threshold_entries: usize,
    pub(crate) max_bytes: usize,
    pub(crate) max_entries: usize,
    /// How long the service deduplicates an entry, if it does.
    pub(crate) memory: Option<Duration>,
    pub(crate) in_flight: (usize, usize),
    /// The rate that the user chose, or that of the service as it was at first.
    pub(crate) rate: Option<Rate>,
    /// Whether the service is asked for its rate again.
    pub(crate) follows_rate: bool,
    pub(crate) rules: Rules,
    /// The memory that an entry is charged in addition to its heap.
    pub(crate) overhead_bytes: usize,
    /// How keys are hashed in the one buffer of this plan.
    pub(crate) keys: KeyHasher,
}

/// The rules for single entries and their failures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) on_ambiguous: OnAmbiguous,
    pub(crate) attempt_timeout: Duration,
    pub(crate) backoff: Backoff,
    pub(crate) delivery_deadline: Duration,
    pub(crate) duplicates: Duplicates,
    pub(crate) linger: Linger,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) order: Order,
}

/// The buffer numbers its entries with 32 bits.
pub(crate) const MOST_ENTRIES: usize = (u32::MAX - 1) as usize;

const DEADLINE: &str = "Settings::delivery_deadline";
const LINGER: &str = "Settings::linger";
const TIMEOUT: &str = "Settings::attempt_timeout";

impl Plan {
    /// The memory that an entry of this size is charged in addition to its heap. Collections of entries grow
    /// by doubling.
    pub(crate) fn overhead_bytes(size: usize) -> usize {
        ENTRY_OVERHEAD_BYTES + 2 * size.saturating_sub(COVERED_BYTES)
    }

    /// Whether entries of one identity are merged while they wait.
    #[inline]
    pub(crate) fn merges(&self) -> bool {
        self.rules.duplicates == Duplicates::Merge
    }

    /// Whether entries had better wait for others, which are merged with them or share their carriers: a request's
    /// worth of them is no reason to go.
    fn gathers(&self) -> bool {
        self.merges() || self.limits.carrier_bytes().is_some()
    }

    /// The entries that a request may have.
    fn most_entries(&self) -> usize {
        self.limits.carrier_bytes().map_or(self.limits.entries(), |_| usize::MAX)
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let Self { limits, rules, in_flight: (start, max), .. } = self;
        for (setting, is_zero) in [
            ("Settings::threshold_entries", self.threshold_entries == 0),
            ("Settings::threshold_bytes", self.threshold_bytes == 0),
            ("Settings::max_entries", self.max_entries == 0),
            ("Settings::in_flight at the start", *start == 0),
            ("Settings::rate", self.rate.is_some_and(|rate| rate.per_second == 0)),
            ("Settings::max_attempts", rules.max_attempts == Some(0)),
            (DEADLINE, rules.delivery_deadline.is_zero()), // it bounds the timeout that is not set
            (TIMEOUT, rules.attempt_timeout.is_zero()),
        ] {
            if is_zero {
                return Err(ConfigError::Zero { setting });
            }
        }
        for (setting, value, limit) in [
            ("Settings::threshold_entries", self.threshold_entries, self.most_entries()),
            ("Settings::threshold_bytes", self.threshold_bytes, limits.payload_bytes()),
        ] {
            let is_none = self.gathers() && value == usize::MAX;
            at_most(setting, value, if is_none { value } else { limit })?;
        }
        at_most("Settings::in_flight at the start", *start, *max)?;
        let needed = self.largest_charge();
        if self.max_bytes < needed {
            return Err(ConfigError::BelowNeed {
                setting: "Settings::max_bytes",
                value: self.max_bytes,
                needed,
                why: "the memory of one entry of the maximum size",
            });
        }
        self.check_times()
    }

    /// The charge of the largest entry, if it occupies as many bytes as it counts.
    pub(crate) fn largest_charge(&self) -> usize {
        self.charge(self.limits.entry_bytes().min(self.limits.payload_bytes()))
    }

    /// The charge of an entry that occupies this many bytes on the heap.
    pub(crate) fn charge(&self, heap_bytes: usize) -> usize {
        heap_bytes.saturating_add(self.overhead_bytes)
    }

    /// Checks that a partial batch can be sent before the deadline of its entries, and that an idle writer waits
    /// no longer than a busy one.
    fn check_linger(&self) -> Result<(), ConfigError> {
        let Rules { delivery_deadline, linger, .. } = self.rules;
        let (idle, longest) = (linger.idle(), linger.longest());
        if longest >= delivery_deadline && delivery_deadline < FOREVER {
            return Err(ConfigError::TooLong {
                setting: LINGER,
                value: longest,
                other: DEADLINE,
                limit: delivery_deadline,
                why: "the entries of a partial batch would be handed back unsent; set a shorter linger or a longer \
                      deadline",
            });
        }
        if idle > longest {
            return Err(ConfigError::TooLong {
                setting: "Settings::linger: `idle`",
                value: idle,
                other: "`longest`",
                limit: longest,
                why: "a partial batch would wait longer for company while no request is in flight than while one \
                      is; set a shorter `idle` or a longer `longest`",
            });
        }
        Ok(())
    }

    /// Checks that an entry can be sent, and its attempt can end, before its deadline.
    fn check_times(&self) -> Result<(), ConfigError> {
        let Rules { on_ambiguous, attempt_timeout, delivery_deadline, .. } = self.rules;
        self.check_linger()?;
        if attempt_timeout > delivery_deadline {
            return Err(ConfigError::TooLong {
                setting: TIMEOUT,
                value: attempt_timeout,
                other: DEADLINE,
                limit: delivery_deadline,
                why: "a single request without a response could use up all the time of its entries; set a shorter \
                      timeout or a longer deadline",
            });
        }
        match self.memory {
            Some(memory) if attempt_timeout >= memory && on_ambiguous == OnAmbiguous::Retry => {
                Err(ConfigError::TooLong {
                    setting: TIMEOUT,
                    value: attempt_timeout,
                    other: "the time for which the service remembers an entry",
                    limit: memory,
                    why: "an entry whose response was lost could never be sent again; set a shorter timeout, or \
                          `OnAmbiguous::HandBack`",
                })
            }
            _ => Ok(()),
        }
    }
}

impl Rules {
    /// How much sooner a partial batch is sent while no request is in flight, whether it waits for its first
    /// attempt or, with what failed, for company.
    #[inline]
    pub(crate) fn idle_head_start(&self) -> Duration {
        self.linger.longest().saturating_sub(self.linger.idle())
    }
}

impl Settings {
    /// Completes and checks the settings for a service with these limits and entries of type `E`.
    pub(crate) fn plan<E>(&self, limits: LimitPolicy) -> Result<Plan, ConfigError> {
        let limits = self.lowered(limits)?;
        let mut plan = Plan {
            threshold_bytes: self.threshold_bytes.unwrap_or(limits.payload_bytes()),
            threshold_entries: self.threshold_entries.unwrap_or(limits.entries()),
            max_bytes: self.max_bytes.unwrap_or(64 << 20),
            max_entries: self.max_entries.unwrap_or(10_000).min(MOST_ENTRIES),
            memory: self.remembered_for.map(|memory| memory.min(FOREVER)),
            in_flight: self.in_flight.unwrap_or((8, 64)),
            rate: self.rate,
            follows_rate: false,
            rules: self.rules(),
            overhead_bytes: Plan::overhead_bytes(size_of::<E>()),
            keys: KeyHasher::new(),
            limits,
        };
        if plan.gathers() {
            plan.threshold_bytes = self.threshold_bytes.unwrap_or(usize::MAX);
            plan.threshold_entries = self.threshold_entries.unwrap_or(usize::MAX);
        }
        plan.check()?;
        Ok(plan)
    }

    fn rules(&self) -> Rules {
        let delivery_deadline = self.delivery_deadline.unwrap_or(Duration::from_secs(120)).min(FOREVER);
        let attempt_timeout = self.attempt_timeout.unwrap_or(Duration::from_secs(10).min(delivery_deadline));
        let linger = self.linger.unwrap_or_else(|| Linger::default().at_most(delivery_deadline / 2));
        Rules {
            on_ambiguous: self.on_ambiguous.unwrap_or_default(),
            attempt_timeout: attempt_timeout.min(FOREVER),
            backoff: self.backoff.unwrap_or_default(),
            delivery_deadline,
            duplicates: self.duplicates.unwrap_or(Duplicates::KeepFirst),
            linger: linger.at_most(FOREVER),
            max_attempts: self.max_attempts,
            order: self.order.unwrap_or(Order::Relaxed),
        }
    }

    fn lowered(&self, mut limits: LimitPolicy) -> Result<LimitPolicy, ConfigError> {
        if let Some(entries) = self.max_batch_entries {
            limits =
                limits.lower_entries(entries).map_err(|error| error.about("Settings::max_batch_entries"))?;
        }
        if let Some(bytes) = self.max_batch_bytes {
            let lowered = limits.lower_request_bytes(bytes);
            limits = lowered.map_err(|error| error.about("Settings::max_batch_bytes"))?;
        }
        Ok(limits)
    }
}

fn at_most(setting: &'static str, value: usize, limit: usize) -> Result<(), ConfigError> {
    if value > limit {
        return Err(ConfigError::AboveLimit { setting, value, limit });
    }
    Ok(())
}
