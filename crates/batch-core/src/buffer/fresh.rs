use std::ops::Index;
use std::time::Instant;

use slab::Slab;

use super::Stamp;
use super::fill::{Fill, Share};
use super::line::Line;
use super::lines::{LineId, Lines};
use super::record::{Keys, Record};
use super::segment::Single;
use super::slots::Slots;
use super::spare::is_much;
use crate::LimitPolicy;

/// Entries of lanes to which nothing has happened, in whatever order: their lines have their numbers, in order.
///
/// What a request takes is what the next entries find free, and is in the cache then. If each line had its entries in
/// a memory of its own, an entry would be written where nothing was for a hundred requests, and the release of the lock
/// would wait for that.
pub(super) struct Fresh<E, T> {
    entries: Slab<(E, Record<T>)>,
}

pub(super) type FreshId = u32;

impl<E, T> Fresh<E, T> {
    pub(super) fn new() -> Self {
        Self { entries: Slab::new() }
    }

    #[inline]
    fn insert(&mut self, entry: E, record: Record<T>) -> FreshId {
        let id = self.entries.insert((entry, record));
        FreshId::try_from(id).expect("so many entries do not fit into the memory")
    }

    #[inline]
    fn remove(&mut self, id: FreshId) -> (E, Record<T>) {
        self.entries.remove(id as usize)
    }
}

impl<E, T> Index<FreshId> for Fresh<E, T> {
    type Output = Record<T>;

    #[inline]
    fn index(&self, id: FreshId) -> &Record<T> {
        &self.entries[id as usize].1
    }
}

/// Entries of lanes to which nothing has happened yet: they wait behind others of their lanes, and go into
/// requests many at once.
impl<E, T> Lines<E, T> {
    /// Adds an entry, which is accepted now, at the end of its lane.
    pub(super) fn push(&mut self, slots: &Slots<E, T>, id: LineId, entry: E, record: Record<T>) {
        let line = &mut self.all[id as usize];
        if line.fresh.is_empty() {
            self.oldest.insert((record.accepted, id));
        }
        let bytes = record.share.bytes() as u128;
        line.fresh.push_back(self.fresh.insert(entry, record));
        self.grow(slots, id, bytes);
    }

    /// When the oldest of these entries was accepted, and its lane.
    pub(super) fn oldest(&self) -> Option<(Instant, LineId)> {
        self.oldest.first().copied()
    }

    /// Takes from a line that stands nowhere what fits into a request that is filled so far, which grows by it:
    /// one entry of a strict lane, or those that share its carrier.
    pub(super) fn take(
        &mut self,
        id: LineId,
        limits: &LimitPolicy,
        fill: &mut Fill,
    ) -> (Vec<E>, Vec<Record<T>>) {
        let line = &mut self.all[id as usize];
        let first = line.accepted(&self.fresh);
        let taken = line.first_that_fit(&self.fresh, limits, fill);
        let (mut entries, mut records) = (Vec::with_capacity(taken), Vec::with_capacity(taken));
        for id in line.fresh.drain(..taken) {
            let (entry, record) = self.fresh.remove(id);
            entries.push(entry);
            records.push(record);
        }
        line.bytes -= records.iter().map(|record| record.share.bytes() as u128).sum::<u128>();
        line.away += entries.len();
        self.age(id, first);
        (entries, records)
    }

    /// Whether such entries wait in a line.
    pub(super) fn has_fresh(&self, id: LineId) -> bool {
        !self.all[id as usize].fresh.is_empty()
    }

    /// Takes the oldest entry out. Its line is settled with those that entries come back to.
    pub(super) fn pop(&mut self) -> Option<Single<E, T>> {
        let (_, id) = self.oldest()?;
        let (entry, record) = self.shift(id)?;
        self.touch(id);
        Some(Single::of_line(entry, record, id))
    }

    /// Takes the first of these entries out of a line, which stands nowhere then.
    pub(super) fn shift(&mut self, id: LineId) -> Option<(E, Record<T>)> {
        let first = self.all[id as usize].accepted(&self.fresh)?;
        self.displace(id);
        let line = &mut self.all[id as usize];
        let (entry, record) = self.fresh.remove(line.fresh.pop_front()?);
        line.bytes -= record.share.bytes() as u128;
        self.age(id, Some(first));
        Some((entry, record))
    }

    /// Takes out what has one of these stamps. Its lines are settled with those that entries come back to.
    pub(super) fn pull_all(&mut self, is_one: impl Fn(Stamp) -> bool) -> Vec<Single<E, T>> {
        let has_any = |(id, line): (usize, &Line)| {
            let is_any = line.fresh.iter().any(|&fresh| is_one(self.fresh[fresh].stamp));
            is_any.then(|| u32::try_from(id).expect("a line has its number"))
        };
        let lines: Vec<_> = self.all.iter().filter_map(has_any).collect();
        let mut pulled = Vec::new();
        for id in lines {
            self.displace(id);
            self.touch(id);
            let line = &mut self.all[id as usize];
            let first = line.accepted(&self.fresh);
            for fresh in std::mem::take(&mut line.fresh) {
                if is_one(self.fresh[fresh].stamp) {
                    let (entry, record) = self.fresh.remove(fresh);
                    line.bytes -= record.share.bytes() as u128;
                    pulled.push(Single::of_line(entry, record, id));
                } else {
                    line.fresh.push_back(fresh);
                }
            }
            self.age(id, first);
        }
        pulled
    }

    /// Gives back the memory of entries that went. Those that are left move, wherever they are: while entries come and go,
    /// one of the last places is always taken. A line is larger than an entry's place, so that where there are more
    /// lines than places, these are not worth a look at all lines.
    pub(super) fn shrink_fresh(&mut self) {
        let (capacity, len) = (self.fresh.entries.capacity(), self.fresh.entries.len());
        if !is_much(capacity, len) || capacity < self.all.len() {
            return;
        }
        let mut left = Fresh { entries: Slab::with_capacity(len) };
        for (_, line) in &mut self.all {
            for id in &mut line.fresh {
                let (entry, record) = self.fresh.remove(*id);
                *id = left.insert(entry, record);
            }
        }
        self.fresh = left;
    }

    /// The first of these entries of a line may be another than that accepted then.
    fn age(&mut self, id: LineId, was: Option<Instant>) {
        let is = self.all[id as usize].accepted(&self.fresh);
        if is == was {
            return;
        }
        if let Some(accepted) = was {
            self.oldest.remove(&(accepted, id));
        }
        if let Some(accepted) = is {
            self.oldest.insert((accepted, id));
        }
    }
}

impl<E, T> Single<E, T> {
    /// One that left a line.
    fn of_line(entry: E, record: Record<T>, line: LineId) -> Self {
        Self { entry, record, keys: Keys::default(), line: Some(line) }
    }
}

impl Line {
    /// How many of these entries fit into a request that is filled so far, which grows by them.
    fn first_that_fit<E, T>(&self, fresh: &Fresh<E, T>, limits: &LimitPolicy, fill: &mut Fill) -> usize {
        let is_strict = self.kind.is_strict();
        let shares = self.fresh.iter().map(|&id| fresh[id].share);
        if limits.carrier_bytes().is_none() {
            // What follows does the same, in some 80 instructions more for each entry.
            let mut load = fill.load();
            let most = if is_strict { 1 } else { limits.entries() - load.entries };
            let fits = |share: &Share| {
                let with = load.with(share.bytes());
                let fits = limits.fits(with);
                load = if fits { with } else { load };
                fits
            };
            let taken = shares.take(most).take_while(fits).count();
            *fill = Fill::of(load);
            return taken;
        }
        let mut taken = 0;
        for share in shares {
            let (bytes, carrier) = (share.bytes(), share.carrier());
            let with = fill.with(limits, bytes, carrier);
            let is_apart = is_strict && taken > 0 && !fill.joins(limits, bytes, carrier);
            if is_apart || !limits.fits(with.load()) {
                break;
            }
            (*fill, taken) = (with, taken + 1);
        }
        taken
    }

    /// When the first of its entries to which nothing has happened was accepted.
    fn accepted<E, T>(&self, fresh: &Fresh<E, T>) -> Option<Instant> {
        self.fresh.front().map(|&id| fresh[id].accepted)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::super::fill::{Fill, Share};
    use super::super::lines::Lines;
    use super::super::quotas::Quotas;
    use super::super::record::Record;
    use super::super::scopes::{ScopeId, Scopes};
    use super::super::slots::Slots;
    use crate::{Key, LimitPolicy, Order, Settings};

    #[test]
    #[expect(clippy::disallowed_methods, reason = "any instant will do as the origin")]
    fn the_memory_of_a_burst_is_given_back_while_what_came_last_still_waits() {
        let limits = LimitPolicy::new(500, 1 << 20, 100).expect("they fit together");
        let plan = Settings::new().plan::<u32>(limits).expect("it has room for a largest entry");
        let mut lines: Lines<u32, ()> = Lines::new(Duration::ZERO, Order::Relaxed, Quotas::of(&plan));
        let (slots, mut scopes, accepted) = (Slots::new(), Scopes::new(), Instant::now());
        let [many, few] = ["many", "few"].map(|key| lines.lane(plan.keys.hash(&Key::from(key))));
        for number in 0..2_008 {
            let line = if number < 2_000 { many } else { few };
            let stamp = scopes.enter(ScopeId::OWN);
            let record = Record { tag: (), accepted, stamp, charge: 1, share: Share::of(1, None) };
            lines.push(&slots, line, number, record);
        }
        let mut taken = Vec::new();
        while lines.has_fresh(many) {
            lines.displace(many);
            taken.extend(lines.take(many, &limits, &mut Fill::empty()).0);
        }
        assert!(taken.into_iter().eq(0..2_000));
        assert!(lines.fresh.entries.capacity() >= 2_008);

        lines.shrink();
        assert_eq!(lines.fresh.entries.capacity(), 8);
        lines.displace(few);
        assert!(lines.take(few, &limits, &mut Fill::empty()).0.into_iter().eq(2_000..2_008));
    }
}
