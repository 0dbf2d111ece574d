use std::time::Instant;

use super::complete::is_accepted;
use super::flight::{Carried, Flight, Piece};
use super::manifest::Manifest;
use super::owner::Owner;
use super::record::{Keys, Record};
use super::resolve::Outcome;
use super::{Answers, Buffer, Resolution, Stamp};
use crate::{Responses, Sent, Unread, Verdict, Verdicts};

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
    Each(Vec<R>),
}

impl<E, R, T> Buffer<E, R, T> {
    /// A request whose entries were all accepted, none of which was answered before.
    pub(super) fn accept_all(
        &mut self,
        flight: Flight<T>,
        entries: Vec<E>,
        verdicts: Verdicts<R>,
        now: Instant,
    ) {
        self.garbage.add_entries(entries);
        let mut responses = match verdicts {
            Verdicts::AllAccepted(responses) => Answered::Of(responses, 0),
            Verdicts::Each(verdicts) => Answered::Each(verdicts.into_iter().filter_map(accepted).collect()),
        };
        for piece in flight.pieces {
            match piece {
                Piece::Lane(line, records) => {
                    self.lines.failed(line, None);
                    self.lines.come_back_together(line, records.len());
                    let charge = records.iter().map(|record| record.charge).sum();
                    let answered = responses.take_front(records.len());
                    self.deliver(Known::Lane(records), charge, answered);
                }
                Piece::Segment(manifest) => {
                    for keys in manifest.all_keys() {
                        self.lane_moves(keys);
                        self.release_keys(keys);
                    }
                    let (charge, answered) = (manifest.charge(), responses.take_front(manifest.len()));
                    self.deliver(Known::Segment(manifest), charge, answered);
                }
                Piece::Slots(slots) => {
                    let answered = responses.take_front(slots.len());
                    for (slot, response) in slots.into_iter().zip(answered.into_unread()) {
                        self.accepted(&Carried::Slot(slot));
                        self.resolve(slot, Outcome::Delivered(response), now);
                    }
                }
            }
        }
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

    fn deliver(&mut self, known: Known<T>, charge: usize, responses: Answered<R>) {
        let deliveries = Deliveries { owner: self.owner, known, responses };
        self.counters.delivered += deliveries.len() as u64;
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
        self.room.free(1, record.charge);
        let charge = self.owner.charge(record.charge);
        let result = Ok(Sent::delivered(response, 1, false));
        let resolution = Resolution { tag: record.tag, result, charge, stamp: record.stamp };
        self.answers.push_back(Answers::One(resolution));
    }
}

impl<R> Answered<R> {
    /// Parts those of the first entries from the others, which stay.
    fn take_front(&mut self, entries: usize) -> Self {
        let rest = match self {
            Self::Of(responses, first) => Self::Of(responses.clone(), *first + entries),
            Self::Each(responses) => Self::Each(responses.split_off(entries)),
        };
        std::mem::replace(self, rest)
    }

    fn into_unread(self) -> impl Iterator<Item = Unread<R>> {
        let (of, each) = match self {
            Self::Of(responses, first) => (Some((responses, first)), Vec::new()),
            Self::Each(each) => (None, each),
        };
        let of = of
            .into_iter()
            .flat_map(|(responses, first)| (first..).map(move |position| Unread::of(&responses, position)));
        each.into_iter().map(Unread::one).chain(of)
    }
}

impl<R, T> Deliveries<R, T> {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.known {
            Known::Lane(records) => records.len(),
            Known::Segment(manifest) => manifest.len(),
        }
    }

    /// Whether there are none, which is never so.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
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

    /// What the submitters gave along, and the responses.
    pub(crate) fn into_parts(self) -> (impl Iterator<Item = T>, Answered<R>) {
        let (records, manifest) = match self.known {
            Known::Lane(records) => (records, None),
            Known::Segment(manifest) => (Vec::new(), Some(manifest)),
        };
        let of_lane = records.into_iter().map(|record| record.tag);
        (of_lane.chain(manifest.into_iter().flat_map(Manifest::into_tags)), self.responses)
    }

    pub(super) fn into_resolutions<E>(self) -> Vec<Resolution<E, R, T>> {
        let owner = self.owner;
        let records = match self.known {
            Known::Lane(records) => records,
            Known::Segment(manifest) => manifest.into_records().map(|(record, _)| record).collect(),
        };
        let each =
            records.into_iter().zip(self.responses.into_unread()).map(|(record, response)| Resolution {
                tag: record.tag,
                result: Ok(Sent::delivered(response, 1, false)),
                charge: owner.charge(record.charge),
                stamp: record.stamp,
            });
        each.collect()
    }
}

impl<R, T> std::fmt::Debug for Deliveries<R, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deliveries").field("len", &self.len()).finish_non_exhaustive()
    }
}

fn accepted<R>(verdict: Verdict<R>) -> Option<R> {
    match verdict {
        Verdict::Accepted(response) => Some(response),
        _ => None,
    }
}

/// Whether these verdicts accept all.
pub(super) fn are_all_accepted<R>(verdicts: &Verdicts<R>) -> bool {
    match verdicts {
        Verdicts::AllAccepted(_) => true,
        Verdicts::Each(verdicts) => verdicts.iter().all(is_accepted),
    }
}
