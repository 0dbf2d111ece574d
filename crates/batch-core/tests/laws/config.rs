//! Settings small enough that every bound is met often.

use std::time::Duration;

use batch_core::{
    Backoff, Buffer, Duplicates, ENTRY_OVERHEAD_BYTES, LimitPolicy, Linger, OnAmbiguous, Order, Settings,
};
use proptest::prelude::*;

use super::model::{Item, Tag};

/// The fixed bytes of a request.
pub(crate) const OVERHEAD: usize = 3;
/// The largest entry.
pub(crate) const LARGEST: usize = 40;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Config {
    pub(crate) ambiguous: OnAmbiguous,
    pub(crate) attempt_timeout_ms: u64,
    pub(crate) base_ms: u64,
    /// The most bytes of a carrier, if entries share carriers.
    pub(crate) carrier_bytes: Option<usize>,
    pub(crate) cap_ms: u64,
    pub(crate) deadline_ms: u64,
    pub(crate) duplicates: Duplicates,
    pub(crate) in_flight: (usize, usize),
    pub(crate) limit_entries: usize,
    pub(crate) limit_bytes: usize,
    pub(crate) linger: Linger,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) max_entries: usize,
    pub(crate) max_bytes: usize,
    pub(crate) memory_ms: Option<u64>,
    pub(crate) order: Order,
    pub(crate) threshold: usize,
}

impl Config {
    pub(crate) fn limits(&self) -> LimitPolicy {
        let limits = LimitPolicy::new(self.limit_entries, self.limit_bytes, LARGEST).unwrap();
        let limits = limits.with_overhead_bytes(OVERHEAD).unwrap();
        self.carrier_bytes.map_or(limits, |bytes| limits.with_carrier_bytes(bytes).unwrap())
    }

    pub(crate) fn backoff(&self) -> Backoff {
        Backoff::new(Duration::from_millis(self.base_ms), Duration::from_millis(self.cap_ms))
    }

    pub(crate) fn attempt_timeout(&self) -> Duration {
        Duration::from_millis(self.attempt_timeout_ms)
    }

    /// How long after its first attempt that may have delivered it an entry may be sent.
    pub(crate) fn memory(&self) -> Option<Duration> {
        self.memory_ms.map(|memory| Duration::from_millis(memory - self.attempt_timeout_ms))
    }

    pub(crate) fn deadline(&self) -> Duration {
        Duration::from_millis(self.deadline_ms)
    }

    /// As many entries as are a reason to go; none by default where entries are merged or share carriers.
    pub(crate) fn threshold(&self) -> Option<usize> {
        let has_none = self.gathers() && self.threshold.is_multiple_of(2);
        (!has_none).then_some(self.threshold.min(self.limit_entries))
    }

    /// Whether a request's worth of entries is no reason to go.
    pub(crate) fn gathers(&self) -> bool {
        self.duplicates == Duplicates::Merge || self.carrier_bytes.is_some()
    }

    pub(crate) fn buffer(&self) -> Buffer<Item, u64, Tag> {
        let settings = Settings::new()
            .on_ambiguous(self.ambiguous)
            .attempt_timeout(self.attempt_timeout())
            .backoff(self.backoff())
            .delivery_deadline(self.deadline())
            .duplicates(self.duplicates)
            .in_flight(self.in_flight.0..=self.in_flight.1)
            .linger(self.linger)
            .max_entries(self.max_entries)
            .max_bytes(self.max_bytes)
            .order(self.order)
            .remembered_for(self.memory_ms.map(Duration::from_millis));
        let settings = match self.threshold() {
            Some(threshold) => settings.threshold_entries(threshold),
            None => settings,
        };
        let settings = match self.max_attempts {
            Some(attempts) => settings.max_attempts(attempts),
            None => settings,
        };
        Buffer::new(&settings, self.limits()).unwrap()
    }
}

/// From room for one largest entry.
const ROOM: std::ops::Range<usize> = LARGEST + ENTRY_OVERHEAD_BYTES..36 * ENTRY_OVERHEAD_BYTES;

pub(crate) fn any() -> impl Strategy<Value = Config> {
    let rules = (
        prop_oneof![1 => Just(OnAmbiguous::HandBack), 4 => Just(OnAmbiguous::Retry)],
        prop_oneof![
            Just(Duplicates::Allow),
            Just(Duplicates::KeepFirst),
            Just(Duplicates::KeepLast),
            Just(Duplicates::Merge),
        ],
        prop_oneof![Just(Order::Relaxed), Just(Order::Strict)],
        linger(),
        prop::option::of(1..6_u32),
        prop::option::weighted(0.4, 5..80_usize),
    );
    let deadlines = prop_oneof![80..600_u64, 2_000..60_000_u64];
    let times = (1..50_u64, 50..500_u64, deadlines, 1..80_u64, prop::option::weighted(0.3, 0..5_000_u64));
    let sizes = (1..8_usize, 43..200_usize, (1..4_usize, 0..4_usize), 1..30_usize, ROOM, 1..8_usize);
    (rules, times, sizes).prop_map(|(rules, times, sizes)| {
        let (ambiguous, duplicates, order, linger, max_attempts, carrier_bytes) = rules;
        let (base_ms, cap_ms, deadline_ms, attempt_timeout_ms, memory) = times;
        let (limit_entries, limit_bytes, (start, more), max_entries, max_bytes, threshold) = sizes;
        Config {
            ambiguous,
            attempt_timeout_ms,
            base_ms,
            carrier_bytes,
            cap_ms,
            deadline_ms,
            duplicates,
            in_flight: (start, start + more),
            limit_entries,
            limit_bytes,
            linger,
            max_attempts,
            max_entries,
            max_bytes,
            memory_ms: memory.map(|memory| attempt_timeout_ms + 1 + memory),
            order,
            threshold,
        }
    })
}

fn linger() -> impl Strategy<Value = Linger> {
    let natural = |(idle, more)| Linger::Natural {
        idle: Duration::from_millis(idle),
        longest: Duration::from_millis(idle + more),
    };
    prop_oneof![
        2 => (0..80_u64).prop_map(|linger| Linger::Fixed(Duration::from_millis(linger))),
        1 => (Just(0), 0..80_u64).prop_map(natural),
        2 => (1..40_u64, 0..40_u64).prop_map(natural),
    ]
}
