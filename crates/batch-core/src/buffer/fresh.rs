use std::ops::Index;
use std::time::Instant;

use slab::Slab;

use super::Stamp;
use super::fill::Fill;
use super::flight::Lanes;
use super::line::Line;
use super::lines::{LineId, Lines};
use super::picked::{Pick, Picked};
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
///
/// What is known of an entry lies apart from it: it is filled in where it stays, and read there. With its entry, it would
/// be moved at each step, right after it was written.
pub(super) struct Fresh<E, T> {
    entries: Slab<E>,
    /// By the id of the entry; nothing where none waits.
    records: Vec<Option<Record<T>>>,
    /// The number of the next entry.
    next: u64,
}

pub(super) type FreshId = u32;

/// An entry that waits in a line.
#[derive(Clone, Copy)]
pub(super) struct Waiting {
    /// The lower half of its number in the order in which entries came to wait here.
    pub(super) number: u32,
    pub(super) id: FreshId,
}

impl<E, T> Fresh<E, T> {
    pub(super) fn new() -> Self {
        Self::with_capacity(0, 0)
    }

    fn with_capacity(entries: usize, next: u64) -> Self {
        Self { entries: Slab::with_capacity(entries), records: Vec::with_capacity(entries), next }
    }

    #[inline(always)]
    fn insert(&mut self, entry: E, record: Record<T>) -> Waiting {
        if self.entries.len() == self.entries.capacity() {
            self.grow();
        }
        let id = self.put(entry, record);
        let number = low(self.next);
        self.next += 1;
        Waiting { number, id }
    }

    #[inline(always)]
    fn put(&mut self, entry: E, record: Record<T>) -> FreshId {
        let id = self.entries.insert(entry);
        match self.records.get_mut(id) {
            Some(place) => *place = Some(record),
            None => self.records.push(Some(record)),
        }
        FreshId::try_from(id).expect("so many entries do not fit into the memory")
    }

    /// Makes room for a quarter more: after doubling, half of it could be unused while what waits is handed back, and takes
    /// memory elsewhere.
    #[cold]
    fn grow(&mut self) {
        let more = self.entries.len() / 4 + LEAST_MORE;
        self.entries.reserve_exact(more);
        self.records.reserve_exact(more);
    }

    /// The number of an entry that waits.
    fn number(&self, waiting: Waiting) -> u64 {
        self.next.saturating_sub(u64::from(low(self.next).wrapping_sub(waiting.number)))
    }

    fn remove(&mut self, id: FreshId) -> (E, Record<T>) {
        (self.take_entry(id), self.take_record(id))
    }

    #[inline(always)]
    fn take_entry(&mut self, id: FreshId) -> E {
        self.entries.remove(id as usize)
    }

    #[inline(always)]
    fn take_record(&mut self, id: FreshId) -> Record<T> {
        self.records[id as usize].take().expect(IS_KNOWN)
    }
}

const IS_KNOWN: &str = "something is known of each entry that waits";

/// Room for how many entries is added at least.
const LEAST_MORE: usize = 16;

/// The lower half of a number.
#[expect(clippy::cast_possible_truncation, reason = "the lower half is wanted")]
pub(super) fn low(number: u64) -> u32 {
    number as u32
}

impl<E, T> Index<FreshId> for Fresh<E, T> {
    type Output = Record<T>;

    #[inline]
    fn index(&self, id: FreshId) -> &Record<T> {
        self.records[id as usize].as_ref().expect(IS_KNOWN)
    }
}

/// Entries of lanes to which nothing has happened yet: they wait behind others of their lanes, and go into
/// requests many at once.
impl<E, T> Lines<E, T> {
    /// Adds an entry, which is accepted now, at the end of its lane.
    #[inline(always)]
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

    /// Picks from a line that stands nowhere what fits into a request that is filled so far, which grows by it:
    /// one entry of a strict lane, or those that share its carrier. Whether any did.
    pub(super) fn pick(
        &mut self,
        id: LineId,
        limits: &LimitPolicy,
        fill: &mut Fill,
        picked: &mut Picked,
    ) -> bool {
        let line = &mut self.all[id as usize];
        let first = line.accepted(&self.fresh);
        let (entries, bytes) = line.first_that_fit(&self.fresh, limits, fill);
        if let Some(&front) = line.fresh.front() {
            picked.add(id, self.fresh.number(front), line.fresh.drain(..entries));
        }
        if is_much(line.fresh.capacity(), line.fresh.len()) {
            line.fresh.shrink_to_fit();
        }
        line.bytes -= bytes;
        line.away += entries;
        self.age(id, first);
        entries > 0
    }

    /// Takes out what was picked. It goes in the order in which it came, and not lane by lane: so its data is read and freed
    /// in that order too, and receipts that stand side by side are answered together. Where neighbours share a carrier, it
    /// goes lane by lane.
    pub(super) fn take(&mut self, picked: Picked, limits: &LimitPolicy) -> (Vec<E>, Lanes<T>) {
        let picks = match limits.carrier_bytes() {
            None => picked.in_order(),
            Some(_) => picked.by_lane(),
        };
        // Each by itself, so that the next entries are read while the first are moved.
        let entries = picks.iter().map(|pick| self.fresh.take_entry(pick.id)).collect();
        let mut lanes = Lanes::with_capacity(picks.len());
        for Pick { id, line, .. } in picks {
            lanes.push(line, self.fresh.take_record(id));
        }
        (entries, lanes)
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
        let (entry, record) = self.fresh.remove(line.fresh.pop_front()?.id);
        line.bytes -= record.share.bytes() as u128;
        self.age(id, Some(first));
        Some((entry, record))
    }

    /// Takes out what has one of these stamps. Its lines are settled with those that entries come back to.
    pub(super) fn pull_all(&mut self, is_one: impl Fn(Stamp) -> bool) -> Vec<Single<E, T>> {
        let has_any = |(id, line): (usize, &Line)| {
            let is_any = line.fresh.iter().any(|waiting| is_one(self.fresh[waiting.id].stamp));
            is_any.then(|| u32::try_from(id).expect("a line has its number"))
        };
        let lines: Vec<_> = self.all.iter().filter_map(has_any).collect();
        let mut pulled = Vec::new();
        for id in lines {
            self.displace(id);
            self.touch(id);
            let line = &mut self.all[id as usize];
            let first = line.accepted(&self.fresh);
            for waiting in std::mem::take(&mut line.fresh) {
                if is_one(self.fresh[waiting.id].stamp) {
                    let (entry, record) = self.fresh.remove(waiting.id);
                    line.bytes -= record.share.bytes() as u128;
                    pulled.push(Single::of_line(entry, record, id));
                } else {
                    line.fresh.push_back(waiting);
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
        let mut left = Fresh::with_capacity(len, self.fresh.next);
        for (_, line) in &mut self.all {
            for waiting in &mut line.fresh {
                let (entry, record) = self.fresh.remove(waiting.id);
                // It keeps its number.
                waiting.id = left.put(entry, record);
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
    /// How many of these entries fit into a request that is filled so far, which grows by them, and their shares of it.
    fn first_that_fit<E, T>(
        &self,
        fresh: &Fresh<E, T>,
        limits: &LimitPolicy,
        fill: &mut Fill,
    ) -> (usize, u128) {
        let is_strict = self.kind.is_strict();
        let (mut taken, mut sum) = (0, 0);
        if limits.carrier_bytes().is_none() {
            // What follows does the same, in some 80 instructions more for each entry.
            let mut load = fill.load();
            let most = if is_strict { 1 } else { limits.entries() - load.entries };
            for waiting in self.fresh.iter().take(most) {
                let bytes = fresh[waiting.id].share.bytes();
                let with = load.with(bytes);
                if !limits.fits(with) {
                    break;
                }
                (load, taken, sum) = (with, taken + 1, sum + bytes as u128);
            }
            *fill = Fill::of(load);
            return (taken, sum);
        }
        for waiting in &self.fresh {
            let share = fresh[waiting.id].share;
            let (bytes, carrier) = (share.bytes(), share.carrier());
            let with = fill.with(limits, bytes, carrier);
            let is_apart = is_strict && taken > 0 && !fill.joins(limits, bytes, carrier);
            if is_apart || !limits.fits(with.load()) {
                break;
            }
            (*fill, taken, sum) = (with, taken + 1, sum + bytes as u128);
        }
        (taken, sum)
    }

    /// When the first of its entries to which nothing has happened was accepted.
    fn accepted<E, T>(&self, fresh: &Fresh<E, T>) -> Option<Instant> {
        self.fresh.front().map(|waiting| fresh[waiting.id].accepted)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::super::fill::{Fill, Share};
    use super::super::lines::Lines;
    use super::super::quotas::Quotas;
    use super::super::record::Record;
    use super::super::scopes::{ScopeId, Scopes};
    use super::super::slots::Slots;
    use super::{Fresh, Picked, Waiting, low};
    use crate::{Key, LimitPolicy, Order, Settings};

    proptest! {
        #[test]
        fn the_order_of_a_lane_is_kept_however_many_entries_came_meanwhile(
            gaps in proptest::collection::vec(prop_oneof![1_u64..100, 1 << 30..1_u64 << 34], 1..20),
            later in prop_oneof![0_u64..100, 0..1_u64 << 34],
        ) {
            let mut fresh = Fresh::<(), ()>::new();
            let mut waiting = Vec::new();
            for gap in &gaps {
                fresh.next += gap;
                waiting.push(Waiting { number: low(fresh.next), id: 0 });
            }
            let last = fresh.next;
            fresh.next += later + 1;
            let mut picked = Picked::none();
            picked.add(0, fresh.number(waiting[0]), waiting.iter().copied());
            let numbers: Vec<_> = picked.by_lane().iter().map(|pick| pick.number).collect();
            prop_assert!(numbers.is_sorted());
            if fresh.next - gaps[0] < 1 << 32 {
                prop_assert!(numbers.is_sorted_by(|one, other| one < other));
                prop_assert_eq!(numbers.last(), Some(&last));
            }
        }
    }

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
        let take = |lines: &mut Lines<u32, ()>, line| {
            let (mut fill, mut picked) = (Fill::empty(), Picked::none());
            lines.displace(line);
            lines.pick(line, &limits, &mut fill, &mut picked);
            lines.take(picked, &limits).0
        };
        let mut taken = Vec::new();
        while lines.has_fresh(many) {
            taken.extend(take(&mut lines, many));
        }
        assert!(taken.into_iter().eq(0..2_000));
        assert_eq!(lines.all[many as usize].fresh.capacity(), 0);
        assert!(lines.fresh.entries.capacity() >= 2_008);

        lines.shrink();
        assert_eq!(lines.fresh.entries.capacity(), 8);
        assert!(take(&mut lines, few).into_iter().eq(2_000..2_008));
    }
}
