use std::ops::{Index, IndexMut};
use std::time::Instant;

use slab::Slab;

use super::identities::IdentityId;
use super::isolation::IsolationId;
use super::lines::LineId;
use crate::Failure;

pub(super) type SlotId = u32;

/// The list of a line's waiting entries, in the order in which they go.
pub(super) const LINE: usize = 0;
/// The list of all entries by acceptance, and so by deadline.
pub(super) const AGE: usize = 1;

const NIL: u32 = u32::MAX;

/// One entry from its acceptance to its answer. The entry itself is away while a batch carries it.
pub(super) struct Slot<E, T> {
    pub(super) entry: Option<E>,
    pub(super) tag: T,
    pub(super) accepted: Instant,
    pub(super) deadline: Instant,
    /// When its linger began.
    pub(super) since: Instant,
    /// When its retry is due, after a failure.
    pub(super) not_before: Option<Instant>,
    pub(super) epoch: u64,
    /// Its share of a request.
    pub(super) bytes: usize,
    /// Its share of the memory bound.
    pub(super) charge: usize,
    pub(super) line: LineId,
    pub(super) identity: Option<IdentityId>,
    pub(super) whereabouts: Whereabouts,
    /// Requests that carried it.
    pub(super) sends: u32,
    /// Attempts used up.
    pub(super) used: u32,
    /// Failures so far, which decide on the next backoff.
    pub(super) strikes: u32,
    pub(super) maybe_delivered: bool,
    pub(super) last: Option<Failure>,
    links: [Links; 2],
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Whereabouts {
    InFlight,
    Isolated(IsolationId),
    Waiting,
}

#[derive(Clone, Copy)]
struct Links {
    prev: u32,
    next: u32,
    linked: bool,
}

/// A doubly linked list through slots: every operation takes constant time.
#[derive(Clone, Copy)]
pub(super) struct List {
    head: u32,
    tail: u32,
    len: u32,
}

/// All entries inside.
pub(super) struct Slots<E, T>(Slab<Slot<E, T>>);

/// What is known of an entry when it is accepted.
pub(super) struct NewSlot<E, T> {
    pub(super) entry: E,
    pub(super) tag: T,
    pub(super) now: Instant,
    pub(super) deadline: Instant,
    pub(super) epoch: u64,
    pub(super) bytes: usize,
    pub(super) charge: usize,
    pub(super) line: LineId,
    pub(super) identity: Option<IdentityId>,
}

impl<E, T> Slots<E, T> {
    pub(super) fn new() -> Self {
        Self(Slab::new())
    }

    pub(super) fn insert(&mut self, new: NewSlot<E, T>) -> SlotId {
        let id = self.0.insert(Slot {
            entry: Some(new.entry),
            tag: new.tag,
            accepted: new.now,
            deadline: new.deadline,
            since: new.now,
            not_before: None,
            epoch: new.epoch,
            bytes: new.bytes,
            charge: new.charge,
            line: new.line,
            identity: new.identity,
            whereabouts: Whereabouts::Waiting,
            sends: 0,
            used: 0,
            strikes: 0,
            maybe_delivered: false,
            last: None,
            links: [Links::NONE; 2],
        });
        u32::try_from(id).expect("the memory bound charges 512 bytes an entry, so there are fewer than 2^32")
    }

    pub(super) fn remove(&mut self, id: SlotId) -> Slot<E, T> {
        self.0.remove(id as usize)
    }

    pub(super) fn push_back<const L: usize>(&mut self, list: &mut List, id: SlotId) {
        let tail = list.tail;
        self[id].links[L] = Links { prev: tail, next: NIL, linked: true };
        match tail {
            NIL => list.head = id,
            tail => self[tail].links[L].next = id,
        }
        list.tail = id;
        list.len += 1;
    }

    pub(super) fn push_front<const L: usize>(&mut self, list: &mut List, id: SlotId) {
        let head = list.head;
        self[id].links[L] = Links { prev: NIL, next: head, linked: true };
        match head {
            NIL => list.tail = id,
            head => self[head].links[L].prev = id,
        }
        list.head = id;
        list.len += 1;
    }

    /// Takes it out of the list; nothing happens if it is not in it.
    pub(super) fn unlink<const L: usize>(&mut self, list: &mut List, id: SlotId) {
        let Links { prev, next, linked } = self[id].links[L];
        if !linked {
            return;
        }
        match prev {
            NIL => list.head = next,
            prev => self[prev].links[L].next = next,
        }
        match next {
            NIL => list.tail = prev,
            next => self[next].links[L].prev = prev,
        }
        list.len -= 1;
        self[id].links[L] = Links::NONE;
    }

    /// The one after it in the list.
    pub(super) fn next<const L: usize>(&self, id: SlotId) -> Option<SlotId> {
        some(self[id].links[L].next)
    }
}

impl<E, T> Index<SlotId> for Slots<E, T> {
    type Output = Slot<E, T>;

    fn index(&self, id: SlotId) -> &Slot<E, T> {
        &self.0[id as usize]
    }
}

impl<E, T> IndexMut<SlotId> for Slots<E, T> {
    fn index_mut(&mut self, id: SlotId) -> &mut Slot<E, T> {
        &mut self.0[id as usize]
    }
}

impl List {
    pub(super) const EMPTY: Self = Self { head: NIL, tail: NIL, len: 0 };

    pub(super) fn head(&self) -> Option<SlotId> {
        some(self.head)
    }

    pub(super) fn len(&self) -> usize {
        self.len as usize
    }
}

impl Links {
    const NONE: Self = Self { prev: NIL, next: NIL, linked: false };
}

fn some(id: u32) -> Option<SlotId> {
    (id != NIL).then_some(id)
}
