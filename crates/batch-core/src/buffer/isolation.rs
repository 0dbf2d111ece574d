use std::collections::{BTreeSet, VecDeque};
use std::time::Instant;

use slab::Slab;

use super::slots::SlotId;

pub(super) type IsolationId = u32;

/// So many entries refused alone in a row, all for the same reason, suggest that all are.
const STREAK: u32 = 8;

/// Requests that were refused as a whole, each cut into parts that are sent one after the other
/// until the culprits are alone.
pub(super) struct Isolations {
    all: Slab<Isolation>,
    ready: VecDeque<IsolationId>,
    resting: BTreeSet<(Instant, IsolationId)>,
}

struct Isolation {
    /// Parts still to be sent, the next one last.
    parts: Vec<Vec<SlotId>>,
    streak: u32,
    reason: String,
    /// Whether the rest is being tried at once after a streak.
    together: bool,
    place: Place,
}

enum Place {
    Nowhere,
    Ready,
    Resting(Instant),
}

impl Isolations {
    pub(super) fn new() -> Self {
        Self { all: Slab::new(), ready: VecDeque::new(), resting: BTreeSet::new() }
    }

    pub(super) fn begin(&mut self) -> IsolationId {
        let isolation = Isolation {
            parts: Vec::new(),
            streak: 0,
            reason: String::new(),
            together: false,
            place: Place::Nowhere,
        };
        u32::try_from(self.all.insert(isolation)).expect("no more isolations than entries")
    }

    /// Cuts a refused request in two, the first half to be sent first.
    pub(super) fn cut(&mut self, id: IsolationId, mut slots: Vec<SlotId>) {
        let rest = slots.split_off(slots.len() / 2);
        let isolation = &mut self.all[id as usize];
        isolation.together = false;
        isolation.parts.extend([rest, slots].into_iter().filter(|part| !part.is_empty()));
    }

    /// Puts a part back to be sent again, before the others.
    pub(super) fn again(&mut self, id: IsolationId, slots: Vec<SlotId>) {
        self.all[id as usize].parts.push(slots);
    }

    /// Puts entries before those of the next part; false if there is none.
    pub(super) fn prepend(&mut self, id: IsolationId, slots: &[SlotId]) -> bool {
        let next = self.all[id as usize].parts.last_mut();
        next.map(|part| part.splice(0..0, slots.iter().copied())).is_some()
    }

    /// Counts an entry refused alone; after a streak the rest becomes one part.
    pub(super) fn convict(&mut self, id: IsolationId, reason: &str) {
        let isolation = &mut self.all[id as usize];
        if isolation.reason != reason {
            isolation.streak = 0;
            isolation.reason = reason.to_owned();
        }
        isolation.streak += 1;
        if isolation.streak >= STREAK && isolation.parts.len() > 1 {
            let rest = isolation.parts.drain(..).rev().flatten().collect();
            isolation.parts.push(rest);
        }
        isolation.together = isolation.streak >= STREAK && !isolation.parts.is_empty();
    }

    /// The service took a part.
    pub(super) fn acquit(&mut self, id: IsolationId) {
        let isolation = &mut self.all[id as usize];
        isolation.streak = 0;
        isolation.together = false;
    }

    /// Whether the part just refused was the rest of a streak, refused for the same reason.
    pub(super) fn is_lost(&self, id: IsolationId, reason: &str) -> bool {
        let isolation = &self.all[id as usize];
        isolation.together && isolation.reason == reason
    }

    /// Goes on with the next part, now or when its retry is due, or ends.
    pub(super) fn settle(&mut self, id: IsolationId, rest_until: Option<Instant>) {
        self.displace(id);
        let isolation = &mut self.all[id as usize];
        if isolation.parts.is_empty() {
            self.all.remove(id as usize);
            return;
        }
        match rest_until {
            Some(until) => {
                isolation.place = Place::Resting(until);
                self.resting.insert((until, id));
            }
            None => {
                isolation.place = Place::Ready;
                self.ready.push_back(id);
            }
        }
    }

    /// Takes an entry out of whatever part it is in. A part that rests goes on when its slowest entry
    /// was to, even if that is the one.
    pub(super) fn remove(&mut self, id: IsolationId, slot: SlotId) {
        let isolation = &mut self.all[id as usize];
        for part in &mut isolation.parts {
            part.retain(|&other| other != slot);
        }
        isolation.parts.retain(|part| !part.is_empty());
        if isolation.parts.is_empty() && !matches!(isolation.place, Place::Nowhere) {
            self.displace(id);
            self.all.remove(id as usize);
        }
    }

    pub(super) fn wake(&mut self, now: Instant) {
        while let Some(&(until, id)) = self.resting.first()
            && until <= now
        {
            self.settle(id, None);
        }
    }

    /// The next part to send.
    pub(super) fn next(&mut self) -> Option<(IsolationId, Vec<SlotId>)> {
        let id = self.ready.pop_front()?;
        let isolation = &mut self.all[id as usize];
        isolation.place = Place::Nowhere;
        isolation.parts.pop().map(|part| (id, part))
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
            Place::Ready => self.ready.retain(|&other| other != id),
            Place::Resting(until) => {
                self.resting.remove(&(until, id));
            }
        }
    }
}
