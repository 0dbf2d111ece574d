use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use slab::Slab;

use super::Watermark;
use super::index::{Index, KeyHash};
use super::line::{Kind, Line, Place, Sum};
use super::slots::{LINE, SlotId, Slots};
use super::turns::{Turn, Turns};
use crate::Failure;

pub(super) type LineId = u32;

/// The line of everything that has no lane, in the order of acceptance.
pub(super) const MAIN: LineId = 0;

/// The longest that entries whose retry is due wait for company.
const COMPANY: Duration = Duration::from_millis(100);

/// Who waits, in lines: one for what has no lane, one for each lane, one for each group of
/// entries without a lane that failed together and is due together. A line is nowhere while it is
/// empty or while one of its lane is in flight; else it is ready, or it rests until a retry is due.
pub(super) struct Lines {
    all: Slab<Line>,
    lanes: Index,
    ready: Turns,
    resting: BTreeSet<(Instant, LineId)>,
    /// What the ready lines could give to the next requests.
    load: Sum,
    linger: Duration,
    flushed: Option<Watermark>,
    /// Failures that are not needed any more, to be dropped outside of the buffer.
    unused: Vec<Failure>,
}

impl Lines {
    pub(super) fn new(linger: Duration) -> Self {
        let mut all = Slab::new();
        all.insert(Line::new(Kind::Main));
        Self {
            all,
            lanes: Index::new(),
            ready: Turns::new(),
            resting: BTreeSet::new(),
            load: Sum::default(),
            linger,
            flushed: None,
            unused: Vec::new(),
        }
    }

    /// The line of this lane, which must be given an entry at once.
    pub(super) fn lane(&mut self, key: KeyHash, strict: bool) -> LineId {
        self.lanes.find(key).unwrap_or_else(|| {
            let id = self.add(Kind::Lane { key: Some(key), strict });
            self.lanes.insert(key, id);
            id
        })
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
    pub(super) fn push_back<E, T>(&mut self, slots: &mut Slots<E, T>, slot: SlotId) {
        let (id, bytes) = (slots[slot].line, slots[slot].bytes as u128);
        let line = &mut self.all[id as usize];
        slots.push_back::<LINE>(&mut line.waiting, slot);
        line.bytes += bytes;
        match &mut line.place {
            Place::Nowhere => self.settle(slots, id, None),
            Place::Ready { share, .. } if !line.kind.is_strict() => {
                *share = Sum { entries: share.entries + 1, bytes: share.bytes + bytes };
                self.load = Sum { entries: self.load.entries + 1, bytes: self.load.bytes + bytes };
            }
            Place::Ready { .. } | Place::Resting { .. } => {}
        }
    }

    /// An entry that failed goes back to the front of its line; [`settle`](Self::settle) follows.
    pub(super) fn push_front<E, T>(&mut self, slots: &mut Slots<E, T>, slot: SlotId) {
        let id = slots[slot].line;
        self.displace(id);
        let line = &mut self.all[id as usize];
        slots.push_front::<LINE>(&mut line.waiting, slot);
        line.bytes += slots[slot].bytes as u128;
        line.oldest = line.oldest.min(slots[slot].stamp.epoch);
    }

    /// Takes an entry out of its line, wherever it stands there; [`settle`](Self::settle) follows.
    pub(super) fn remove<E, T>(&mut self, slots: &mut Slots<E, T>, slot: SlotId) {
        let id = slots[slot].line;
        self.displace(id);
        let line = &mut self.all[id as usize];
        slots.unlink::<LINE>(&mut line.waiting, slot);
        line.bytes -= slots[slot].bytes as u128;
    }

    /// Takes the first entry out of a line that stands nowhere; [`settle`](Self::settle) follows.
    #[inline]
    pub(super) fn pop_front<E, T>(&mut self, slots: &mut Slots<E, T>, id: LineId) -> Option<SlotId> {
        let line = &mut self.all[id as usize];
        let slot = line.waiting.head()?;
        slots.unlink::<LINE>(&mut line.waiting, slot);
        line.bytes -= slots[slot].bytes as u128;
        line.away += u32::from(line.kind.is_lane());
        Some(slot)
    }

    /// An entry's share of a request changes where it stands.
    pub(super) fn resize<E, T>(&mut self, slots: &mut Slots<E, T>, slot: SlotId, bytes: usize, now: Instant) {
        let id = slots[slot].line;
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

    pub(super) fn come_back(&mut self, id: LineId) {
        self.all[id as usize].away -= 1;
    }

    /// An entry of this lane failed or, without a failure, was accepted.
    #[inline]
    pub(super) fn failed(&mut self, id: LineId, failure: Option<&Failure>) {
        if id != MAIN {
            let old = std::mem::replace(&mut self.all[id as usize].failure, failure.cloned());
            self.unused.extend(old);
        }
    }

    /// Puts a line where it belongs now, or removes it if nothing keeps it. `now` is only needed
    /// where a rest may have ended.
    pub(super) fn settle<E, T>(&mut self, slots: &Slots<E, T>, id: LineId, now: Option<Instant>) {
        self.displace(id);
        let line = &mut self.all[id as usize];
        let blocked = line.away > 0 && line.kind.is_lane();
        let Some(head) = line.waiting.head() else {
            if !blocked {
                self.forget(id);
            }
            return;
        };
        if blocked {
            return;
        }
        match slots[head].not_before() {
            Some(until) if now.is_none_or(|now| until > now) => {
                line.place = Place::Resting { until };
                self.resting.insert((until, id));
            }
            _ => self.make_ready(slots, id, head),
        }
    }

    /// Lines whose rest ended become ready.
    pub(super) fn wake<E, T>(&mut self, slots: &Slots<E, T>, now: Instant) {
        while let Some(&(until, id)) = self.resting.first()
            && until <= now
        {
            self.settle(slots, id, Some(now));
        }
    }

    /// Ends the lingering of everything that waits now or comes back later from before it.
    pub(super) fn flush(&mut self, watermark: Watermark) {
        self.flushed = Some(watermark);
    }

    /// The ready line whose turn it is.
    pub(super) fn first(&self) -> Option<LineId> {
        self.ready.first()
    }

    #[inline]
    pub(super) fn head(&self, id: LineId) -> Option<SlotId> {
        self.all[id as usize].waiting.head()
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

    /// When the lingering of the first ready line ends.
    pub(super) fn due(&self) -> Option<Instant> {
        self.ready.due()
    }

    /// When the first rest ends.
    pub(super) fn rest_ends(&self) -> Option<Instant> {
        self.resting.first().map(|&(until, _)| until)
    }

    /// All lines but the main one.
    pub(super) fn len(&self) -> usize {
        self.all.len() - 1
    }

    pub(super) fn load(&self) -> Sum {
        self.load
    }

    pub(super) fn take_unused(&mut self) -> Vec<Failure> {
        std::mem::take(&mut self.unused)
    }

    /// Gives back the memory of lines that went.
    pub(super) fn shrink(&mut self) {
        self.all.shrink_to_fit();
        self.lanes.shrink();
    }

    fn make_ready<E, T>(&mut self, slots: &Slots<E, T>, id: LineId, head: SlotId) {
        let line = &mut self.all[id as usize];
        let head = &slots[head];
        let flushed = self.flushed.is_some_and(|watermark| watermark.is_after(line.oldest));
        let lingered = head.since + self.linger;
        let due = match (&line.kind, head.not_before()) {
            (Kind::Cohort, Some(rested)) if !flushed => rested + self.linger.min(COMPANY),
            (_, Some(rested)) => rested,
            (_, None) => lingered,
        };
        let turn = match head.keeps_its_turn() {
            true => Turn::Returned { turn: lingered.min(due), due },
            false => Turn::InTime(due),
        };
        let share = if line.kind.is_strict() {
            Sum { entries: 1, bytes: head.bytes as u128 }
        } else {
            Sum { entries: line.waiting.len(), bytes: line.bytes }
        };
        line.place = Place::Ready { turn, share };
        self.ready.insert(id, turn);
        self.load.entries += share.entries;
        self.load.bytes += share.bytes;
    }

    /// Takes a line out of wherever it stands; [`settle`](Self::settle) follows.
    pub(super) fn displace(&mut self, id: LineId) {
        let line = &mut self.all[id as usize];
        match std::mem::replace(&mut line.place, Place::Nowhere) {
            Place::Nowhere => {}
            Place::Ready { turn, share } => {
                self.ready.remove(id, turn);
                self.load.entries -= share.entries;
                self.load.bytes -= share.bytes;
            }
            Place::Resting { until } => {
                self.resting.remove(&(until, id));
            }
        }
    }

    fn add(&mut self, kind: Kind) -> LineId {
        u32::try_from(self.all.insert(Line::new(kind))).expect("no more lines than entries")
    }

    fn forget(&mut self, id: LineId) {
        if id == MAIN {
            return;
        }
        let line = self.all.remove(id as usize);
        self.unused.extend(line.failure);
        if let Kind::Lane { key: Some(key), .. } = line.kind {
            self.lanes.remove(key);
        }
    }
}
