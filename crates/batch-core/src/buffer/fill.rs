use std::num::NonZeroU64;

use super::index::KeyHash;
use crate::plan::Plan;
use crate::{LimitPolicy, Load, Measure};

/// How far a request is filled, as its limits count it: entries that share a carrier count as one, and what
/// they share once.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fill {
    load: Load,
    /// The carrier of the last entry, and how many bytes it has.
    last: Option<(CarrierHash, usize)>,
}

/// What stands for a carrier: a set bit, 27 bits of a hash of its lane and its key, and 14 of the bytes that its
/// entries share.
///
/// Two neighbours in a request are taken for one carrier if these are equal. Once in 2^27 that is wrong, and a
/// request may have a carrier more than its limit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct CarrierHash(NonZeroU64);

/// An entry's share of a request, in one word with its carrier if it has one. Another word would cost each entry
/// that waits in a lane some fifty instructions, whether or not there are carriers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share(u64);

const HASH_BITS: u32 = 27;
const SHARED_BITS: u32 = 14;
/// The bits of the bytes of an entry that has a carrier.
const BYTES_BITS: u32 = 22;
const CARRIED: u64 = 1 << 63;
const _: () = assert!(1 + HASH_BITS + SHARED_BITS + BYTES_BITS == 64);

impl Fill {
    pub(super) fn empty() -> Self {
        Self::default()
    }

    /// This load of entries that have no carriers.
    pub(super) fn of(load: Load) -> Self {
        Self { load, last: None }
    }

    /// With another entry, which shares the carrier of the last one if it can.
    #[inline]
    pub(super) fn with(self, limits: &LimitPolicy, bytes: usize, carrier: Option<CarrierHash>) -> Self {
        let Some(carrier) = carrier else {
            return Self::of(self.load.with(bytes));
        };
        match self.joined(limits, bytes, carrier) {
            Some((more, carried)) => {
                let load = Load { bytes: self.load.bytes.saturating_add(more), ..self.load };
                Self { load, last: Some((carrier, carried)) }
            }
            None => Self { load: self.load.with(bytes), last: Some((carrier, bytes)) },
        }
    }

    /// With this load of entries that have no carriers.
    #[inline]
    pub(super) fn with_load(self, load: Load) -> Self {
        let entries = self.load.entries.saturating_add(load.entries);
        Self { load: Load { entries, bytes: self.load.bytes.saturating_add(load.bytes) }, last: None }
    }

    /// Whether another entry shares the carrier of the last one.
    pub(super) fn joins(self, limits: &LimitPolicy, bytes: usize, carrier: Option<CarrierHash>) -> bool {
        carrier.is_some_and(|carrier| self.joined(limits, bytes, carrier).is_some())
    }

    pub(super) fn load(self) -> Load {
        self.load
    }

    /// What an entry adds to the carrier of the last one, and to how much, if it shares that.
    fn joined(self, limits: &LimitPolicy, bytes: usize, carrier: CarrierHash) -> Option<(usize, usize)> {
        let (last, carried) = self.last?;
        let more = bytes - carrier.shared_bytes().min(bytes);
        let carried = carried.saturating_add(more);
        (last == carrier && limits.carrier_bytes().is_some_and(|most| carried <= most))
            .then_some((more, carried))
    }
}

impl CarrierHash {
    /// The carrier of a lane with this hash; nothing if its entries share more than can be kept.
    pub(super) fn of(lane: Option<KeyHash>, shared_bytes: usize) -> Option<Self> {
        let shared = u64::try_from(shared_bytes).ok().filter(|bytes| bytes >> SHARED_BITS == 0)?;
        let hash = lane.map_or(0, KeyHash::word) & low(HASH_BITS);
        NonZeroU64::new((1 << HASH_BITS | hash) << SHARED_BITS | shared).map(Self)
    }

    fn shared_bytes(self) -> usize {
        (self.0.get() & low(SHARED_BITS)) as usize
    }
}

impl Share {
    /// The share of an entry of a carrier, if it has one; one that is too large to be kept with it travels by itself.
    #[inline]
    pub(super) fn of(bytes: usize, carrier: Option<CarrierHash>) -> Self {
        let bytes = bytes as u64;
        match carrier {
            Some(CarrierHash(carrier)) if bytes >> BYTES_BITS == 0 => {
                Self(carrier.get() << BYTES_BITS | bytes)
            }
            _ => Self(bytes.min(CARRIED - 1)),
        }
    }

    #[inline]
    pub(super) fn bytes(self) -> usize {
        (if self.0 & CARRIED == 0 { self.0 } else { self.0 & low(BYTES_BITS) }) as usize
    }

    #[inline]
    pub(super) fn carrier(self) -> Option<CarrierHash> {
        if self.0 & CARRIED == 0 { None } else { NonZeroU64::new(self.0 >> BYTES_BITS).map(CarrierHash) }
    }
}

/// The lowest bits of a number.
const fn low(bits: u32) -> u64 {
    (1 << bits) - 1
}

impl Plan {
    /// The carrier of an entry of this lane, if it may share one.
    #[inline]
    pub(super) fn carrier(&self, lane: Option<KeyHash>, measure: &Measure<'_>) -> Option<CarrierHash> {
        let carrier = measure.carrier.as_ref()?;
        self.limits.carrier_bytes().filter(|&most| measure.request_bytes <= most)?;
        if measure.request_bytes >> BYTES_BITS > 0 {
            return None;
        }
        let hash = match &carrier.key {
            Some(key) => Some(self.keys.hash_within(lane, key)),
            None => lane,
        };
        CarrierHash::of(hash, carrier.shared_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Carrier, Key, Settings};

    fn plan() -> Plan {
        let limits = LimitPolicy::new(3, 1_000, 1_000).and_then(|limits| limits.with_carrier_bytes(100));
        Settings::new().plan::<()>(limits.expect("nothing is zero")).expect("they fit together")
    }

    fn carrier(plan: &Plan, lane: &str, key: Option<&str>, bytes: usize) -> Option<CarrierHash> {
        let carrier = key.into_iter().fold(Carrier::sharing(10), |carrier, key| carrier.key(Key::from(key)));
        let lane = Some(plan.keys.hash(&Key::from(lane)));
        plan.carrier(lane, &Measure::of_bytes(bytes).carrier(carrier))
    }

    #[test]
    fn entries_of_one_carrier_count_as_one_and_share_their_bytes_up_to_its_most() {
        let plan = plan();
        let limits = &plan.limits;
        let one = carrier(&plan, "a", None, 30);
        let mut fill = Fill::empty();
        for (load, joins) in
            [((1, 30), false), ((1, 50), true), ((1, 70), true), ((1, 90), true), ((2, 120), false)]
        {
            assert_eq!(fill.joins(limits, 30, one), joins);
            fill = fill.with(limits, 30, one);
            assert_eq!((fill.load().entries, fill.load().bytes), load);
        }
        fill = fill.with(limits, 5, None).with(limits, 30, one);
        assert_eq!(
            (fill.load().entries, fill.load().bytes),
            (4, 155),
            "one that travels by itself parts two"
        );
    }

    #[test]
    fn carriers_are_told_apart_by_their_lane_and_their_key() {
        let plan = plan();
        let all = [("a", None), ("b", None), ("a", Some("red")), ("a", Some("blue")), ("b", Some("red"))];
        let hashes = all.map(|(lane, key)| carrier(&plan, lane, key, 30));
        for (place, hash) in hashes.iter().enumerate() {
            assert!(hash.is_some() && !hashes[..place].contains(hash), "{:?}", all[place]);
            assert_eq!(*hash, carrier(&plan, all[place].0, all[place].1, 90));
        }
        assert_eq!(carrier(&plan, "a", None, 101), None, "it is larger than a carrier");
        let unlaned = Measure::of_bytes(30).carrier(Carrier::sharing(10));
        assert!(plan.carrier(None, &unlaned).is_some());
        let too_much = Measure::of_bytes(30).carrier(Carrier::sharing(1 << 14));
        assert_eq!(plan.carrier(None, &too_much), None);
    }

    #[test]
    fn a_share_is_kept_with_its_carrier_below_4_mib_and_without_one_above() {
        let limits =
            LimitPolicy::new(3, 1 << 24, 1 << 24).and_then(|limits| limits.with_carrier_bytes(1 << 23));
        let plan = Settings::new().plan::<()>(limits.expect("nothing is zero")).expect("they fit together");
        let carried = carrier(&plan, "a", None, (1 << 22) - 1);
        assert!(carried.is_some());
        assert_eq!(carrier(&plan, "a", None, 1 << 22), None);
        for (bytes, of, kept) in [
            (0, carried, carried),
            ((1 << 22) - 1, carried, carried),
            (1 << 22, carried, None),
            (1 << 22, None, None),
            (usize::MAX >> 1, None, None),
        ] {
            let share = Share::of(bytes, of);
            assert_eq!((share.bytes(), share.carrier()), (bytes, kept), "{bytes} {of:?}");
        }
        assert_eq!(Share::of(usize::MAX, None).carrier(), None);
    }
}
