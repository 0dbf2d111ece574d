#![expect(clippy::disallowed_methods, reason = "any instant will do as the origin")]

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::super::index::{KeyHash, KeyHasher};
use super::super::scopes::{ScopeId, Scopes};
use super::*;
use crate::Key;

#[derive(Clone, Copy, Debug)]
enum Op {
    /// An entry with this share of a request, in a new epoch or not, of a lane or not.
    Push {
        bytes: usize,
        flushes: bool,
        lane: bool,
        identity: bool,
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

fn limits() -> LimitPolicy {
    LimitPolicy::new(ENTRIES, BYTES, BYTES).expect("nothing is zero")
}

fn op() -> impl Strategy<Value = Op> {
    let push = (1..=BYTES, prop::bool::weighted(0.2), any::<bool>(), any::<bool>());
    let push = push.prop_map(|(bytes, flushes, lane, identity)| Op::Push { bytes, flushes, lane, identity });
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
    segments.queue.iter().map(|segment| segment.entries.capacity().max(1)).sum()
}

fn record(bytes: usize) -> Record<u64> {
    let stamp = Scopes::new().enter(ScopeId::OWN);
    Record { tag: 0, accepted: Instant::now(), stamp, charge: 1, bytes }
}

#[test]
fn what_comes_and_leaves_behind_an_entry_that_stays_leaves_nothing() {
    let mut segments = Segments::new();
    for bytes in [1, BYTES] {
        segments.push(&limits(), 0, record(bytes), Keys::default());
        for _ in 0..1_000 {
            let number = segments.push(&limits(), 0, record(bytes), Keys::default());
            assert!(segments.pull(number).is_some());
        }
        assert!(memory(&segments) <= 4 * ENTRIES, "memory for {} entries", memory(&segments));
    }
}

#[test]
fn large_entries_after_small_ones_take_no_more_memory_than_they_need() {
    let mut segments = Segments::new();
    for _ in 0..ENTRIES {
        segments.push(&limits(), 0, record(1), Keys::default());
    }
    assert!(segments.take(&limits(), &mut Load::empty()).is_some());
    for _ in 0..100 {
        segments.push(&limits(), 0, record(BYTES), Keys::default());
    }
    assert!(memory(&segments) <= 100 + ENTRIES, "memory for {} entries", memory(&segments));
}

impl World {
    fn apply(&mut self, op: Op) {
        match op {
            Op::Push { bytes, flushes, lane, identity } => self.push(bytes, flushes, (lane, identity)),
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

    fn push(&mut self, bytes: usize, flushes: bool, (has_lane, has_identity): (bool, bool)) {
        if flushes {
            self.scopes.flush(ScopeId::OWN);
        }
        self.now += Duration::from_nanos(1);
        let stamp = self.scopes.enter(ScopeId::OWN);
        let (number, accepted, text) = (self.next, self.now, self.next.to_string());
        let key = Some(self.keys.hash(&Key::from(text.as_bytes())));
        let (lane, identity) = (key.filter(|_| has_lane), key.filter(|_| has_identity));
        let record = Record { tag: number, accepted, stamp, charge: bytes + 7, bytes };
        let given = self.segments.push(&limits(), number, record, Keys { lane, identity });
        assert_eq!(given, Number(number));
        self.model.push_back(Known { number, accepted, stamp, bytes, lane, identity });
        self.next += 1;
    }

    /// What a request with this load takes of the first segment.
    fn take(&mut self, load: Load) {
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
            expected = expected.with(record.bytes);
            let single = Single { entry: *entry, record, keys, line: None };
            assert_eq!(Some(known(&single)), self.model.pop_front());
        }
        assert_eq!(with, expected);
        assert!(entries.is_empty() || limits().fits(with), "{with:?}");
        let fits_next = self.model.front().is_some_and(|next| limits().fits(load.with(next.bytes)));
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
    assert_eq!(record.charge, record.bytes + 7);
    let Record { accepted, stamp, bytes, .. } = *record;
    Known { number: *entry, accepted, stamp, bytes, lane: keys.lane, identity: keys.identity }
}
