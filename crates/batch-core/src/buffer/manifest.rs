use std::ops::Range;
use std::time::Instant;

use super::fill::{CarrierHash, Share};
use super::index::KeyHash;
use super::record::{Keys, Record};
use super::{Admission, Stamp};

/// What is known of entries in their order: of those of a [segment](super::segment::Segment) while they wait and while a
/// request carries them, and of those of [lanes](super::flight::Lanes) while one does.
///
/// It keeps a [`Record`] in 24 bytes beside what the submitter gave along, 16 more for a lane or an identity, and
/// 8 for a carrier: entries that were accepted between the same two flushes share a stamp.
pub(super) struct Manifest<T> {
    /// Nothing where an entry left before the others.
    rows: Vec<Option<Row<T>>>,
    /// By position; empty while no entry has a lane.
    lanes: Vec<Option<KeyHash>>,
    /// By position; empty while no entry has an identity.
    identities: Vec<Option<KeyHash>>,
    /// By position; empty while no entry has a carrier.
    carriers: Vec<Option<CarrierHash>>,
    /// Whether an entry ever had a lane, an identity or a carrier.
    has_columns: bool,
    runs: Vec<Run>,
    /// What its entries are charged together.
    charge: usize,
}

struct Row<T> {
    tag: T,
    accepted: Instant,
    charge: u32,
    bytes: u32,
}

/// Entries with the same stamp, none of which was accepted before the one ahead of it.
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
            carriers: Vec::new(),
            has_columns: false,
            runs: Vec::new(),
            charge: 0,
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
        self.carriers.shrink_to_fit();
    }

    /// The number of its positions, those included whose entry left.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The number of entries that have not left.
    pub(super) fn entries(&self) -> usize {
        self.runs.iter().map(|run| run.entries).sum()
    }

    /// When the oldest and the youngest of its entries were accepted.
    pub(super) fn span(&self) -> Option<(Instant, Instant)> {
        let accepted = |rows: Range<usize>| {
            let mut rows = self.rows[rows].iter().flatten();
            let first = rows.next()?.accepted;
            Some((first, rows.next_back().map_or(first, |last| last.accepted)))
        };
        let spans = self.ascents().filter_map(accepted);
        spans.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
    }

    /// The positions of its entries, parted so that in each part, none was accepted before the one ahead of it.
    pub(super) fn ascents(&self) -> impl Iterator<Item = Range<usize>> {
        let begins = std::iter::once(0).chain(self.runs.iter().map(|run| run.end));
        begins.zip(&self.runs).map(|(begin, run)| begin..run.end)
    }

    /// Whether it can keep what is known of an entry with this charge and this share of a request.
    #[inline]
    pub(super) fn keeps(charge: usize, bytes: usize) -> bool {
        u32::try_from(charge).is_ok() && u32::try_from(bytes).is_ok()
    }

    /// Adds an entry that it can [keep](Self::keeps), and that was not accepted before the last one of this stamp.
    #[inline(always)]
    pub(super) fn push(&mut self, admission: Admission, tag: T, accepted: Instant, stamp: Stamp) {
        let Admission { charge, bytes, keys, carrier } = admission;
        if keys.lane.is_some() || keys.identity.is_some() || carrier.is_some() || self.has_columns {
            self.has_columns = true;
            push_key(&mut self.lanes, &self.rows, keys.lane);
            push_key(&mut self.identities, &self.rows, keys.identity);
            push_key(&mut self.carriers, &self.rows, carrier);
        }
        self.rows.push(Some(Row { tag, accepted, charge: short(charge), bytes: short(bytes) }));
        self.charge += charge;
        let end = self.rows.len();
        match self.runs.last_mut() {
            Some(run) if run.stamp == stamp => (run.entries, run.end) = (run.entries + 1, end),
            _ => self.runs.push(Run { stamp, entries: 1, end }),
        }
    }

    /// Adds an entry that can be [kept](Self::keeps), whenever it was accepted. Its keys are its line's.
    #[inline]
    pub(super) fn push_record(&mut self, record: Record<T>) {
        let Record { tag, accepted, stamp, charge, share } = record;
        let last = self.rows.last().and_then(Option::as_ref);
        if last.is_some_and(|last| last.accepted > accepted) {
            self.runs.push(Run { stamp, entries: 0, end: self.rows.len() });
        }
        let admission =
            Admission { charge, bytes: share.bytes(), keys: Keys::default(), carrier: share.carrier() };
        self.push(admission, tag, accepted, stamp);
    }

    /// Takes the entry at this position out, if it has not left.
    pub(super) fn take(&mut self, position: usize) -> Option<(Record<T>, Keys)> {
        let Row { tag, accepted, charge, bytes } = self.rows.get_mut(position)?.take()?;
        let run = self.run_of(position);
        let run = &mut self.runs[run];
        run.entries -= 1;
        let (charge, bytes) = (charge as usize, bytes as usize);
        self.charge -= charge;
        let (stamp, share) = (run.stamp, Share::of(bytes, self.carrier(position)));
        Some((Record { tag, accepted, stamp, charge, share }, self.keys(position)))
    }

    /// The charge and the share of a request of the entry at this position, if it has not left.
    pub(super) fn sizes(&self, position: usize) -> Option<(usize, usize)> {
        self.rows.get(position)?.as_ref().map(|row| (row.charge as usize, row.bytes as usize))
    }

    /// Sets what [`sizes`](Self::sizes) returns to sizes that it can [keep](Self::keeps).
    pub(super) fn resize(&mut self, position: usize, (charge, bytes): (usize, usize)) {
        if let Some(Some(row)) = self.rows.get_mut(position) {
            self.charge = self.charge - row.charge as usize + charge;
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

    /// When the oldest entry was accepted of which that counts.
    pub(super) fn oldest(&self, counts: impl Fn(Instant) -> bool) -> Option<Instant> {
        let accepted = |rows: Range<usize>| self.rows[rows].iter().flatten().map(|row| row.accepted);
        self.ascents().filter_map(|rows| accepted(rows).find(|&accepted| counts(accepted))).min()
    }

    /// Whether the entry at this position has not left.
    #[inline]
    pub(super) fn has(&self, position: usize) -> bool {
        self.rows.get(position).is_some_and(Option::is_some)
    }

    /// The stamp of the entry at this position, if it has not left.
    pub(super) fn stamp(&self, position: usize) -> Option<Stamp> {
        self.has(position).then(|| self.runs[self.run_of(position)].stamp)
    }

    /// The share of a request of the entry at this position, if it has not left.
    pub(super) fn bytes(&self, position: usize) -> Option<usize> {
        self.rows.get(position)?.as_ref().map(|row| row.bytes as usize)
    }

    /// The carrier of the entry at this position, if it has one.
    pub(super) fn carrier(&self, position: usize) -> Option<CarrierHash> {
        self.carriers.get(position).copied().flatten()
    }

    /// Whether an entry ever had a carrier.
    pub(super) fn has_carriers(&self) -> bool {
        !self.carriers.is_empty()
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
        self.charge
    }

    /// The lanes and identities of those entries that have any.
    pub(super) fn all_keys(&self) -> impl Iterator<Item = Keys> {
        let positions = if self.has_keys() { 0..self.rows.len() } else { 0..0 };
        positions.filter(|&position| self.has(position)).map(|position| self.keys(position))
    }

    pub(super) fn has_keys(&self) -> bool {
        !self.lanes.is_empty() || !self.identities.is_empty()
    }

    /// What is known of each of its entries that has not left.
    pub(super) fn into_records(mut self) -> impl Iterator<Item = (Record<T>, Keys)> {
        (0..self.len()).filter_map(move |position| self.take(position))
    }

    /// What the submitters gave along.
    pub(super) fn tags(&self) -> impl Iterator<Item = &T> {
        self.rows.iter().flatten().map(|row| &row.tag)
    }

    /// What is known of each of its entries that has not left, and their positions.
    pub(super) fn into_positions(mut self) -> impl Iterator<Item = (usize, Record<T>)> {
        (0..self.len()).filter_map(move |position| Some((position, self.take(position)?.0)))
    }

    /// What the submitters gave along, and the positions.
    pub(super) fn into_tags(self) -> impl Iterator<Item = (usize, T)> {
        let rows = self.rows.into_iter().enumerate();
        rows.filter_map(|(position, row)| Some((position, row?.tag)))
    }

    /// Drops the positions whose entries left.
    pub(super) fn compact(&mut self) {
        let is_there: Vec<bool> = self.rows.iter().map(Option::is_some).collect();
        retain(&mut self.rows, &is_there);
        retain(&mut self.lanes, &is_there);
        retain(&mut self.identities, &is_there);
        retain(&mut self.carriers, &is_there);
        let mut end = 0;
        for run in &mut self.runs {
            end += run.entries;
            run.end = end;
        }
    }

    /// Parts the first positions from the others, which stay.
    pub(super) fn split_front(&mut self, positions: usize) -> Self {
        let mut front = Self {
            rows: split_front(&mut self.rows, positions),
            lanes: split_column(&mut self.lanes, positions),
            identities: split_column(&mut self.identities, positions),
            carriers: split_column(&mut self.carriers, positions),
            has_columns: self.has_columns,
            runs: self.runs.clone(),
            charge: 0,
        };
        front.charge = front.rows.iter().flatten().map(|row| row.charge as usize).sum();
        self.charge -= front.charge;
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
fn push_key<K: Copy, T>(keys: &mut Vec<Option<K>>, rows: &Vec<T>, key: Option<K>) {
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

/// Parts the first items of a vector from the others, which stay. The fewer of the two are moved to other memory: where
/// a request has a few entries when it takes a segment, nearly all of that goes, and so on with the next ones.
pub(super) fn split_front<I>(items: &mut Vec<I>, front: usize) -> Vec<I> {
    if front <= items.len() / 2 {
        return items.drain(..front).collect();
    }
    let rest = items.split_off(front);
    std::mem::replace(items, rest)
}

/// The same of a column, which may be empty.
fn split_column<K>(keys: &mut Vec<K>, positions: usize) -> Vec<K> {
    let positions = positions.min(keys.len());
    split_front(keys, positions)
}

fn retain<T>(items: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    items.retain(|_| kept.next().is_some_and(|&is_kept| is_kept));
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::super::fill::Share;
    use super::super::record::Record;
    use super::super::scopes::{ScopeId, Scopes};
    use super::Manifest;

    proptest! {
        #[test]
        #[expect(clippy::disallowed_methods, reason = "any instant will do as the origin")]
        fn what_was_accepted_in_any_order_is_known_by_its_age(
            ages in proptest::collection::vec((0_u64..50, any::<bool>()), 0..40),
            least in 0_u64..60,
        ) {
            let (origin, stamp) = (Instant::now(), Scopes::new().enter(ScopeId::OWN));
            let at = |millis| origin + Duration::from_millis(millis);
            let mut manifest = Manifest::with_capacity(0);
            for &(age, _) in &ages {
                let share = Share::of(1, None);
                manifest.push_record(Record { tag: (), accepted: at(age), stamp, charge: 1, share });
            }
            for (position, _) in ages.iter().enumerate().filter(|(_, (_, leaves))| *leaves) {
                prop_assert!(manifest.take(position).is_some());
            }
            let left = || ages.iter().filter(|(_, leaves)| !leaves).map(|&(age, _)| age);
            let span = left().min().zip(left().max()).map(|(oldest, youngest)| (at(oldest), at(youngest)));
            prop_assert_eq!(manifest.span(), span);
            let oldest = left().filter(|&age| age >= least).min().map(at);
            prop_assert_eq!(manifest.oldest(|accepted| accepted >= at(least)), oldest);
            prop_assert_eq!(manifest.entries(), left().count());
            let mut end = 0;
            for ascent in manifest.ascents() {
                prop_assert_eq!(ascent.start, end);
                end = ascent.end;
                prop_assert!(ages[ascent].is_sorted_by_key(|&(age, _)| age));
            }
            prop_assert_eq!(end, ages.len());
        }
    }
}
