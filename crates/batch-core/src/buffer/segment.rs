use std::collections::VecDeque;
use std::time::Instant;

use super::Stamp;
use super::line::Sum;
use super::lines::LineId;
use super::manifest::Manifest;
use super::record::{Keys, Record};
use super::spare::is_much;
use crate::{LimitPolicy, Load};

/// Entries to which nothing has happened yet, in the order of their acceptance. Most entries never leave
/// this way: from here into a request, and from its response to their submitters.
///
/// They wait in segments, each of which is the batch that its entries are to travel in, so that what is
/// done for a request is done once for a segment. No two of them share a lane or an identity.
pub(super) struct Segments<E, T> {
    queue: VecDeque<Segment<E, T>>,
    /// The number of the next entry.
    next: u64,
    load: Sum,
    /// How many of them have lost all their entries.
    empty: usize,
    /// How many entries the last segment had that was closed, or that went into a request as a whole.
    usual: usize,
}

struct Segment<E, T> {
    /// Nothing where an entry left before the others.
    entries: Vec<Option<E>>,
    manifest: Manifest<T>,
    /// The number of the entry at the first position.
    first: u64,
    /// The position of its first entry that has not left.
    head: usize,
    /// What a request carries of it.
    load: Load,
}

/// An entry in the order of acceptance.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Number(pub(super) u64);

/// An entry that leaves its segment or its line by itself, before it was sent.
pub(super) struct Single<E, T> {
    pub(super) entry: E,
    pub(super) record: Record<T>,
    pub(super) keys: Keys,
    /// The line that it left.
    pub(super) line: Option<LineId>,
}

impl<E, T> Segments<E, T> {
    pub(super) fn new() -> Self {
        Self { queue: VecDeque::new(), next: 0, load: Sum::default(), empty: 0, usual: 0 }
    }

    /// Adds an entry, which is accepted now.
    #[inline(always)]
    pub(super) fn push(&mut self, limits: &LimitPolicy, entry: E, record: Record<T>, keys: Keys) -> Number {
        let number = Number(self.next);
        self.next += 1;
        self.load.entries += 1;
        self.load.bytes += record.bytes as u128;
        let open = match self.queue.back_mut() {
            Some(open) if open.takes(limits, record.bytes, number) => open,
            _ => self.open(number),
        };
        if open.entries.len() == open.entries.capacity() {
            open.grow(limits.entries());
        }
        open.load.entries += 1;
        open.load.bytes += record.bytes;
        open.entries.push(Some(entry));
        open.manifest.push(record, keys);
        number
    }

    /// When the oldest entry was accepted.
    #[inline]
    pub(super) fn oldest(&self) -> Option<Instant> {
        let front = self.queue.front()?;
        front.manifest.accepted(front.head)
    }

    /// What waits here.
    #[inline]
    pub(super) fn load(&self) -> Sum {
        self.load
    }

    /// Lets this entry grow, if it still waits here. What it is given is the entry, its charge and its share
    /// of a request; it returns the new charge and share, unless the entry stays as it is. Whether it grew.
    pub(super) fn grow(
        &mut self,
        number: Number,
        grown: impl FnOnce(&mut E, (usize, usize)) -> Option<(usize, usize)>,
    ) -> bool {
        let Some((segment, position)) = self.find(number) else {
            return false;
        };
        let found = &mut self.queue[segment];
        let (Some(entry), Some(sizes)) = (&mut found.entries[position], found.manifest.sizes(position))
        else {
            return false;
        };
        let Some(grown) = grown(entry, sizes) else {
            return false;
        };
        found.manifest.resize(position, grown);
        // The segment may no longer fit into a request: what does not stays behind when it is taken.
        let more = grown.1 - sizes.1;
        found.load.bytes += more;
        self.load.bytes += more as u128;
        true
    }

    /// This entry has no identity any more, if it still waits here.
    pub(super) fn forget_identity(&mut self, number: Number) {
        if let Some((segment, position)) = self.find(number) {
            self.queue[segment].manifest.forget_identity(position);
        }
    }

    /// Takes this entry out, if it still waits here.
    pub(super) fn pull(&mut self, number: Number) -> Option<Single<E, T>> {
        let (segment, position) = self.find(number)?;
        let single = self.queue[segment].pull(position)?;
        self.left(segment, single.record.bytes);
        Some(single)
    }

    /// Takes the oldest entry out.
    pub(super) fn pop(&mut self) -> Option<Single<E, T>> {
        let front = self.queue.front()?;
        self.pull(Number(front.first + front.head as u64))
    }

    /// Takes out what has one of these stamps.
    pub(super) fn pull_all(&mut self, is_one: impl Fn(Stamp) -> bool) -> Vec<Single<E, T>> {
        let of_segment = |segment: &Segment<E, T>| {
            let positions =
                if segment.manifest.has_any(&is_one) { segment.head..segment.entries.len() } else { 0..0 };
            let is_one = |position: &usize| segment.manifest.stamp(*position).is_some_and(&is_one);
            let numbers = positions.filter(is_one).map(|position| Number(segment.first + position as u64));
            numbers.collect::<Vec<_>>()
        };
        let numbers: Vec<_> = self.queue.iter().flat_map(of_segment).collect();
        numbers.into_iter().filter_map(|number| self.pull(number)).collect()
    }

    /// Takes from the first segment what fits into a request with this load, which grows by it. Nothing if
    /// not even its first entry does.
    pub(super) fn take(&mut self, limits: &LimitPolicy, load: &mut Load) -> Option<(Vec<E>, Manifest<T>)> {
        let front = self.queue.front_mut()?;
        let with = Load {
            entries: load.entries.saturating_add(front.load.entries),
            bytes: load.bytes.saturating_add(front.load.bytes),
        };
        let segment = if limits.fits(with) {
            *load = with;
            self.usual = front.load.entries;
            self.queue.pop_front()?
        } else {
            front.split_front(limits, load)?
        };
        self.load.entries -= segment.load.entries;
        self.load.bytes -= segment.load.bytes as u128;
        self.drop_empty_fronts();
        Some(segment.into_parts())
    }

    /// Gives back the memory of a burst that is over.
    pub(super) fn shrink(&mut self) {
        if is_much(self.queue.capacity(), self.queue.len()) {
            self.queue.shrink_to_fit();
        }
    }

    /// No entry joins the last segment any more: it keeps no more memory than it needs, and tells how large
    /// the next one will be.
    fn close(&mut self) {
        if let Some(closed) = self.queue.back_mut() {
            self.usual = closed.load.entries;
            if closed.entries.len() < closed.entries.capacity() / 2 {
                closed.entries.shrink_to_fit();
                closed.manifest.shrink();
            }
        }
    }

    /// Closes the last segment, and opens one behind it that begins with this entry.
    #[cold]
    fn open(&mut self, first: Number) -> &mut Segment<E, T> {
        self.close();
        self.queue.push_back(Segment {
            entries: Vec::with_capacity(self.usual),
            manifest: Manifest::with_capacity(self.usual),
            first: first.0,
            head: 0,
            load: Load::empty(),
        });
        let last = self.queue.len() - 1;
        &mut self.queue[last]
    }

    /// The segment of an entry that has not left, and its position there.
    fn find(&self, number: Number) -> Option<(usize, usize)> {
        let after = self.queue.partition_point(|segment| segment.first <= number.0);
        let segment = after.checked_sub(1)?;
        let found = &self.queue[segment];
        let position = usize::try_from(number.0 - found.first).ok()?;
        found.manifest.accepted(position).map(|_| (segment, position))
    }

    /// An entry of this segment has left.
    fn left(&mut self, segment: usize, bytes: usize) {
        self.load.entries -= 1;
        self.load.bytes -= bytes as u128;
        let segment = &mut self.queue[segment];
        if segment.load.entries == 0 {
            // To take it out of the middle would cost as much as there are segments.
            (segment.entries, segment.manifest) = (Vec::new(), Manifest::with_capacity(0));
            self.empty += 1;
            self.drop_empty_fronts();
            if self.empty > self.queue.len() / 2 {
                self.queue.retain(|segment| segment.load.entries > 0);
                self.empty = 0;
            }
        }
    }

    /// The first segment always has an entry.
    fn drop_empty_fronts(&mut self) {
        while self.queue.front().is_some_and(|front| front.load.entries == 0) {
            self.queue.pop_front();
            self.empty -= 1;
        }
    }
}

impl<E, T> Single<E, T> {
    /// One that left a line.
    pub(super) fn of_line(entry: E, record: Record<T>, line: LineId) -> Self {
        Self { entry, record, keys: Keys::default(), line: Some(line) }
    }
}

impl<E, T> Segment<E, T> {
    /// Whether the next entry, which has this number, can travel in the same request as the others.
    #[inline]
    fn takes(&self, limits: &LimitPolicy, bytes: usize, number: Number) -> bool {
        // The numbers do not go on here if all that came later has left. What left counts too: else a segment
        // whose first entry stays would grow as long as others come and leave.
        let goes_on = self.first + self.entries.len() as u64 == number.0;
        goes_on && limits.fits(Load { entries: self.entries.len(), bytes: self.load.bytes }.with(bytes))
    }

    /// Makes room for as many entries again, and for no more than a request carries: else each segment would
    /// keep what doubling leaves unused.
    #[cold]
    fn grow(&mut self, most: usize) {
        let len = self.entries.len();
        let more = len.clamp(1, most.saturating_sub(len).max(1));
        self.entries.reserve_exact(more);
        self.manifest.reserve(more);
    }

    fn pull(&mut self, position: usize) -> Option<Single<E, T>> {
        let (record, keys) = self.manifest.take(position)?;
        let entry = self.entries[position].take()?;
        self.load.entries -= 1;
        self.load.bytes -= record.bytes;
        self.skip_left();
        Some(Single { entry, record, keys, line: None })
    }

    /// Moves the head to the first entry that has not left.
    fn skip_left(&mut self) {
        while self.head < self.entries.len() && self.entries[self.head].is_none() {
            self.head += 1;
        }
    }

    /// Parts what fits into a request with this load from the others, which stay.
    fn split_front(&mut self, limits: &LimitPolicy, load: &mut Load) -> Option<Self> {
        let mut taken = Load::empty();
        let mut end = self.head;
        while end < self.entries.len() {
            if let Some(bytes) = self.manifest.bytes(end) {
                let with = load.with(bytes);
                if !limits.fits(with) {
                    break;
                }
                (*load, taken) = (with, taken.with(bytes));
            }
            end += 1;
        }
        if taken.entries == 0 {
            return None;
        }
        let front = Self {
            entries: self.entries.drain(..end).collect(),
            manifest: self.manifest.split_front(end),
            first: self.first,
            head: self.head,
            load: taken,
        };
        self.first += end as u64;
        self.head = 0;
        self.load = Load { entries: self.load.entries - taken.entries, bytes: self.load.bytes - taken.bytes };
        self.skip_left();
        Some(front)
    }

    fn into_parts(mut self) -> (Vec<E>, Manifest<T>) {
        if self.load.entries < self.entries.len() {
            self.entries.retain(Option::is_some);
            self.manifest.compact();
        }
        // Unlike `flatten`, this makes one vector of the other in place.
        (self.entries.into_iter().map_while(|entry| entry).collect(), self.manifest)
    }
}

#[cfg(test)]
mod tests;
