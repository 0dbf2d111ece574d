#![expect(clippy::disallowed_methods, reason = "any instant will do as the origin")]

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::super::index::{KeyHash, KeyHasher};
use super::super::record::{Keys, Record};
use super::super::scopes::{ScopeId, Scopes};
use super::*;
use crate::{Key, Load};

#[derive(Clone, Copy, Debug)]
enum Op {
    /// An entry with this share of a request, in a new epoch or not, of a lane or not.
    Push {
        bytes: usize,
        flushes: bool,
        lane: bool,
        identity: bool,
        /// Of which carrier it is, if of any.
        carrier: Option<bool>,
    },
    Pop,
    Pull {
        which: usize,
    },
    PullEpoch {
        which: usize,
    },
    /// Takes a segment into a request that carries so much.
    Take {
        entries: usize,
        bytes: usize,
    },
}

/// What the model knows of an entry.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Known {
    number: u64,
    accepted: Instant,
    stamp: Stamp,
    bytes: usize,
    lane: Option<KeyHash>,
    identity: Option<KeyHash>,
    carrier: Option<CarrierHash>,
}

struct World {
    segments: Segments<u64, u64>,
    model: VecDeque<Known>,
    scopes: Scopes,
    keys: KeyHasher,
    now: Instant,
    next: u64,
}

const ENTRIES: usize = 5;
const BYTES: usize = 50;
const CARRIER: usize = 20;

fn limits() -> LimitPolicy {
    let limits =
        LimitPolicy::new(ENTRIES, BYTES, BYTES).and_then(|limits| limits.with_carrier_bytes(CARRIER));
    limits.expect("nothing is zero")
}

fn op() -> impl Strategy<Value = Op> {
    let push = (1..=BYTES, prop::bool::weighted(0.2), any::<bool>(), any::<bool>(), any::<Option<bool>>());
    let push = push.prop_map(|(bytes, flushes, lane, identity, carrier)| Op::Push {
        bytes,
        flushes,
        lane,
        identity,
        carrier,
    });
    prop_oneof![
        6 => push,
        1 => Just(Op::Pop),
        2 => any::<usize>().prop_map(|which| Op::Pull { which }),
        1 => any::<usize>().prop_map(|which| Op::PullEpoch { which }),
        2 => (0..=ENTRIES, 0..=BYTES).prop_map(|(entries, bytes)| Op::Take { entries, bytes }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_known_of_an_entry_leaves_with_it_however_it_leaves(ops in prop::collection::vec(op(), 1..80)) {
        let mut world = World {
            segments: Segments::new(),
            model: VecDeque::new(),
            scopes: Scopes::new(),
            keys: KeyHasher::new(),
            now: Instant::now(),
            next: 0,
        };
        for op in ops {
            world.apply(op);
            world.check();
        }
    }
}

/// How many entries all segments have memory for.
fn memory(segments: &Segments<u64, u64>) -> usize {
    segments.closed.iter().chain([&segments.last]).map(|segment| segment.entries.capacity().max(1)).sum()
}

fn push(segments: &mut Segments<u64, u64>, bytes: usize, carrier: Option<CarrierHash>) -> Number {
    let admission = Admission { charge: 1, bytes, keys: Keys::default(), carrier };
    let stamp = Scopes::new().enter(ScopeId::OWN);
    segments.push(&limits(), 0, admission, 0, Instant::now(), stamp)
}

/// One that fits into a carrier, and shares a byte with others of it.
fn carrier(bytes: usize, of_lane: Option<KeyHash>) -> Option<CarrierHash> {
    CarrierHash::of(of_lane, 1).filter(|_| bytes <= CARRIER)
}

#[test]
fn entries_that_share_carriers_fill_a_segment_by_their_bytes() {
    let mut segments = Segments::new();
    for _ in 0..49 {
        push(&mut segments, 2, carrier(2, None));
    }
    // Carriers of 20, 20 and 10 bytes: of 19, 19 and 9 entries.
    let all = segments.closed.iter().chain([&segments.last]);
    assert_eq!(all.map(|segment| segment.entries.len()).collect::<Vec<_>>(), [47, 2]);
    let mut fill = Fill::empty();
    let (entries, _) = segments.take(&limits(), &mut fill).expect("it fits");
    assert_eq!((entries.len(), fill.load()), (47, Load { entries: 3, bytes: BYTES }));
    let mut fill = Fill::empty().with_load(Load { entries: 4, bytes: 0 });
    assert_eq!(segments.take(&limits(), &mut fill).map(|(entries, _)| entries.len()), Some(2));
}

#[test]
fn what_comes_and_leaves_behind_an_entry_that_stays_leaves_nothing() {
    let mut segments = Segments::new();
    for (bytes, carrier) in [(1, None), (BYTES, None), (1, carrier(1, None))] {
        push(&mut segments, bytes, carrier);
        for entries in (1..=2 * ENTRIES).cycle().take(1_000) {
            let numbers: Vec<_> = (0..entries).map(|_| push(&mut segments, bytes, carrier)).collect();
            numbers.into_iter().for_each(|number| assert!(segments.pull(number).is_some()));
        }
        assert!(memory(&segments) <= 4 * ENTRIES, "memory for {} entries", memory(&segments));
    }
}

#[test]
fn large_entries_after_small_ones_take_no_more_memory_than_they_need() {
    let mut segments = Segments::new();
    for _ in 0..ENTRIES {
        push(&mut segments, 1, None);
    }
    assert!(segments.take(&limits(), &mut Fill::empty()).is_some());
    for _ in 0..100 {
        push(&mut segments, BYTES, None);
    }
    assert!(memory(&segments) <= 100 + ENTRIES, "memory for {} entries", memory(&segments));
}

impl World {
    fn apply(&mut self, op: Op) {
        match op {
            Op::Push { bytes, flushes, lane, identity, carrier } => {
                self.push(bytes, flushes, (lane, identity), carrier);
            }
            Op::Pop => {
                let popped = self.segments.pop().map(|single| single.entry);
                assert_eq!(popped, self.model.pop_front().map(|known| known.number));
            }
            Op::Pull { which } => {
                let number = which as u64 % (self.next + 1);
                let pulled = self.segments.pull(Number(number));
                let position = self.model.iter().position(|known| known.number == number);
                let expected = position.and_then(|position| self.model.remove(position));
                assert_eq!(pulled.map(|single| known(&single)), expected);
            }
            Op::PullEpoch { which } => {
                let stamps: Vec<_> = self.model.iter().map(|known| known.stamp).collect();
                let Some(&stamp) = stamps.get(which % stamps.len().max(1)) else { return };
                let pulled = self.segments.pull_all(|other| other == stamp);
                let (gone, left) = self.model.iter().partition(|known| known.stamp == stamp);
                self.model = left;
                assert_eq!(pulled.iter().map(known).collect::<VecDeque<_>>(), gone);
            }
            Op::Take { entries, bytes } => self.take(Load { entries, bytes }),
        }
    }

    fn push(
        &mut self,
        bytes: usize,
        flushes: bool,
        (has_lane, has_identity): (bool, bool),
        of: Option<bool>,
    ) {
        if flushes {
            self.scopes.flush(ScopeId::OWN);
        }
        self.now += Duration::from_nanos(1);
        let stamp = self.scopes.enter(ScopeId::OWN);
        let (number, accepted, text) = (self.next, self.now, self.next.to_string());
        let key = Some(self.keys.hash(&Key::from(text.as_bytes())));
        let (lane, identity) = (key.filter(|_| has_lane), key.filter(|_| has_identity));
        let hash = |of: bool| self.keys.hash(&Key::from(if of { "one" } else { "other" }));
        let carrier = of.and_then(|of| carrier(bytes, Some(hash(of))));
        let admission = Admission { charge: bytes + 7, bytes, keys: Keys { lane, identity }, carrier };
        let given = self.segments.push(&limits(), number, admission, number, accepted, stamp);
        assert_eq!(given, Number(number));
        self.model.push_back(Known { number, accepted, stamp, bytes, lane, identity, carrier });
        self.next += 1;
    }

    /// What a request with this load takes of the first segment.
    fn take(&mut self, load: Load) {
        let load = Fill::empty().with_load(load);
        let mut with = load;
        let taken = self.segments.take(&limits(), &mut with);
        let (entries, mut manifest) = taken.unwrap_or((Vec::new(), Manifest::with_capacity(0)));
        let charge: usize = self.model.iter().take(entries.len()).map(|known| known.bytes + 7).sum();
        assert_eq!((manifest.len(), manifest.charge()), (entries.len(), charge));
        let stamp = self.model.front().map(|known| known.stamp);
        assert!(entries.is_empty() || manifest.has_any(|other| Some(other) == stamp));
        assert!(
            !manifest.has_any(|other| self
                .model
                .iter()
                .take(entries.len())
                .all(|known| known.stamp != other))
        );
        let mut expected = load;
        for (position, entry) in entries.iter().enumerate() {
            let (record, keys) = manifest.take(position).expect("a request has no holes");
            expected = expected.with(&limits(), record.share.bytes(), record.share.carrier());
            let single = Single { entry: *entry, record, keys, line: None };
            assert_eq!(Some(known(&single)), self.model.pop_front());
        }
        assert_eq!(with.load(), expected.load());
        assert!(entries.is_empty() || limits().fits(with.load()), "{with:?}");
        let fits = |next: &Known| limits().fits(load.with(&limits(), next.bytes, next.carrier).load());
        let fits_next = self.model.front().is_some_and(fits);
        assert!(!entries.is_empty() || !fits_next, "an entry that fits was left");
    }

    fn check(&self) {
        let load = self.segments.load();
        let bytes: usize = self.model.iter().map(|known| known.bytes).sum();
        assert_eq!((load.entries, load.bytes), (self.model.len(), bytes as u128));
        assert_eq!(self.segments.oldest(), self.model.front().map(|known| known.accepted));
    }
}

fn known(single: &Single<u64, u64>) -> Known {
    let Single { entry, record, keys, line } = single;
    assert_eq!((*entry, *line), (record.tag, None));
    assert_eq!(record.charge, record.share.bytes() + 7);
    let Record { accepted, stamp, share, .. } = *record;
    let (bytes, carrier) = (share.bytes(), share.carrier());
    let Keys { lane, identity } = *keys;
    Known { number: *entry, accepted, stamp, bytes, lane, identity, carrier }
}
