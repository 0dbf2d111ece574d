use std::ops::Range;
use std::time::Instant;

use super::flight::{Carried, Flight, Lanes, Piece};
use super::manifest::Manifest;
use super::owner::Owner;
use super::record::{Keys, Record};
use super::resolve::Outcome;
use super::slots::SlotId;
use super::{Answers, Buffer, Resolution, Stamp};
use crate::{Responses, Sent, Unread};

/// The answers of entries that were delivered at the first attempt, in one request.
pub struct Deliveries<R, T> {
    owner: Owner,
    manifest: Manifest<T>,
    responses: Answered<R>,
}

/// The responses for entries that were accepted, in their order.
pub(crate) enum Answered<R> {
    /// To be read from the response of the request, in which the first of them has this position.
    Of(Responses<R>, usize),
    Each(Vec<Unread<R>>),
}

impl<E, R, T> Buffer<E, R, T> {
    /// Delivers a request, none of whose entries was answered before, but for these others, which are returned in
    /// the order of their positions.
    pub(super) fn deliver_all<V>(
        &mut self,
        flight: Flight<T>,
        mut responses: Answered<R>,
        others: &[(usize, V)],
        now: Instant,
    ) -> Vec<Carried<T>> {
        let mut apart = Vec::with_capacity(others.len());
        let (mut begin, mut others) = (0, others);
        for piece in flight.pieces {
            let end = begin + piece.len();
            let (here, later) = others.split_at(others.partition_point(|&(position, _)| position < end));
            let gaps: Vec<_> = here.iter().map(|&(position, _)| position - begin).collect();
            let answered = responses.take_front(end - begin, end - begin - here.len());
            match piece {
                Piece::Lanes(mut lanes) => {
                    apart.extend(gaps.iter().filter_map(|&position| lanes.take(position)));
                    self.accept_lanes(lanes, &gaps, answered, now);
                }
                Piece::Segment(mut manifest) => {
                    let taken = gaps.iter().filter_map(|&position| manifest.take(position));
                    apart.extend(taken.map(|(record, keys)| Carried::Entry(record, None, keys)));
                    self.accept_segment(manifest, &gaps, answered, now);
                }
                Piece::Slots(slots) => apart.extend(self.accept_singly(slots, answered, &gaps, now)),
            }
            (begin, others) = (end, later);
        }
        apart
    }

    /// Delivers the entries of lanes, which are all but those that were at these positions.
    fn accept_lanes(&mut self, lanes: Lanes<T>, gaps: &[usize], responses: Answered<R>, now: Instant) {
        for line in lanes.lines() {
            self.lines.failed(line, None);
            self.lines.come_back(line);
        }
        self.deliver(lanes.manifest, gaps, responses, now);
    }

    /// Delivers the entries of a segment, which are all but those that were at these positions.
    fn accept_segment(
        &mut self,
        manifest: Manifest<T>,
        gaps: &[usize],
        responses: Answered<R>,
        now: Instant,
    ) {
        for keys in manifest.all_keys() {
            self.lane_moves(keys);
            self.release_keys(keys);
        }
        self.deliver(manifest, gaps, responses, now);
    }

    /// Delivers entries with slots one by one, but for those at these positions, which are returned.
    fn accept_singly(
        &mut self,
        slots: Vec<SlotId>,
        responses: Answered<R>,
        gaps: &[usize],
        now: Instant,
    ) -> Vec<Carried<T>> {
        let (mut apart, mut gaps, mut read) = (Vec::new(), gaps.iter().peekable(), responses.into_read());
        for (position, one) in slots.into_iter().map(Carried::Slot).enumerate() {
            if gaps.next_if_eq(&&position).is_some() {
                apart.push(one);
            } else {
                self.accepted(&one);
                self.deliver_one(one, read(position), now);
            }
        }
        apart
    }

    /// An entry of a request is accepted: no failure holds up its lane any more.
    pub(super) fn accepted(&mut self, one: &Carried<T>) {
        match *one {
            Carried::Entry(_, Some(line), _) => self.lines.failed(line, None),
            Carried::Entry(_, None, keys) => self.lane_moves(keys),
            Carried::Slot(slot) => {
                if let Some(line) = self.slots[slot].line {
                    self.lines.failed(line, None);
                }
            }
        }
    }

    fn lane_moves(&mut self, keys: Keys) {
        if let Some(line) = keys.lane.and_then(|key| self.lines.lanes.find(key)) {
            self.lines.failed(line, None);
        }
    }

    fn deliver(&mut self, manifest: Manifest<T>, gaps: &[usize], responses: Answered<R>, now: Instant) {
        let entries = manifest.entries();
        if entries == 0 {
            return;
        }
        self.counters.delivered += entries as u64;
        for ascent in manifest.ascents() {
            for run in runs(ascent, gaps) {
                let accepted = |at| manifest.accepted(run.start + at).unwrap_or(now);
                self.meters.delivered_run(run.len(), accepted, now);
            }
        }
        self.room.free(entries, manifest.charge());
        self.answers.push_back(Answers::Delivered(Deliveries { owner: self.owner, manifest, responses }));
    }

    /// One of the entries of a request was accepted.
    pub(super) fn deliver_one(&mut self, one: Carried<T>, response: Unread<R>, now: Instant) {
        let (record, line, keys) = match one {
            Carried::Slot(slot) => return self.resolve(slot, Outcome::Delivered(response), now),
            Carried::Entry(record, line, keys) => (record, line, keys),
        };
        self.release(line, keys);
        self.counters.delivered += 1;
        self.meters.delivered(record.accepted, now);
        self.room.free(1, record.charge);
        let charge = self.owner.charge(record.charge);
        let result = Ok(Sent::delivered(response, 1, false));
        let Record { tag, accepted, stamp, .. } = record;
        let resolution = Resolution { tag, result, charge, accepted, stamp };
        self.answers.push_back(Answers::One(resolution));
    }
}

impl<R> Answered<R> {
    /// Parts those of the first positions from the others, which stay. So many of their entries were accepted.
    fn take_front(&mut self, positions: usize, accepted: usize) -> Self {
        let rest = match self {
            Self::Of(responses, first) => Self::Of(responses.clone(), *first + positions),
            Self::Each(responses) => Self::Each(responses.split_off(accepted)),
        };
        std::mem::replace(self, rest)
    }

    /// What keeps the response of the request, if that is what they are read from.
    pub(super) fn keep(&self) -> Option<Unread<R>> {
        match self {
            Self::Of(responses, first) => Some(Unread::of(responses, *first)),
            Self::Each(_) => None,
        }
    }

    /// Returns the response for the entry at a position, called for each that was accepted, in order.
    pub(super) fn into_read(self) -> impl FnMut(usize) -> Unread<R> {
        let (of, each) = match self {
            Self::Of(responses, first) => (Some((responses, first)), Vec::new()),
            Self::Each(each) => (None, each),
        };
        let mut each = each.into_iter();
        move |position| match &of {
            Some((responses, first)) => Unread::of(responses, first + position),
            None => each.next().expect("each accepted entry has a response"),
        }
    }

    /// All that came from the service, to be dropped.
    pub(super) fn into_unread(self) -> impl Iterator<Item = Unread<R>> {
        let kept = self.keep();
        let each = match self {
            Self::Of(..) => Vec::new(),
            Self::Each(each) => each,
        };
        kept.into_iter().chain(each)
    }
}

impl<R, T> Deliveries<R, T> {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.manifest.entries()
    }

    /// Whether there are none, which is never so.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// When its oldest and its youngest entry were accepted.
    #[must_use]
    pub fn span(&self) -> Option<(Instant, Instant)> {
        self.manifest.span()
    }

    /// What the submitters gave along.
    pub fn tags(&self) -> impl Iterator<Item = &T> {
        self.manifest.tags()
    }

    /// The stamps of the entries, and how many have each.
    pub(super) fn stamps(&mut self, mut each: impl FnMut(&mut Stamp, usize)) {
        self.manifest.runs_mut().iter_mut().for_each(|run| each(&mut run.stamp, run.entries));
    }

    /// What the submitters gave along, with the positions for which the responses are read, and the responses.
    pub(crate) fn into_parts(self) -> (impl Iterator<Item = (usize, T)>, Answered<R>) {
        (self.manifest.into_tags(), self.responses)
    }

    pub(super) fn into_resolutions<E>(self) -> Vec<Resolution<E, R, T>> {
        let (owner, mut read) = (self.owner, self.responses.into_read());
        let each = self.manifest.into_positions().map(|(position, record)| Resolution {
            tag: record.tag,
            result: Ok(Sent::delivered(read(position), 1, false)),
            charge: owner.charge(record.charge),
            accepted: record.accepted,
            stamp: record.stamp,
        });
        each.collect()
    }
}

/// These positions but for the gaps, which are in ascending order, as far as they follow one another.
fn runs(positions: Range<usize>, gaps: &[usize]) -> impl Iterator<Item = Range<usize>> {
    let before = |end| gaps.partition_point(|&gap| gap < end);
    let gaps = &gaps[before(positions.start)..before(positions.end)];
    let begins = std::iter::once(positions.start).chain(gaps.iter().map(|gap| gap + 1));
    let ends = gaps.iter().copied().chain([positions.end]);
    begins.zip(ends).map(|(begin, end)| begin..end).filter(|run| !run.is_empty())
}

impl<R, T> std::fmt::Debug for Deliveries<R, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deliveries").field("len", &self.len()).finish_non_exhaustive()
    }
}
