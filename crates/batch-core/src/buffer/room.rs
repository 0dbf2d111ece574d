use std::collections::BTreeMap;
use std::task::Waker;

use super::owner::Owner;

/// Room for one entry, taken from the writer's bounds. It is used by
/// [`Buffer::place`](super::Buffer::place) or given back.
#[derive(Debug)]
#[must_use = "room that is neither used nor given back is lost"]
pub struct Grant {
    pub(super) owner: Owner,
    pub(super) bytes: usize,
}

/// A place in the queue for room.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ticket {
    owner: Owner,
    number: u64,
}

/// The memory bound, and the queue of waiters for room under it: first come, first served.
///
/// It neither clones nor drops a waker: the caller does, outside of any lock.
pub(super) struct Room {
    owner: Owner,
    max_entries: usize,
    max_bytes: usize,
    entries: usize,
    bytes: usize,
    /// Entries of grants not yet used.
    granted: usize,
    /// Entries handed back and not yet collected.
    uncollected: usize,
    /// What each waiter needs, in bytes.
    waiting: BTreeMap<u64, usize>,
    /// The wakers of the waiters that have not been woken since they last looked.
    wakers: BTreeMap<u64, Waker>,
    served: BTreeMap<u64, Grant>,
    next_ticket: u64,
    wakes: Vec<Waker>,
}

impl Room {
    pub(super) fn new(owner: Owner, max_entries: usize, max_bytes: usize) -> Self {
        Self {
            owner,
            max_entries,
            max_bytes,
            entries: 0,
            bytes: 0,
            granted: 0,
            uncollected: 0,
            waiting: BTreeMap::new(),
            wakers: BTreeMap::new(),
            served: BTreeMap::new(),
            next_ticket: 0,
            wakes: Vec::new(),
        }
    }

    /// Room at once, but never ahead of a waiter.
    #[inline]
    pub(super) fn try_grant(&mut self, bytes: usize) -> Option<Grant> {
        self.has(bytes).then(|| self.grant(bytes))
    }

    /// Whether there is room at once, without overtaking a waiter.
    #[inline]
    pub(super) fn has(&self, bytes: usize) -> bool {
        self.waiting.is_empty() && self.fits(bytes)
    }

    /// Takes room that [is there](Self::has) for an entry inside.
    #[inline]
    pub(super) fn enter(&mut self, bytes: usize) {
        self.entries += 1;
        self.bytes += bytes;
    }

    /// Whether an entry inside may grow by so many bytes. It needs no room of an entry, which waiters wait for.
    #[inline]
    pub(super) fn has_bytes(&self, bytes: usize) -> bool {
        bytes <= self.max_bytes - self.bytes
    }

    /// An entry inside grows by bytes that [are there](Self::has_bytes).
    #[inline]
    pub(super) fn grow(&mut self, bytes: usize) {
        self.bytes += bytes;
    }

    pub(super) fn queue(&mut self, bytes: usize, waker: Waker) -> Ticket {
        let number = self.next_ticket;
        self.next_ticket += 1;
        self.waiting.insert(number, bytes);
        self.wakers.insert(number, waker);
        Ticket { owner: self.owner, number }
    }

    /// The room that this ticket waited for.
    pub(super) fn claim(&mut self, ticket: Ticket) -> Option<Grant> {
        self.owner.check(ticket.owner);
        self.served.remove(&ticket.number)
    }

    /// Exchanges the waker to call when the room of this ticket comes; the one that is not needed.
    pub(super) fn watch(&mut self, ticket: Ticket, waker: Waker) -> Option<Waker> {
        self.owner.check(ticket.owner);
        if !self.waiting.contains_key(&ticket.number) {
            return Some(waker);
        }
        self.wakers.insert(ticket.number, waker)
    }

    /// Gives up the ticket; its waker, which is not needed any more.
    pub(super) fn leave_queue(&mut self, ticket: Ticket) -> Option<Waker> {
        self.owner.check(ticket.owner);
        self.waiting.remove(&ticket.number);
        match self.served.remove(&ticket.number) {
            Some(grant) => self.give_back(grant),
            None => self.serve(),
        }
        self.wakers.remove(&ticket.number)
    }

    pub(super) fn give_back(&mut self, grant: Grant) {
        self.owner.check(grant.owner);
        self.granted -= 1;
        self.free(1, grant.bytes);
    }

    /// Turns a grant into an entry inside that needs `bytes`, which may be less.
    #[inline]
    pub(super) fn occupy(&mut self, grant: Grant, bytes: usize) {
        self.granted -= 1;
        self.bytes -= grant.bytes - bytes;
        if grant.bytes > bytes {
            self.serve();
        }
    }

    /// Takes more bytes for a grant, if there are any and no waiter is overtaken.
    pub(super) fn widen(&mut self, grant: &mut Grant, bytes: usize) -> bool {
        self.owner.check(grant.owner);
        let more = bytes.saturating_sub(grant.bytes);
        let fits = more == 0 || (self.waiting.is_empty() && more <= self.max_bytes - self.bytes);
        if fits {
            self.bytes += more;
            grant.bytes += more;
        }
        fits
    }

    /// Entries are gone that took so many bytes together.
    #[inline]
    pub(super) fn free(&mut self, entries: usize, bytes: usize) {
        self.entries -= entries;
        self.bytes -= bytes;
        self.serve();
    }

    pub(super) fn hand_back(&mut self) {
        self.uncollected += 1;
    }

    /// An entry that was handed back is collected; its bytes are freed apart.
    pub(super) fn collect(&mut self) {
        self.uncollected -= 1;
    }

    /// Wakes every waiter, to look again. One that has been woken is not woken anew before it has.
    pub(super) fn alarm(&mut self) {
        self.wakes.extend(std::mem::take(&mut self.wakers).into_values());
    }

    pub(super) fn take_wakes(&mut self) -> Vec<Waker> {
        std::mem::take(&mut self.wakes)
    }

    #[inline]
    pub(super) fn has_wakes(&self) -> bool {
        !self.wakes.is_empty()
    }

    pub(super) fn is_crowded(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Whether only uncollected failures fill it, so that room will never come by itself.
    pub(super) fn is_stuck(&self) -> bool {
        self.uncollected > 0 && self.granted == 0 && self.entries == self.uncollected
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn uncollected(&self) -> usize {
        self.uncollected
    }

    #[inline]
    fn serve(&mut self) {
        while let Some((&ticket, &bytes)) = self.waiting.first_key_value() {
            if !self.fits(bytes) {
                break;
            }
            let grant = self.grant(bytes);
            self.served.insert(ticket, grant);
            self.waiting.remove(&ticket);
            self.wakes.extend(self.wakers.remove(&ticket));
        }
    }

    #[inline]
    fn grant(&mut self, bytes: usize) -> Grant {
        self.entries += 1;
        self.bytes += bytes;
        self.granted += 1;
        Grant { owner: self.owner, bytes }
    }

    #[inline]
    fn fits(&self, bytes: usize) -> bool {
        self.entries < self.max_entries && self.has_bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_entry_overtakes_a_waiter_not_even_a_smaller_one() {
        let mut room = Room::new(Owner::new(), 10, 100);
        let grant = room.try_grant(90).expect("it is empty");
        let large = room.queue(50, Waker::noop().clone());
        assert!(room.try_grant(1).is_none());
        let small = room.queue(1, Waker::noop().clone());
        assert!(room.claim(small).is_none());
        room.give_back(grant);
        assert!(room.claim(large).is_some());
        assert!(room.claim(small).is_some());
        assert_eq!(room.bytes(), 51);
    }

    #[test]
    fn one_who_leaves_the_queue_passes_his_room_on() {
        let mut room = Room::new(Owner::new(), 1, 100);
        let grant = room.try_grant(1).expect("it is empty");
        let first = room.queue(1, Waker::noop().clone());
        let second = room.queue(1, Waker::noop().clone());
        room.give_back(grant);
        assert!(room.leave_queue(first).is_none(), "its waker was called");
        assert!(room.claim(second).is_some());
    }

    #[test]
    fn it_is_stuck_only_when_nothing_can_free_it() {
        let mut room = Room::new(Owner::new(), 2, 100);
        let one = room.try_grant(1).expect("it is empty");
        let two = room.try_grant(1).expect("there is room for two");
        room.occupy(one, 1);
        room.hand_back();
        assert!(!room.is_stuck(), "the second grant may still be given back");
        room.occupy(two, 1);
        assert!(!room.is_stuck(), "the second entry may still be delivered");
        room.hand_back();
        assert!(room.is_stuck());
    }
}
