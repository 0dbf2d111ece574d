use std::ops::{Index, IndexMut};
use std::time::Instant;

use slab::Slab;

use super::fill::CarrierHash;
use super::identities::IdentityId;
use super::isolation::IsolationId;
use super::lines::LineId;
use super::record::Record;
use super::spare::Spare;
use crate::{Failure, Quota};

pub(super) type SlotId = u32;

const NIL: u32 = u32::MAX;

/// What is known of one entry from when something happens to it to its answer. The entry itself is kept
/// apart, and is away while a batch carries it.
pub(super) struct Slot<T> {
    /// What the submitter gave along; nothing once the entry has its answer.
    pub(super) tag: Option<T>,
    pub(super) accepted: Instant,
    /// When its linger began.
    pub(super) since: Instant,
    pub(super) stamp: super::Stamp,
    /// Its share of the memory bound.
    pub(super) charge: usize,
    /// Its share of a request.
    pub(super) bytes: usize,
    pub(super) carrier: Option<CarrierHash>,
    /// The line that it waits in, or that waits for it; none while it is in flight without a lane.
    pub(super) line: Option<LineId>,
    pub(super) identity: Option<IdentityId>,
    pub(super) whereabouts: Whereabouts,
    /// Requests that carried it.
    pub(super) sends: u32,
    /// What its failures left behind, if there were any.
    pub(super) past: Option<Box<Past>>,
    links: Links,
}

/// The failures of an entry so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Past {
    /// Attempts used up.
    pub(super) used: u32,
    /// Failures, which decide on the next backoff.
    pub(super) strikes: u32,
    pub(super) maybe_delivered: bool,
    /// When the first attempt began that may have delivered it.
    pub(super) doubted: Option<Instant>,
    /// From when its deadline counts anew.
    pub(super) reprieved: Option<Instant>,
    pub(super) throttled: bool,
    /// When its retry is due.
    pub(super) not_before: Option<Instant>,
    pub(super) last: Option<Failure>,
    /// Whether it was throttled on its own account, and waits in turn from then on.
    pub(super) queues_anew: bool,
    /// Its quota, if it was asked for one.
    pub(super) quota: Option<Option<Quota>>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Whereabouts {
    /// In flight, and answered with a copy.
    Answered {
        /// Whether that copy has been collected.
        is_collected: bool,
    },
    InFlight,
    Isolated(IsolationId),
    Waiting,
}

/// The neighbours in a list; an entry that is in none has itself as neighbour.
#[derive(Clone, Copy)]
struct Links {
    prev: u32,
    next: u32,
}

/// A doubly linked list through slots: every operation takes constant time.
#[derive(Clone, Copy)]
pub(super) struct List {
    head: u32,
    tail: u32,
    len: u32,
}

/// Entries to which something has happened. What is known of one stays where it is, while the entry goes
/// into batches and comes back.
pub(super) struct Slots<E, T> {
    slots: Slab<Slot<T>>,
    /// By the same index; nothing where a batch carries the entry.
    entries: Vec<Option<E>>,
    spare: Spare,
}

/// What a slot begins with.
pub(super) struct NewSlot<T> {
    pub(super) record: Record<T>,
    pub(super) line: Option<LineId>,
    pub(super) identity: Option<IdentityId>,
}

impl<T> Slot<T> {
    #[inline]
    pub(super) fn maybe_delivered(&self) -> bool {
        self.past.as_ref().is_some_and(|past| past.maybe_delivered)
    }

    /// Whether it is in flight and has no answer.
    pub(super) fn is_in_flight(&self) -> bool {
        self.whereabouts == Whereabouts::InFlight
    }

    pub(super) fn doubted(&self) -> Option<Instant> {
        self.past.as_ref().and_then(|past| past.doubted)
    }

    #[inline]
    pub(super) fn reprieved(&self) -> Option<Instant> {
        self.past.as_ref().and_then(|past| past.reprieved)
    }

    pub(super) fn not_before(&self) -> Option<Instant> {
        self.past.as_ref().and_then(|past| past.not_before)
    }

    /// Whether it failed, and all the same goes before what was accepted later.
    pub(super) fn keeps_its_turn(&self) -> bool {
        self.past.as_ref().is_some_and(|past| past.not_before.is_some() && !past.queues_anew)
    }

    pub(super) fn last(&self) -> Option<Failure> {
        self.past.as_ref().and_then(|past| past.last.clone())
    }

    /// Whether it was throttled, or one whose place it took while that waited.
    pub(super) fn was_throttled(&self) -> bool {
        self.past.as_ref().is_some_and(|past| past.throttled)
    }

    /// Whether it was asked for its quota.
    pub(super) fn is_sorted(&self) -> bool {
        self.past.as_ref().is_some_and(|past| past.quota.is_some())
    }

    pub(super) fn quota(&self) -> Option<Quota> {
        self.past.as_ref().and_then(|past| past.quota).flatten()
    }

    /// What it takes of a rate in units.
    pub(super) fn units(&self) -> usize {
        self.quota().map_or(1, |quota| quota.units as usize)
    }

    pub(super) fn past_mut(&mut self) -> &mut Past {
        self.past.get_or_insert_default()
    }
}

impl<E, T> Slots<E, T> {
    pub(super) fn new() -> Self {
        Self { slots: Slab::new(), entries: Vec::new(), spare: Spare::default() }
    }

    #[inline]
    pub(super) fn insert(&mut self, entry: Option<E>, new: NewSlot<T>) -> SlotId {
        let vacant = self.slots.vacant_entry();
        let index = vacant.key();
        let id = u32::try_from(index)
            .expect("an entry is charged 500 bytes at least, and no more are inside than fit into the memory of any machine");
        let Record { tag, accepted, stamp, charge, share } = new.record;
        vacant.insert(Slot {
            tag: Some(tag),
            accepted,
            since: accepted,
            stamp,
            charge,
            bytes: share.bytes(),
            carrier: share.carrier(),
            line: new.line,
            identity: new.identity,
            whereabouts: Whereabouts::Waiting,
            sends: 0,
            past: None,
            links: Links::none(id),
        });
        match self.entries.get_mut(index) {
            Some(place) => *place = entry,
            None => self.entries.push(entry),
        }
        id
    }

    #[inline]
    pub(super) fn remove(&mut self, id: SlotId) -> (Slot<T>, Option<E>) {
        (self.slots.remove(id as usize), self.take(id))
    }

    /// The entry, to be carried by a batch.
    #[inline]
    pub(super) fn take(&mut self, id: SlotId) -> Option<E> {
        self.entries[id as usize].take()
    }

    /// Puts an entry back that a batch carried, or one that takes its place.
    #[inline]
    pub(super) fn restore(&mut self, id: SlotId, entry: E) {
        self.entries[id as usize] = Some(entry);
    }

    #[inline]
    pub(super) fn push_back(&mut self, list: &mut List, id: SlotId) {
        let tail = list.tail;
        self[id].links = Links { prev: tail, next: NIL };
        match tail {
            NIL => list.head = id,
            tail => self[tail].links.next = id,
        }
        list.tail = id;
        list.len += 1;
    }

    pub(super) fn push_front(&mut self, list: &mut List, id: SlotId) {
        let head = list.head;
        self[id].links = Links { prev: NIL, next: head };
        match head {
            NIL => list.tail = id,
            head => self[head].links.prev = id,
        }
        list.head = id;
        list.len += 1;
    }

    /// Takes it out of the list; nothing happens if it is not in it.
    #[inline]
    pub(super) fn unlink(&mut self, list: &mut List, id: SlotId) {
        let Links { prev, next } = self[id].links;
        if prev == id {
            return;
        }
        match prev {
            NIL => list.head = next,
            prev => self[prev].links.next = next,
        }
        match next {
            NIL => list.tail = prev,
            next => self[next].links.prev = prev,
        }
        list.len -= 1;
        self[id].links = Links::none(id);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Gives back the memory behind the last entry, after a burst.
    pub(super) fn shrink(&mut self) {
        if self.spare.is_due(self.slots.capacity(), self.slots.len()) {
            self.slots.shrink_to_fit();
            let end = self.slots.iter().map(|(index, _)| index + 1).max().unwrap_or(0);
            self.entries.truncate(end);
            self.entries.shrink_to_fit();
            self.spare.shrunk(self.slots.capacity(), self.slots.len());
        }
    }

    /// Whether an entry of this index is there. Who remembers an index cannot tell otherwise whether
    /// its entry is gone, or another has taken its index.
    pub(super) fn is_at(&self, id: SlotId, whereabouts: Whereabouts) -> bool {
        self.slots.get(id as usize).is_some_and(|slot| slot.whereabouts == whereabouts)
    }
}

impl<E, T> Index<SlotId> for Slots<E, T> {
    type Output = Slot<T>;

    #[inline]
    fn index(&self, id: SlotId) -> &Slot<T> {
        &self.slots[id as usize]
    }
}

impl<E, T> IndexMut<SlotId> for Slots<E, T> {
    #[inline]
    fn index_mut(&mut self, id: SlotId) -> &mut Slot<T> {
        &mut self.slots[id as usize]
    }
}

impl List {
    pub(super) const EMPTY: Self = Self { head: NIL, tail: NIL, len: 0 };

    #[inline]
    pub(super) fn head(&self) -> Option<SlotId> {
        some(self.head)
    }

    pub(super) fn len(&self) -> usize {
        self.len as usize
    }
}

impl Links {
    const fn none(id: SlotId) -> Self {
        Self { prev: id, next: id }
    }
}

fn some(id: u32) -> Option<SlotId> {
    (id != NIL).then_some(id)
}
