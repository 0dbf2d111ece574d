use std::time::Instant;

use super::Stamp;
use super::index::KeyHash;
use super::record::{Keys, Record};

/// What is known of the entries of a [segment](super::segment::Segment), in their order: while they wait, and
/// while a request carries them.
///
/// It keeps a [`Record`] in 24 bytes beside what the submitter gave along, and 16 more for a lane or an
/// identity: entries that were accepted between the same two flushes share a stamp.
pub(super) struct Manifest<T> {
    /// Nothing where an entry left before the others.
    rows: Vec<Option<Row<T>>>,
    /// By position; empty while no entry has a lane.
    lanes: Vec<Option<KeyHash>>,
    /// By position; empty while no entry has an identity.
    identities: Vec<Option<KeyHash>>,
    runs: Vec<Run>,
}

struct Row<T> {
    tag: T,
    accepted: Instant,
    charge: u32,
    bytes: u32,
}

/// Entries with the same stamp, one after the other.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub(super) stamp: Stamp,
    /// Those that have not left.
    pub(super) entries: usize,
    /// The position after its last entry.
    end: usize,
}

impl<T> Manifest<T> {
    /// An empty one with room for so many entries.
    pub(super) fn with_capacity(entries: usize) -> Self {
        Self {
            rows: Vec::with_capacity(entries),
            lanes: Vec::new(),
            identities: Vec::new(),
            runs: Vec::new(),
        }
    }

    /// Makes room for so many entries more.
    pub(super) fn reserve(&mut self, entries: usize) {
        self.rows.reserve_exact(entries);
    }

    /// Gives back the memory behind its last entry.
    pub(super) fn shrink(&mut self) {
        self.rows.shrink_to_fit();
        self.lanes.shrink_to_fit();
        self.identities.shrink_to_fit();
    }

    /// The number of its positions, those included whose entry left.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it can keep what is known of an entry with this charge and this share of a request.
    #[inline]
    pub(super) fn keeps(charge: usize, bytes: usize) -> bool {
        u32::try_from(charge).is_ok() && u32::try_from(bytes).is_ok()
    }

    /// Adds an entry that it can [keep](Self::keeps), and that was not accepted before the last one.
    #[inline(always)]
    pub(super) fn push(&mut self, record: Record<T>, keys: Keys) {
        let Record { tag, accepted, stamp, charge, bytes } = record;
        if keys.lane.is_some() || keys.identity.is_some() || self.has_keys() {
            push_key(&mut self.lanes, &self.rows, keys.lane);
            push_key(&mut self.identities, &self.rows, keys.identity);
        }
        self.rows.push(Some(Row { tag, accepted, charge: short(charge), bytes: short(bytes) }));
        let end = self.rows.len();
        match self.runs.last_mut() {
            Some(run) if run.stamp == stamp => (run.entries, run.end) = (run.entries + 1, end),
            _ => self.runs.push(Run { stamp, entries: 1, end }),
        }
    }

    /// Takes the entry at this position out, if it has not left.
    pub(super) fn take(&mut self, position: usize) -> Option<(Record<T>, Keys)> {
        let Row { tag, accepted, charge, bytes } = self.rows.get_mut(position)?.take()?;
        let run = self.run_of(position);
        let run = &mut self.runs[run];
        run.entries -= 1;
        let (charge, bytes) = (charge as usize, bytes as usize);
        Some((Record { tag, accepted, stamp: run.stamp, charge, bytes }, self.keys(position)))
    }

    /// The charge and the share of a request of the entry at this position, if it has not left.
    pub(super) fn sizes(&self, position: usize) -> Option<(usize, usize)> {
        self.rows.get(position)?.as_ref().map(|row| (row.charge as usize, row.bytes as usize))
    }

    /// Sets what [`sizes`](Self::sizes) returns to sizes that it can [keep](Self::keeps).
    pub(super) fn resize(&mut self, position: usize, (charge, bytes): (usize, usize)) {
        if let Some(Some(row)) = self.rows.get_mut(position) {
            (row.charge, row.bytes) = (short(charge), short(bytes));
        }
    }

    /// The entry at this position has no identity any more.
    pub(super) fn forget_identity(&mut self, position: usize) {
        if let Some(identity) = self.identities.get_mut(position) {
            *identity = None;
        }
    }

    /// Takes the identities of all its entries.
    pub(super) fn take_identities(&mut self) -> impl Iterator<Item = KeyHash> {
        std::mem::take(&mut self.identities).into_iter().flatten()
    }

    /// When the entry at this position was accepted, if it has not left.
    #[inline]
    pub(super) fn accepted(&self, position: usize) -> Option<Instant> {
        Some(self.rows.get(position)?.as_ref()?.accepted)
    }

    /// When the first entry was accepted of which that counts.
    pub(super) fn oldest(&self, counts: impl Fn(Instant) -> bool) -> Option<Instant> {
        self.rows.iter().flatten().map(|row| row.accepted).find(|&accepted| counts(accepted))
    }

    /// The stamp of the entry at this position, if it has not left.
    pub(super) fn stamp(&self, position: usize) -> Option<Stamp> {
        self.rows.get(position)?.as_ref()?;
        Some(self.runs[self.run_of(position)].stamp)
    }

    /// The share of a request of the entry at this position, if it has not left.
    pub(super) fn bytes(&self, position: usize) -> Option<usize> {
        self.rows.get(position)?.as_ref().map(|row| row.bytes as usize)
    }

    /// Whether an entry has such a stamp.
    pub(super) fn has_any(&self, is_one: impl Fn(Stamp) -> bool) -> bool {
        self.runs.iter().any(|run| run.entries > 0 && is_one(run.stamp))
    }

    pub(super) fn runs_mut(&mut self) -> &mut [Run] {
        &mut self.runs
    }

    /// What its entries are charged together.
    pub(super) fn charge(&self) -> usize {
        self.rows.iter().flatten().map(|row| row.charge as usize).sum()
    }

    /// The lanes and identities of those entries that have any.
    pub(super) fn all_keys(&self) -> impl Iterator<Item = Keys> {
        let positions = if self.has_keys() { 0..self.rows.len() } else { 0..0 };
        positions.filter(|&position| self.rows[position].is_some()).map(|position| self.keys(position))
    }

    pub(super) fn has_keys(&self) -> bool {
        !self.lanes.is_empty() || !self.identities.is_empty()
    }

    /// What is known of each of its entries that has not left.
    pub(super) fn into_records(mut self) -> impl Iterator<Item = (Record<T>, Keys)> {
        (0..self.len()).filter_map(move |position| self.take(position))
    }

    /// What the submitters gave along, by position.
    pub(super) fn into_tags(self) -> impl Iterator<Item = T> {
        self.rows.into_iter().flatten().map(|row| row.tag)
    }

    /// Drops the positions whose entries left.
    pub(super) fn compact(&mut self) {
        let is_there: Vec<bool> = self.rows.iter().map(Option::is_some).collect();
        retain(&mut self.rows, &is_there);
        retain(&mut self.lanes, &is_there);
        retain(&mut self.identities, &is_there);
        let mut end = 0;
        for run in &mut self.runs {
            end += run.entries;
            run.end = end;
        }
    }

    /// Parts the first positions from the others, which stay.
    pub(super) fn split_front(&mut self, positions: usize) -> Self {
        let mut front = Self {
            rows: self.rows.drain(..positions).collect(),
            lanes: self.lanes.drain(..positions.min(self.lanes.len())).collect(),
            identities: self.identities.drain(..positions.min(self.identities.len())).collect(),
            runs: self.runs.clone(),
        };
        let mut begin = 0;
        for (left, gone) in self.runs.iter_mut().zip(&mut front.runs) {
            let part = begin.min(positions)..gone.end.min(positions);
            begin = gone.end;
            (gone.entries, gone.end) = (front.rows[part.clone()].iter().flatten().count(), part.end);
            (left.entries, left.end) = (left.entries - gone.entries, left.end.saturating_sub(positions));
        }
        front
    }

    fn keys(&self, position: usize) -> Keys {
        let key = |keys: &[Option<KeyHash>]| keys.get(position).copied().flatten();
        Keys { lane: key(&self.lanes), identity: key(&self.identities) }
    }

    /// The position of the run of an entry.
    fn run_of(&self, position: usize) -> usize {
        self.runs.partition_point(|run| run.end <= position)
    }
}

#[inline]
fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[inline]
fn push_key<T>(keys: &mut Vec<Option<KeyHash>>, rows: &Vec<T>, key: Option<KeyHash>) {
    if key.is_some() || !keys.is_empty() {
        if keys.capacity() < rows.capacity() {
            keys.reserve_exact(rows.capacity() - keys.len());
        }
        if keys.len() < rows.len() {
            keys.resize(rows.len(), None);
        }
        keys.push(key);
    }
}

fn retain<T>(items: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    items.retain(|_| kept.next().is_some_and(|&is_kept| is_kept));
}
