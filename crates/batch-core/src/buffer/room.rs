use std::collections::BTreeMap;
use std::task::Waker;

/// Room for one entry, taken from the writer's bounds. It is used by
/// [`Buffer::place`](super::Buffer::place) or given back.
#[derive(Debug)]
#[must_use = "room that is neither used nor given back is lost"]
pub struct Grant {
    pub(super) bytes: usize,
}

/// A place in the queue of those who wait for room.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Ticket(u64);

/// The memory bound, and who waits for room under it: first come, first served.
pub(super) struct Room {
    max_entries: usize,
    max_bytes: usize,
    entries: usize,
    bytes: usize,
    /// Entries of grants not yet used.
    granted: usize,
    /// Entries handed back and not yet collected.
    uncollected: usize,
    waiting: BTreeMap<Ticket, (usize, Waker)>,
    served: BTreeMap<Ticket, Grant>,
    next_ticket: u64,
    wakes: Vec<Waker>,
}

impl Room {
    pub(super) fn new(max_entries: usize, max_bytes: usize) -> Self {
        Self {
            max_entries,
            max_bytes,
            entries: 0,
            bytes: 0,
            granted: 0,
            uncollected: 0,
            waiting: BTreeMap::new(),
            served: BTreeMap::new(),
            next_ticket: 0,
            wakes: Vec::new(),
        }
    }

    /// Room at once, but never ahead of somebody who waits.
    #[inline]
    pub(super) fn try_grant(&mut self, bytes: usize) -> Option<Grant> {
        (self.waiting.is_empty() && self.fits(bytes)).then(|| self.grant(bytes))
    }

    pub(super) fn queue(&mut self, bytes: usize, waker: Waker) -> Ticket {
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        self.waiting.insert(ticket, (bytes, waker));
        ticket
    }

    /// The room that this ticket waited for, or the waker to call when it comes.
    pub(super) fn claim(&mut self, ticket: Ticket, waker: &Waker) -> Option<Grant> {
        let served = self.served.remove(&ticket);
        if served.is_none()
            && let Some((_, waiting)) = self.waiting.get_mut(&ticket)
        {
            waiting.clone_from(waker);
        }
        served
    }

    pub(super) fn leave_queue(&mut self, ticket: Ticket) {
        self.waiting.remove(&ticket);
        match self.served.remove(&ticket) {
            Some(grant) => self.give_back(grant),
            None => self.serve(),
        }
    }

    pub(super) fn give_back(&mut self, grant: Grant) {
        self.granted -= 1;
        self.free(grant.bytes);
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

    /// Takes more bytes for a grant, if there are any.
    pub(super) fn widen(&mut self, grant: &mut Grant, bytes: usize) -> bool {
        let more = bytes.saturating_sub(grant.bytes);
        let fits = self.bytes + more <= self.max_bytes;
        if fits {
            self.bytes += more;
            grant.bytes += more;
        }
        fits
    }

    #[inline]
    pub(super) fn free(&mut self, bytes: usize) {
        self.entries -= 1;
        self.bytes -= bytes;
        self.serve();
    }

    pub(super) fn hand_back(&mut self) {
        self.uncollected += 1;
    }

    pub(super) fn collect(&mut self, bytes: usize) {
        self.uncollected -= 1;
        self.free(bytes);
    }

    /// Wakes everybody who waits, to look again.
    pub(super) fn alarm(&mut self) {
        let Self { waiting, wakes, .. } = self;
        wakes.extend(waiting.values().map(|(_, waker)| waker.clone()));
    }

    pub(super) fn take_wakes(&mut self) -> Vec<Waker> {
        std::mem::take(&mut self.wakes)
    }

    pub(super) fn is_crowded(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Whether nothing but uncollected failures fills it, so that room will never come by itself.
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
        while let Some((&ticket, &(bytes, _))) = self.waiting.first_key_value() {
            if !self.fits(bytes) {
                break;
            }
            let grant = self.grant(bytes);
            self.served.insert(ticket, grant);
            if let Some((_, waker)) = self.waiting.remove(&ticket) {
                self.wakes.push(waker);
            }
        }
    }

    #[inline]
    fn grant(&mut self, bytes: usize) -> Grant {
        self.entries += 1;
        self.bytes += bytes;
        self.granted += 1;
        Grant { bytes }
    }

    #[inline]
    fn fits(&self, bytes: usize) -> bool {
        self.entries < self.max_entries && bytes <= self.max_bytes - self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_overtakes_who_waits_even_with_a_smaller_entry() {
        let mut room = Room::new(10, 100);
        let grant = room.try_grant(90).expect("it is empty");
        let large = room.queue(50, Waker::noop().clone());
        assert!(room.try_grant(1).is_none());
        let small = room.queue(1, Waker::noop().clone());
        assert!(room.claim(small, Waker::noop()).is_none());
        room.give_back(grant);
        assert!(room.claim(large, Waker::noop()).is_some());
        assert!(room.claim(small, Waker::noop()).is_some());
        assert_eq!(room.bytes(), 51);
    }

    #[test]
    fn one_who_leaves_the_queue_passes_his_room_on() {
        let mut room = Room::new(1, 100);
        let grant = room.try_grant(1).expect("it is empty");
        let first = room.queue(1, Waker::noop().clone());
        let second = room.queue(1, Waker::noop().clone());
        room.give_back(grant);
        room.leave_queue(first);
        assert!(room.claim(second, Waker::noop()).is_some());
    }

    #[test]
    fn it_is_stuck_only_when_nothing_can_free_it() {
        let mut room = Room::new(2, 100);
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
