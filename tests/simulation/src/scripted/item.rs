//! What is submitted.

use crate::dice::Dice;

/// An entry.
#[derive(Clone, Debug)]
pub struct Item {
    pub(super) n: u64,
    pub(super) lane: Option<[u8; 4]>,
    pub(super) identity: Option<[u8; 4]>,
    pub(super) entry_bytes: usize,
    pub(super) request_bytes: usize,
    pub(super) heap_bytes: usize,
    /// What tells its carrier from others of its lane, unless it travels by itself.
    pub(super) carrier: Option<u8>,
    pub(super) nature: Nature,
    /// Which limit it shares with some others, if any.
    pub(super) quota: Option<u8>,
    /// What the service generates for it.
    pub(super) stamp: Option<u64>,
    /// The entries that it consists of: itself, and those that it absorbed.
    pub(super) parts: Vec<u64>,
}

/// What the service thinks of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Nature {
    Fine,
    /// Refused at submit.
    Invalid,
    /// The service refuses it, for one of several reasons.
    Poison(u8),
}

/// Of which kind entries are.
#[derive(Clone, Debug)]
pub(super) struct Kind {
    pub(super) lanes: usize,
    /// The probability of having a lane.
    pub(super) laned: f64,
    /// How many identities there are, and the probability of having one.
    pub(super) identities: (usize, f64),
    /// The probability of being poison, and how many entries one after the other are or are not.
    pub(super) poison: (f64, u64),
    /// Decides which runs are poison.
    runs: u64,
    pub(super) invalid: f64,
    /// The probability of a size around the limit.
    pub(super) large: f64,
    pub(super) largest: usize,
    /// How many quotas there are, and the probability of having one.
    pub(super) quotas: (usize, f64),
    /// How many carriers a lane has, and the probability of sharing one.
    pub(super) carriers: (usize, f64),
}

impl Kind {
    pub(super) fn draw(dice: &mut Dice, largest: usize) -> Self {
        Self {
            lanes: dice.magnitude(1, 1_000),
            laned: dice.pick(&[0.0, 0.0, 0.3, 0.9, 1.0]),
            identities: (dice.magnitude(1, 300), dice.pick(&[0.0, 0.0, 0.2, 1.0])),
            poison: (
                dice.pick(&[0.0, 0.0, 0.0, 0.002, 0.01, 0.3, 0.5, 0.7, 1.0]),
                dice.pick(&[1, 1, 5, 40, 300]),
            ),
            runs: dice.seed(),
            invalid: dice.pick(&[0.0, 0.01]),
            large: dice.pick(&[0.0, 0.02, 0.3]),
            largest,
            quotas: (dice.magnitude(1, 20), dice.pick(&[0.0, 0.0, 0.5, 1.0])),
            carriers: (1, 0.0),
        }
    }

    /// Such that entries share carriers.
    pub(super) fn carried(self, dice: &mut Dice) -> Self {
        Self { carriers: (dice.pick(&[1, 1, 2]), dice.pick(&[0.5, 0.95, 1.0])), ..self }
    }

    /// Such that many are merged: of few identities, and most of them without a lane.
    pub(super) fn of_series(self, dice: &mut Dice) -> Self {
        Self {
            laned: dice.pick(&[0.0, 0.0, 0.0, 0.3]),
            identities: (dice.magnitude(1, 20), dice.pick(&[0.7, 1.0])),
            ..self
        }
    }

    pub(super) fn item(&self, n: u64, dice: &mut Dice) -> Item {
        let identity = dice.chance(self.identities.1).then(|| dice.between(0, self.identities.0 - 1) as u32);
        // Whatever the identity: equal ones in different lanes are different.
        let lane = dice.chance(self.laned).then(|| dice.between(0, self.lanes - 1) as u32);
        let entry_bytes = match dice.chance(self.large) {
            true => dice.between(self.largest / 2, self.largest + 2),
            false => dice.magnitude(1, self.largest.min(64)),
        };
        Item {
            n,
            lane: lane.map(u32::to_le_bytes),
            identity: identity.map(u32::to_le_bytes),
            entry_bytes,
            request_bytes: entry_bytes + dice.between(0, 2),
            heap_bytes: entry_bytes + dice.between(0, 16),
            carrier: (self.carriers.1 > 0.0 && dice.chance(self.carriers.1))
                .then(|| dice.between(0, self.carriers.0 - 1) as u8),
            nature: self.nature(n, dice),
            quota: dice.chance(self.quotas.1).then(|| dice.between(0, self.quotas.0 - 1) as u8),
            stamp: None,
            parts: vec![n],
        }
    }

    fn nature(&self, n: u64, dice: &mut Dice) -> Nature {
        let (share, run) = self.poison;
        if dice.chance(self.invalid) {
            Nature::Invalid
        } else if Dice::of(self.runs ^ (n / run), "poison").chance(share) {
            Nature::Poison(dice.pick(&[0, 0, 0, 1]))
        } else {
            Nature::Fine
        }
    }
}

/// The most entries that one consists of.
const MOST_PARTS: usize = 40;

impl Item {
    /// Takes the content of a newer one over, if it is of the same nature and the two are not too large together; by
    /// how much its share of a request and its memory grow.
    pub(super) fn absorb(&mut self, newer: &mut Self, largest: usize) -> Option<(usize, usize)> {
        let entry_bytes = self.entry_bytes + newer.entry_bytes / 2;
        let is_too_large = entry_bytes > largest || self.parts.len() + newer.parts.len() > MOST_PARTS;
        if is_too_large || self.nature != newer.nature {
            return None;
        }
        let (request_bytes, heap_bytes) = (newer.request_bytes / 2, newer.heap_bytes / 2);
        self.parts.append(&mut newer.parts);
        self.entry_bytes = entry_bytes;
        self.request_bytes += request_bytes;
        self.heap_bytes += heap_bytes;
        Some((request_bytes, heap_bytes))
    }

    /// A number that changes when anything of it does.
    pub(super) fn seal(&self) -> u64 {
        let poison = match self.nature {
            Nature::Fine => 0,
            Nature::Invalid => 1,
            Nature::Poison(reason) => 2 + u64::from(reason),
        };
        let sizes = [self.entry_bytes, self.request_bytes, self.heap_bytes].map(|bytes| bytes as u64);
        let names = [
            self.lane.map_or(0, |lane| 1 + u64::from(u32::from_le_bytes(lane))),
            self.identity.map_or(0, |identity| 1 + u64::from(u32::from_le_bytes(identity))),
        ];
        let stamp = self.stamp.map_or(0, |stamp| stamp + 1);
        let parts =
            [self.n, poison, stamp].into_iter().chain(sizes).chain(names).chain(self.parts.iter().copied());
        parts.fold(7, |seal: u64, part| (seal ^ part).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(17))
    }
}
