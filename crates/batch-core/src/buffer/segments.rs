use std::collections::VecDeque;
use std::time::Instant;

use super::fill::{CarrierHash, Fill};
use super::line::Sum;
use super::manifest::Manifest;
use super::segment::{Number, Segment, Single};
use super::spare::is_much;
use super::{Admission, Stamp};
use crate::LimitPolicy;

/// Entries to which nothing has happened yet, in the order of their acceptance. Most entries never leave
/// this way: from here into a request, and from its response to their submitters.
///
/// They wait in segments, each of which is the batch that its entries are to travel in, so that what is
/// done for a request is done once for a segment. No two of them share a lane or an identity.
pub(super) struct Segments<E, T> {
    /// Those that no entry joins any more, before the last one.
    closed: VecDeque<Segment<E, T>>,
    /// The last one, which the next entry joins if it can.
    last: Segment<E, T>,
    /// The number of the next entry.
    next: u64,
    load: Sum,
    /// How many of the closed ones have lost all their entries.
    empty: usize,
    /// How many entries the last segment kept that was closed, lost all of them, or went into a request as a whole.
    usual: usize,
}

impl<E, T> Segments<E, T> {
    pub(super) fn new() -> Self {
        let (closed, last) = (VecDeque::new(), Segment::joined_by_none());
        Self { closed, last, next: 0, load: Sum::default(), empty: 0, usual: 0 }
    }

    /// Adds an entry, which is accepted now.
    #[inline(always)]
    pub(super) fn push(
        &mut self,
        limits: &LimitPolicy,
        entry: E,
        admission: Admission,
        tag: T,
        accepted: Instant,
        stamp: Stamp,
    ) -> Number {
        let (number, bytes) = (Number(self.next), admission.bytes);
        self.next += 1;
        self.load.entries += 1;
        self.load.bytes += bytes as u128;
        if !self.last.takes(limits, bytes, number) {
            self.open(limits, number, bytes, admission.carrier);
        }
        let last = &mut self.last;
        if last.entries.len() == last.entries.capacity() {
            last.grow(limits.entries());
        }
        last.load.entries += 1;
        last.load.bytes += bytes;
        last.entries.push(Some(entry));
        last.manifest.push(admission, tag, accepted, stamp);
        number
    }

    /// When the oldest entry was accepted.
    #[inline]
    pub(super) fn oldest(&self) -> Option<Instant> {
        let front = self.front();
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
        let found = self.segment_mut(segment);
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
            self.segment_mut(segment).manifest.forget_identity(position);
        }
    }

    /// Takes this entry out, if it still waits here.
    pub(super) fn pull(&mut self, number: Number) -> Option<Single<E, T>> {
        let (segment, position) = self.find(number)?;
        let single = self.segment_mut(segment).pull(position)?;
        self.left(segment, single.record.share.bytes());
        Some(single)
    }

    /// Takes the oldest entry out.
    pub(super) fn pop(&mut self) -> Option<Single<E, T>> {
        let front = self.front();
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
        let numbers: Vec<_> = self.closed.iter().chain([&self.last]).flat_map(of_segment).collect();
        numbers.into_iter().filter_map(|number| self.pull(number)).collect()
    }

    /// Takes from the first segment what fits into a request that is filled so far, which grows by it. Nothing if
    /// not even its first entry does.
    pub(super) fn take(&mut self, limits: &LimitPolicy, fill: &mut Fill) -> Option<(Vec<E>, Manifest<T>)> {
        let front = self.segment_mut(0);
        if front.load.entries == 0 {
            return None;
        }
        let with = front.added_to(*fill, limits);
        let segment = if limits.fits(with.load()) {
            *fill = with;
            self.usual = front.load.entries;
            self.closed.pop_front().unwrap_or_else(|| self.take_last())
        } else {
            front.split_front(limits, fill)?
        };
        self.load.entries -= segment.load.entries;
        self.load.bytes -= segment.load.bytes as u128;
        self.drop_empty_fronts();
        Some(segment.into_parts())
    }

    /// Gives back the memory of a burst that is over.
    pub(super) fn shrink(&mut self) {
        if is_much(self.closed.capacity(), self.closed.len()) {
            self.closed.shrink_to_fit();
        }
    }

    /// No entry joins the last segment any more: it keeps no more memory than it needs, and tells how large
    /// the next one will be.
    fn close(&mut self) {
        let mut closed = self.take_last();
        if closed.load.entries == 0 {
            return;
        }
        self.usual = closed.load.entries;
        if closed.entries.len() < closed.entries.capacity() / 2 {
            closed.entries.shrink_to_fit();
            closed.manifest.shrink();
        }
        self.closed.push_back(closed);
    }

    /// Leaves the last segment as it is if this entry shares a carrier there with which it fits; else closes that, and
    /// opens one behind it that begins with this entry.
    #[cold]
    fn open(&mut self, limits: &LimitPolicy, number: Number, bytes: usize, carrier: Option<CarrierHash>) {
        if !self.last.takes_shared(limits, number, bytes, carrier) {
            self.close();
            // Those that share carriers can be many, of which the next ones need not be.
            self.last = Segment::beginning_with(number, self.usual.min(limits.entries()));
        }
    }

    fn take_last(&mut self) -> Segment<E, T> {
        std::mem::replace(&mut self.last, Segment::joined_by_none())
    }

    /// The first segment, which has an entry if one waits.
    #[inline]
    fn front(&self) -> &Segment<E, T> {
        self.closed.front().unwrap_or(&self.last)
    }

    /// The segment at this position; after those that are closed, the last one.
    fn segment_mut(&mut self, segment: usize) -> &mut Segment<E, T> {
        self.closed.get_mut(segment).unwrap_or(&mut self.last)
    }

    /// The segment of an entry that has not left, and its position there.
    fn find(&self, number: Number) -> Option<(usize, usize)> {
        let (segment, found) = if self.last.first <= number.0 {
            (self.closed.len(), &self.last)
        } else {
            let after = self.closed.partition_point(|segment| segment.first <= number.0);
            let segment = after.checked_sub(1)?;
            (segment, &self.closed[segment])
        };
        let position = usize::try_from(number.0 - found.first).ok()?;
        found.manifest.has(position).then_some((segment, position))
    }

    /// An entry of this segment has left.
    fn left(&mut self, segment: usize, bytes: usize) {
        self.load.entries -= 1;
        self.load.bytes -= bytes as u128;
        let is_last = segment == self.closed.len();
        let segment = self.segment_mut(segment);
        if segment.load.entries > 0 {
            return;
        }
        if is_last {
            (self.last, self.usual) = (Segment::joined_by_none(), 0);
            return;
        }
        // To take it out of the middle would cost as much as there are segments.
        *segment = Segment::beginning_with(Number(segment.first), 0);
        self.empty += 1;
        self.drop_empty_fronts();
        if self.empty > self.closed.len() / 2 {
            self.closed.retain(|segment| segment.load.entries > 0);
            self.empty = 0;
        }
    }

    /// The first of those that are closed always has an entry.
    fn drop_empty_fronts(&mut self) {
        while self.closed.front().is_some_and(|front| front.load.entries == 0) {
            self.closed.pop_front();
            self.empty -= 1;
        }
    }
}

#[cfg(test)]
mod tests;
