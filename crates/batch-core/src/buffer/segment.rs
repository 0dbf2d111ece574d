mod shared;

use self::shared::Counted;
use super::fill::Fill;
use super::lines::LineId;
use super::manifest::{Manifest, split_front};
use super::record::{Keys, Record};
use crate::{LimitPolicy, Load};

/// Entries that are to travel in one batch, in the order of their acceptance.
pub(super) struct Segment<E, T> {
    /// Nothing where an entry left before the others.
    pub(super) entries: Vec<Option<E>>,
    pub(super) manifest: Manifest<T>,
    /// The number of the entry at the first position.
    pub(super) first: u64,
    /// The position of its first entry that has not left.
    pub(super) head: usize,
    /// What a request carries of it, if no two entries share a carrier.
    pub(super) load: Load,
    counted: Counted,
}

/// An entry in the order of acceptance.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Number(pub(super) u64);

/// An entry that leaves its segment or its line by itself, before it was sent.
pub(super) struct Single<E, T> {
    pub(super) entry: E,
    pub(super) record: Record<T>,
    pub(super) keys: Keys,
    /// The line that it left.
    pub(super) line: Option<LineId>,
}

impl<E, T> Segment<E, T> {
    /// One with room for so many entries, of which this is to be the first.
    pub(super) fn beginning_with(number: Number, entries: usize) -> Self {
        Self {
            entries: Vec::with_capacity(entries),
            manifest: Manifest::with_capacity(entries),
            first: number.0,
            head: 0,
            load: Load::empty(),
            counted: Counted::default(),
        }
    }

    /// One without entries, which none joins.
    pub(super) fn joined_by_none() -> Self {
        Self::beginning_with(Number(u64::MAX), 0)
    }

    /// Whether the next entry, which has this number, can travel in the same request as the others.
    #[inline]
    pub(super) fn takes(&self, limits: &LimitPolicy, bytes: usize, number: Number) -> bool {
        // What left counts too: else a segment whose first entry stays would grow as long as others come and leave.
        self.goes_on_with(number)
            && limits.fits(Load { entries: self.entries.len(), bytes: self.load.bytes }.with(bytes))
    }

    /// The numbers do not go on here if all that came later has left.
    #[inline]
    fn goes_on_with(&self, number: Number) -> bool {
        self.first + self.entries.len() as u64 == number.0
    }

    /// Makes room for as many entries again, and for no more than a request carries: else each segment would
    /// keep what doubling leaves unused.
    #[cold]
    pub(super) fn grow(&mut self, most: usize) {
        let len = self.entries.len();
        let most = if self.manifest.has_carriers() { usize::MAX } else { most };
        let more = len.clamp(1, most.saturating_sub(len).max(1));
        self.entries.reserve_exact(more);
        self.manifest.reserve(more);
    }

    pub(super) fn pull(&mut self, position: usize) -> Option<Single<E, T>> {
        let (record, keys) = self.manifest.take(position)?;
        let entry = self.entries[position].take()?;
        self.load.entries -= 1;
        self.load.bytes -= record.share.bytes();
        self.skip_left();
        Some(Single { entry, record, keys, line: None })
    }

    /// Moves the head to the first entry that has not left.
    fn skip_left(&mut self) {
        while self.head < self.entries.len() && self.entries[self.head].is_none() {
            self.head += 1;
        }
    }

    /// Parts what fits into a request that is filled so far from the others, which stay.
    pub(super) fn split_front(&mut self, limits: &LimitPolicy, fill: &mut Fill) -> Option<Self> {
        let mut taken = Load::empty();
        let mut end = self.head;
        while end < self.entries.len() {
            if let Some(bytes) = self.manifest.bytes(end) {
                let with = fill.with(limits, bytes, self.manifest.carrier(end));
                if !limits.fits(with.load()) {
                    break;
                }
                (*fill, taken) = (with, taken.with(bytes));
            }
            end += 1;
        }
        if taken.entries == 0 {
            return None;
        }
        let front = Self {
            entries: split_front(&mut self.entries, end),
            manifest: self.manifest.split_front(end),
            first: self.first,
            head: self.head,
            load: taken,
            counted: Counted::default(),
        };
        self.first += end as u64;
        self.head = 0;
        self.counted = Counted::default();
        self.load = Load { entries: self.load.entries - taken.entries, bytes: self.load.bytes - taken.bytes };
        self.skip_left();
        Some(front)
    }

    pub(super) fn into_parts(mut self) -> (Vec<E>, Manifest<T>) {
        if self.load.entries < self.entries.len() {
            self.entries.retain(Option::is_some);
            self.manifest.compact();
        }
        // Unlike `flatten`, this makes one vector of the other in place.
        (self.entries.into_iter().map_while(|entry| entry).collect(), self.manifest)
    }
}
