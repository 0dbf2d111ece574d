use std::ops::Range;
use std::time::Instant;

use super::flight::{Carried, Flight, Piece};
use super::lines::LineId;
use super::manifest::Manifest;
use super::owner::Owner;
use super::record::{Keys, Record};
use super::resolve::Outcome;
use super::{Answers, Buffer, Resolution, Stamp};
use crate::{Responses, Sent, Unread};

/// The answers of entries that were delivered at the first attempt, in one request.
pub struct Deliveries<R, T> {
    owner: Owner,
    known: Known<T>,
    responses: Answered<R>,
}

/// What is known of entries that were delivered together.
enum Known<T> {
    Lane(Vec<Record<T>>),
    Segment(Manifest<T>),
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
            let positions = here.iter().map(|&(position, _)| position - begin);
            let answered = responses.take_front(end - begin, end - begin - here.len());
            match piece {
                Piece::Lane(line, records) if here.is_empty() => {
                    self.accept_lane(line, records, answered, now);
                }
                Piece::Segment(mut manifest) => {
                    let gaps: Vec<_> = positions.collect();
                    let taken = gaps.iter().filter_map(|&position| manifest.take(position));
                    apart.extend(taken.map(|(record, keys)| Carried::Entry(record, None, keys)));
                    self.accept_segment(manifest, &gaps, answered, now);
                }
                piece => apart.extend(self.accept_singly(piece, answered, positions, now)),
            }
            (begin, others) = (end, later);
        }
        apart
    }

    fn accept_lane(&mut self, line: LineId, records: Vec<Record<T>>, responses: Answered<R>, now: Instant) {
        self.lines.failed(line, None);
        self.lines.come_back_together(line, records.len());
        let charge = records.iter().map(|record| record.charge).sum();
        self.deliver(Known::Lane(records), &[], charge, responses, now);
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
        let charge = manifest.charge();
        if manifest.entries() > 0 {
            self.deliver(Known::Segment(manifest), gaps, charge, responses, now);
        }
    }

    /// Delivers the entries of a piece one by one, but for those at these positions, which are returned.
    fn accept_singly(
        &mut self,
        piece: Piece<T>,
        responses: Answered<R>,
        others: impl Iterator<Item = usize>,
        now: Instant,
    ) -> Vec<Carried<T>> {
        let mut carried = Vec::with_capacity(piece.len());
        piece.carry(&mut carried);
        let (mut apart, mut others, mut read) = (Vec::new(), others.peekable(), responses.into_read());
        for (position, one) in carried.into_iter().enumerate() {
            if others.next_if_eq(&position).is_some() {
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

    fn deliver(
        &mut self,
        known: Known<T>,
        gaps: &[usize],
        charge: usize,
        responses: Answered<R>,
        now: Instant,
    ) {
        let deliveries = Deliveries { owner: self.owner, known, responses };
        self.counters.delivered += deliveries.len() as u64;
        for run in runs(deliveries.positions(), gaps) {
            let accepted = |at| deliveries.accepted(run.start + at).unwrap_or(now);
            self.meters.delivered_run(run.len(), accepted, now);
        }
        self.room.free(deliveries.len(), charge);
        self.answers.push_back(Answers::Delivered(deliveries));
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
        match &self.known {
            Known::Lane(records) => records.len(),
            Known::Segment(manifest) => manifest.entries(),
        }
    }

    /// Whether there are none, which is never so.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// When its oldest and its youngest entry were accepted.
    #[must_use]
    pub fn span(&self) -> Option<(Instant, Instant)> {
        match &self.known {
            Known::Lane(records) => Some((records.first()?.accepted, records.last()?.accepted)),
            Known::Segment(manifest) => manifest.span(),
        }
    }

    /// The number of positions, of which some may have no entry.
    fn positions(&self) -> usize {
        match &self.known {
            Known::Lane(records) => records.len(),
            Known::Segment(manifest) => manifest.len(),
        }
    }

    /// What the submitters gave along.
    pub fn tags(&self) -> impl Iterator<Item = &T> {
        let (records, manifest): (&[Record<T>], _) = match &self.known {
            Known::Lane(records) => (records, None),
            Known::Segment(manifest) => (&[], Some(manifest)),
        };
        records.iter().map(|record| &record.tag).chain(manifest.into_iter().flat_map(Manifest::tags))
    }

    /// When the entry at this position was accepted: none before the one at an earlier position.
    fn accepted(&self, position: usize) -> Option<Instant> {
        match &self.known {
            Known::Lane(records) => records.get(position).map(|record| record.accepted),
            Known::Segment(manifest) => manifest.accepted(position),
        }
    }

    /// The stamps of the entries, and how many have each.
    pub(super) fn stamps(&mut self, mut each: impl FnMut(&mut Stamp, usize)) {
        match &mut self.known {
            Known::Lane(records) => records.iter_mut().for_each(|record| each(&mut record.stamp, 1)),
            Known::Segment(manifest) => {
                manifest.runs_mut().iter_mut().for_each(|run| each(&mut run.stamp, run.entries));
            }
        }
    }

    /// What the submitters gave along, with the positions for which the responses are read, and the responses.
    pub(crate) fn into_parts(self) -> (impl Iterator<Item = (usize, T)>, Answered<R>) {
        let (records, manifest) = match self.known {
            Known::Lane(records) => (records, None),
            Known::Segment(manifest) => (Vec::new(), Some(manifest)),
        };
        let of_lane = records.into_iter().enumerate().map(|(position, record)| (position, record.tag));
        (of_lane.chain(manifest.into_iter().flat_map(Manifest::into_tags)), self.responses)
    }

    pub(super) fn into_resolutions<E>(self) -> Vec<Resolution<E, R, T>> {
        let (owner, mut read) = (self.owner, self.responses.into_read());
        let records: Vec<_> = match self.known {
            Known::Lane(records) => records.into_iter().enumerate().collect(),
            Known::Segment(manifest) => manifest.into_positions().collect(),
        };
        let each = records.into_iter().map(|(position, record)| Resolution {
            tag: record.tag,
            result: Ok(Sent::delivered(read(position), 1, false)),
            charge: owner.charge(record.charge),
            accepted: record.accepted,
            stamp: record.stamp,
        });
        each.collect()
    }
}

/// So many positions but for the gaps, which are in ascending order, as far as they follow one another.
fn runs(positions: usize, gaps: &[usize]) -> impl Iterator<Item = Range<usize>> {
    let begins = std::iter::once(0).chain(gaps.iter().map(|gap| gap + 1));
    let ends = gaps.iter().copied().chain([positions]);
    begins.zip(ends).map(|(begin, end)| begin..end).filter(|run| !run.is_empty())
}

impl<R, T> std::fmt::Debug for Deliveries<R, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deliveries").field("len", &self.len()).finish_non_exhaustive()
    }
}
