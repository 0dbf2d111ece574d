use std::collections::BTreeSet;
use std::time::Instant;

use slab::Slab;

use super::slots::{SlotId, Slots, Whereabouts};
use crate::Failure;

pub(super) type IsolationId = u32;

/// A request of at most this many entries is isolated to the end, whatever it takes.
const ALWAYS: usize = 25;

/// Requests that were refused as a whole. Each is sent again in parts, one after the other, until
/// its culprits were refused alone or its budget is spent.
pub(super) struct Isolations {
    all: Slab<Isolation>,
    ready: BTreeSet<(u64, IsolationId)>,
    next_turn: u64,
    resting: BTreeSet<(Instant, IsolationId)>,
    /// Refusals that are not needed any more, to be dropped outside of the buffer.
    unused: Vec<Failure>,
}

/// The next part is the first entries of those that wait: half of the suspects if there are any,
/// else as many as seem to hold about one culprit.
struct Isolation {
    /// Entries still to be sent, the next one last. Those that were given up meanwhile stay in
    /// here until it is their turn: to take each one out at once would cost n² for n of them.
    waiting: Vec<SlotId>,
    /// How many of those that wait were not given up.
    left: usize,
    /// How many of the next entries are suspects: a request of them was refused, so there is a
    /// culprit among them.
    suspects: usize,
    /// Whether the suspects go in one request. Until a culprit is found the request may have been
    /// refused for its size, and then two halves pass where a search would send ten requests.
    suspects_together: bool,
    /// Whether the part that is away had no suspects in it.
    is_untested_away: bool,
    /// The size of a part without suspects. It doubles with each that is accepted, halves with each
    /// that is refused, and follows the distance between the culprits.
    size: usize,
    /// Entries accepted since a culprit was refused alone.
    accepted: usize,
    /// Requests that the service refused as a whole, or answered for each entry.
    requests: usize,
    budget: Option<usize>,
    /// Why a part was refused last.
    refusal: Failure,
    has_culprit: bool,
    place: Place,
}

enum Place {
    Nowhere,
    Ready(u64),
    Resting(Instant),
}

impl Isolations {
    pub(super) fn new() -> Self {
        Self {
            all: Slab::new(),
            ready: BTreeSet::new(),
            next_turn: 0,
            resting: BTreeSet::new(),
            unused: Vec::new(),
        }
    }

    /// Begins to isolate a request of this many entries, which was refused.
    pub(super) fn begin(&mut self, entries: usize, refusal: Failure) -> IsolationId {
        let isolation = Isolation {
            waiting: Vec::with_capacity(entries),
            left: 0,
            suspects: 0,
            suspects_together: false,
            is_untested_away: true,
            size: entries,
            accepted: 0,
            requests: 0,
            budget: budget(entries),
            refusal,
            has_culprit: false,
            place: Place::Nowhere,
        };
        u32::try_from(self.all.insert(isolation)).expect("no more isolations than entries")
    }

    /// The service refused a part as a whole: these entries of it are suspects.
    pub(super) fn refuse(&mut self, id: IsolationId, part: &[SlotId], refusal: &Failure) {
        let isolation = &mut self.all[id as usize];
        isolation.requests += 1;
        self.unused.push(std::mem::replace(&mut isolation.refusal, refusal.clone()));
        if isolation.is_untested_away {
            isolation.size = (part.len() / 2).max(1);
        }
        isolation.put_back(part);
        isolation.suspects = part.len();
        isolation.suspects_together = false;
    }

    /// The service refused an entry alone: it is a culprit. Nothing is known of those after it.
    pub(super) fn convict(&mut self, id: IsolationId, refusal: &Failure) {
        let isolation = &mut self.all[id as usize];
        isolation.requests += 1;
        self.unused.push(std::mem::replace(&mut isolation.refusal, refusal.clone()));
        isolation.has_culprit = true;
        isolation.size = isolation.size.min(2 * isolation.accepted).max(1);
        isolation.accepted = 0;
        isolation.suspects = 0;
    }

    /// The service answered for each entry of a part of this many.
    pub(super) fn accept(&mut self, id: IsolationId, entries: usize) {
        let isolation = &mut self.all[id as usize];
        isolation.requests += 1;
        isolation.accepted += entries;
        isolation.suspects_together = !isolation.has_culprit;
        if isolation.is_untested_away {
            isolation.size = isolation.size.saturating_mul(2);
        }
    }

    /// Puts a part back to be sent again, before the others.
    pub(super) fn again(&mut self, id: IsolationId, part: &[SlotId]) {
        let isolation = &mut self.all[id as usize];
        isolation.put_back(part);
        if !isolation.is_untested_away {
            isolation.suspects += part.len();
        }
    }

    /// Puts entries before those of the next part; false if there is none.
    pub(super) fn prepend(&mut self, id: IsolationId, slots: &[SlotId]) -> bool {
        let isolation = &mut self.all[id as usize];
        let has_next = isolation.left > 0;
        if has_next {
            isolation.put_back(slots);
            isolation.suspects += if isolation.suspects > 0 { slots.len() } else { 0 };
        }
        has_next
    }

    /// Goes on with the next part, now or when its retry is due, or ends.
    pub(super) fn settle(&mut self, id: IsolationId, rest_until: Option<Instant>) {
        self.displace(id);
        let isolation = &mut self.all[id as usize];
        if isolation.left == 0 {
            self.unused.push(self.all.remove(id as usize).refusal);
            return;
        }
        match rest_until {
            Some(until) => {
                isolation.place = Place::Resting(until);
                self.resting.insert((until, id));
            }
            None => {
                isolation.place = Place::Ready(self.next_turn);
                self.ready.insert((self.next_turn, id));
                self.next_turn += 1;
            }
        }
    }

    /// An entry that waits here is given up. A part that rests goes on when its slowest entry was
    /// to, even if that is the one.
    pub(super) fn remove(&mut self, id: IsolationId) {
        let isolation = &mut self.all[id as usize];
        isolation.left -= 1;
        if isolation.left == 0 && !matches!(isolation.place, Place::Nowhere) {
            self.displace(id);
            self.unused.push(self.all.remove(id as usize).refusal);
        }
    }

    /// Whether the budget is spent while entries are left, and why a part was refused last.
    pub(super) fn spent(&self, id: IsolationId) -> Option<Failure> {
        let isolation = self.all.get(id as usize)?;
        let is_spent = isolation.budget.is_some_and(|budget| isolation.requests >= budget);
        is_spent.then(|| isolation.refusal.clone())
    }

    pub(super) fn wake(&mut self, now: Instant) {
        while let Some(&(until, id)) = self.resting.first()
            && until <= now
        {
            self.settle(id, None);
        }
    }

    /// The entries of the next part at most.
    pub(super) fn next_size(&self) -> Option<usize> {
        let &(_, id) = self.ready.first()?;
        Some(self.all[id as usize].next_size())
    }

    /// The next part to send.
    pub(super) fn next<E, T>(&mut self, slots: &Slots<E, T>) -> Option<(IsolationId, Vec<SlotId>)> {
        let (_, id) = self.ready.pop_first()?;
        let isolation = &mut self.all[id as usize];
        isolation.place = Place::Nowhere;
        let mut part = Vec::new();
        while part.is_empty() && isolation.left > 0 {
            part = isolation.take_part();
            part.retain(|&slot| slots.is_at(slot, Whereabouts::Isolated(id)));
        }
        isolation.left -= part.len();
        Some((id, part))
    }

    /// Takes out all that waits, and ends.
    pub(super) fn end<E, T>(&mut self, id: IsolationId, slots: &Slots<E, T>) -> Vec<SlotId> {
        self.displace(id);
        let Isolation { waiting: mut rest, refusal, .. } = self.all.remove(id as usize);
        self.unused.push(refusal);
        rest.reverse();
        rest.retain(|&slot| slots.is_at(slot, Whereabouts::Isolated(id)));
        rest
    }

    pub(super) fn take_unused(&mut self) -> Vec<Failure> {
        std::mem::take(&mut self.unused)
    }

    pub(super) fn is_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    pub(super) fn rest_ends(&self) -> Option<Instant> {
        self.resting.first().map(|&(until, _)| until)
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    fn displace(&mut self, id: IsolationId) {
        match std::mem::replace(&mut self.all[id as usize].place, Place::Nowhere) {
            Place::Nowhere => {}
            Place::Ready(turn) => {
                self.ready.remove(&(turn, id));
            }
            Place::Resting(until) => {
                self.resting.remove(&(until, id));
            }
        }
    }
}

impl Isolation {
    fn put_back(&mut self, part: &[SlotId]) {
        self.waiting.extend(part.iter().rev());
        self.left += part.len();
    }

    fn next_size(&self) -> usize {
        match self.suspects {
            0 => self.size,
            suspects if self.suspects_together => suspects,
            suspects => suspects.div_ceil(2),
        }
    }

    /// Takes the next part, with those of it that were given up.
    fn take_part(&mut self) -> Vec<SlotId> {
        self.is_untested_away = self.suspects == 0;
        let mut part = self.waiting.split_off(self.waiting.len().saturating_sub(self.next_size()));
        self.suspects = self.suspects.saturating_sub(part.len());
        part.reverse();
        part
    }
}

/// The requests that isolating a request of this many entries may take. One culprit after each
/// acceptable entry takes the most, three requests for each two entries.
fn budget(entries: usize) -> Option<usize> {
    (entries > ALWAYS).then(|| entries + entries / 2 + ALWAYS)
}
