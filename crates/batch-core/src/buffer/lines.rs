use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use slab::Slab;

use super::Watermark;
use super::fresh::Fresh;
use super::index::{Holder, Index, KeyHash};
use super::line::{Kind, Line, Place, Sum};
use super::quotas::Quotas;
use super::retry::When;
use super::slots::{SlotId, Slots};
use super::spare::Spare;
use super::turns::Turns;
use crate::{Failure, Order};

pub(super) type LineId = u32;

/// Entries that wait in lines: one line for each lane of which several entries are inside or one failed,
/// and one for each group of entries without a lane that failed together and is due together. A line stands
/// nowhere while it is empty or an entry of its lane is in flight; else it is ready, or it rests until a
/// retry is due.
///
/// A lane of one entry, to which nothing has happened, is a key in the index and nothing else.
pub(super) struct Lines<E, T> {
    pub(super) all: Slab<Line>,
    pub(super) fresh: Fresh<E, T>,
    /// What holds the key of each lane.
    pub(super) lanes: Index,
    pub(super) ready: Turns,
    /// Lines that rest, by when that ends; of those at one instant, cohorts come before lanes.
    pub(super) resting: BTreeSet<(Instant, bool, LineId)>,
    /// Lines with entries to which nothing has happened, by when the first of these was accepted.
    pub(super) oldest: BTreeSet<(Instant, LineId)>,
    /// Lines whose entries were asked for their quotas.
    pub(super) quotas: Quotas,
    /// What the lines that nothing holds back could give to the next requests.
    pub(super) load: Sum,
    pub(super) linger: Duration,
    /// Whether a request carries one entry of a lane.
    strict: bool,
    pub(super) flushed: Option<Watermark>,
    /// Lines that have lost an entry or got one back, and have not been settled since.
    touched: Vec<LineId>,
    /// Failures that are not needed any more, to be dropped outside of the buffer.
    unused: Vec<Failure>,
    spare: Spare,
}

impl<E, T> Lines<E, T> {
    pub(super) fn new(linger: Duration, order: Order, quotas: Quotas) -> Self {
        Self {
            all: Slab::new(),
            fresh: Fresh::new(),
            lanes: Index::new(),
            ready: Turns::new(),
            resting: BTreeSet::new(),
            oldest: BTreeSet::new(),
            quotas,
            load: Sum::default(),
            linger,
            strict: order == Order::Strict,
            flushed: None,
            touched: Vec::new(),
            unused: Vec::new(),
            spare: Spare::default(),
        }
    }

    /// The line of this lane, which is made where there is none, and must be given an entry at once.
    pub(super) fn lane(&mut self, key: KeyHash) -> LineId {
        self.lanes.find(key).unwrap_or_else(|| {
            let id = self.add(Kind::Lane { key: Some(key), strict: self.strict });
            self.lanes.insert(key, Holder::Other(id));
            id
        })
    }

    /// Lets a line hold the key that an entry holds alone, and which must be given an entry at once.
    pub(super) fn promote(&mut self, key: KeyHash) -> LineId {
        let id = self.add(Kind::Lane { key: Some(key), strict: self.strict });
        self.lanes.pass_on(key, Holder::Other(id));
        id
    }

    /// A new lane whose entries go one after the other, which must be given one at once. Whoever
    /// has it made remembers it while an entry of it is inside.
    pub(super) fn nameless_lane(&mut self) -> LineId {
        self.add(Kind::Lane { key: None, strict: true })
    }

    /// A new line for entries that are due together, which must be given one at once.
    pub(super) fn cohort(&mut self) -> LineId {
        self.add(Kind::Cohort)
    }

    /// A new entry goes to the end of its line.
    #[inline]
    pub(super) fn push_back(&mut self, slots: &mut Slots<E, T>, slot: SlotId) {
        let Some(id) = slots[slot].line else {
            return;
        };
        let bytes = slots[slot].bytes as u128;
        slots.push_back(&mut self.all[id as usize].slots, slot);
        self.grow(slots, id, bytes);
    }

    /// A line has one more entry, which is not its first unless it stood nowhere.
    #[inline]
    pub(super) fn grow(&mut self, slots: &Slots<E, T>, id: LineId, bytes: u128) {
        let line = &mut self.all[id as usize];
        line.bytes += bytes;
        match line.place {
            Place::Nowhere if line.is_blocked() => {}
            Place::Nowhere => self.settle(slots, id, None),
            Place::Ready { .. } if !line.kind.is_strict() => self.load.add(Sum { entries: 1, bytes }),
            Place::Sorted { class, .. } if !line.kind.is_strict() => {
                self.quotas.grow(class, bytes);
                if class.is_none() {
                    self.load.add(Sum { entries: 1, bytes });
                }
            }
            Place::Ready { .. } | Place::Resting { .. } | Place::Sorted { .. } => {}
        }
    }

    /// An entry that failed goes back to the front of its line; [`settle`](Self::settle) follows.
    pub(super) fn push_front(&mut self, slots: &mut Slots<E, T>, slot: SlotId) {
        let Some(id) = slots[slot].line else {
            return;
        };
        self.displace(id);
        let line = &mut self.all[id as usize];
        slots.push_front(&mut line.slots, slot);
        line.bytes += slots[slot].bytes as u128;
        line.oldest = line.oldest.min(slots[slot].stamp.epoch);
    }

    /// An entry that failed goes to the end of a cohort that rests.
    pub(super) fn join(&mut self, slots: &mut Slots<E, T>, slot: SlotId) {
        self.push_back(slots, slot);
        if let Some(id) = slots[slot].line {
            let line = &mut self.all[id as usize];
            line.oldest = line.oldest.min(slots[slot].stamp.epoch);
        }
    }

    /// The line of those that go again at this time, if there are some.
    pub(super) fn resting_cohort(&self, slots: &Slots<E, T>, when: When) -> Option<LineId> {
        let mut cohorts = self.resting.range((when.at, false, 0)..(when.at, true, 0)).map(|&(.., id)| id);
        let is_theirs = |&id: &LineId| {
            self.all[id as usize].head(slots, &self.fresh).is_some_and(|head| {
                let class = self.quotas.limited(head.quota.flatten());
                (class, head.keeps_its_turn) == (when.class, when.keeps_its_turn)
            })
        };
        cohorts.find(is_theirs)
    }

    /// Takes an entry out of its line, wherever it stands there; [`settle`](Self::settle) follows.
    pub(super) fn remove(&mut self, slots: &mut Slots<E, T>, slot: SlotId) {
        let Some(id) = slots[slot].line else {
            return;
        };
        self.displace(id);
        let line = &mut self.all[id as usize];
        slots.unlink(&mut line.slots, slot);
        line.bytes -= slots[slot].bytes as u128;
    }

    /// Takes the first entry out of a line that stands nowhere; [`settle`](Self::settle) follows.
    #[inline]
    pub(super) fn pop_front(&mut self, slots: &mut Slots<E, T>, id: LineId) -> Option<SlotId> {
        let line = &mut self.all[id as usize];
        let slot = line.slots.head()?;
        slots.unlink(&mut line.slots, slot);
        line.bytes -= slots[slot].bytes as u128;
        line.away += usize::from(line.kind.is_lane());
        Some(slot)
    }

    /// An entry's share of a request changes where it stands.
    pub(super) fn resize(&mut self, slots: &mut Slots<E, T>, slot: SlotId, bytes: usize, now: Instant) {
        let Some(id) = slots[slot].line else {
            return;
        };
        self.displace(id);
        let old = std::mem::replace(&mut slots[slot].bytes, bytes);
        let line = &mut self.all[id as usize];
        line.bytes = line.bytes - old as u128 + bytes as u128;
        self.settle(slots, id, Some(now));
    }

    /// One more of the lane is away.
    pub(super) fn go(&mut self, id: LineId) {
        self.all[id as usize].away += 1;
    }

    /// One less of the lane is away.
    pub(super) fn come_back(&mut self, id: LineId) {
        let line = &mut self.all[id as usize];
        line.away -= 1;
        if line.away == 0 {
            self.touch(id);
        }
    }

    /// This line is to be settled.
    pub(super) fn touch(&mut self, id: LineId) {
        if self.touched.last() != Some(&id) {
            self.touched.push(id);
        }
    }

    /// Puts the lines that entries came back to where they belong now.
    pub(super) fn settle_touched(&mut self, slots: &Slots<E, T>, now: Instant) {
        while let Some(id) = self.touched.pop() {
            if self.all.contains(id as usize) {
                self.settle(slots, id, Some(now));
            }
        }
    }

    /// An entry of this lane failed or, without a failure, was accepted.
    #[inline]
    pub(super) fn failed(&mut self, id: LineId, failure: Option<&Failure>) {
        let old = std::mem::replace(&mut self.all[id as usize].failure, failure.cloned());
        self.unused.extend(old);
    }

    /// Puts a line where it belongs now, or removes it if nothing keeps it. `now` is only needed
    /// where a rest may have ended.
    pub(super) fn settle(&mut self, slots: &Slots<E, T>, id: LineId, now: Option<Instant>) {
        self.displace(id);
        let line = &mut self.all[id as usize];
        let is_blocked = line.is_blocked();
        let Some(head) = line.head(slots, &self.fresh) else {
            if !is_blocked {
                self.forget(id);
            }
            return;
        };
        if is_blocked {
            return;
        }
        match head.not_before {
            Some(until) if now.is_none_or(|now| until > now) => {
                line.place = Place::Resting { until };
                self.resting.insert((until, line.kind.is_lane(), id));
            }
            _ => self.make_ready(id, head),
        }
    }

    /// Lines whose rest ended become ready.
    pub(super) fn wake(&mut self, slots: &Slots<E, T>, now: Instant) {
        while let Some(&(until, _, id)) = self.resting.first()
            && until <= now
        {
            self.settle(slots, id, Some(now));
        }
    }

    /// Ends the lingering of everything that waits now or comes back later from before it.
    pub(super) fn flush(&mut self, watermark: Watermark) {
        self.flushed = Some(watermark);
    }

    /// The ready line whose turn it is, and since when it is.
    pub(super) fn first(&self) -> Option<(Instant, LineId)> {
        self.ready.first()
    }

    /// The first entry of a line that has a slot.
    #[inline]
    pub(super) fn first_slot(&self, id: LineId) -> Option<SlotId> {
        self.all[id as usize].slots.head()
    }

    /// Whether an entry of a line has a slot: these go before the others.
    pub(super) fn has_slots(&self, id: LineId) -> bool {
        self.first_slot(id).is_some()
    }

    #[inline]
    pub(super) fn is_lane(&self, id: LineId) -> bool {
        self.all[id as usize].kind.is_lane()
    }

    /// Why this lane does not move, as far as an entry of it failed.
    pub(super) fn failure(&self, id: LineId) -> Option<Failure> {
        self.all[id as usize].failure.clone()
    }

    pub(super) fn is_strict(&self, id: LineId) -> bool {
        self.all[id as usize].kind.is_strict()
    }

    #[inline]
    pub(super) fn is_away(&self, id: LineId) -> bool {
        self.all[id as usize].away > 0
    }

    /// When the lingering of the first line ends that nothing holds back.
    pub(super) fn due(&self) -> Option<Instant> {
        self.ready.due().into_iter().chain(self.quotas.due()).min()
    }

    /// When the first rest ends.
    pub(super) fn rest_ends(&self) -> Option<Instant> {
        self.resting.first().map(|&(until, ..)| until)
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn load(&self) -> Sum {
        self.load
    }

    pub(super) fn take_unused(&mut self) -> Vec<Failure> {
        std::mem::take(&mut self.unused)
    }

    /// Gives back the memory of lines that went.
    pub(super) fn shrink(&mut self) {
        if self.spare.is_due(self.all.capacity(), self.all.len()) {
            self.all.shrink_to_fit();
            self.spare.shrunk(self.all.capacity(), self.all.len());
        }
        self.shrink_fresh();
        self.lanes.shrink();
    }

    fn add(&mut self, kind: Kind) -> LineId {
        u32::try_from(self.all.insert(Line::new(kind))).expect("no more lines than entries")
    }

    fn forget(&mut self, id: LineId) {
        let line = self.all.remove(id as usize);
        self.unused.extend(line.failure);
        if let Kind::Lane { key: Some(key), .. } = line.kind {
            self.lanes.remove(key);
        }
    }
}
