use std::time::Instant;

use super::Buffer;
use super::fill::Fill;
use super::flight::Piece;
use super::lines::LineId;
use super::picked::Picked;
use super::slots::{SlotId, Whereabouts};

/// A request that is being filled.
pub(super) struct Request<E, T> {
    pub(super) pieces: Vec<Piece<T>>,
    pub(super) entries: Vec<E>,
    pub(super) fill: Fill,
    /// What its entries take of their quotas, as far as they were asked.
    pub(super) units: usize,
}

/// What is next to go into a request.
enum First {
    Line(LineId),
    Segment,
}

/// Filling requests.
impl<E, R, T> Buffer<E, R, T> {
    /// Fills a request: segments and lines in turn, each in its order, up to the first entry that does not
    /// fit.
    pub(super) fn pack(&mut self, now: Instant) -> Request<E, T> {
        let mut request = Request::empty();
        loop {
            let is_full = match self.first() {
                None => break,
                Some(First::Segment) => self.take_segment(&mut request),
                Some(First::Line(line)) if self.lines.has_slots(line) => {
                    self.take_from(line, &mut request, now)
                }
                Some(First::Line(_)) => self.take_fresh(&mut request, now),
            };
            if is_full {
                break;
            }
        }
        request
    }

    /// What a request takes from next.
    fn first(&self) -> Option<First> {
        let line = self.lines.first();
        let comes_first = |turn| line.is_none_or(|(other, _)| turn <= other);
        match self.segments_due().is_some_and(comes_first) {
            true => Some(First::Segment),
            false => line.map(|(_, line)| First::Line(line)),
        }
    }

    /// Takes what goes of the first segment; whether the request is full then.
    fn take_segment(&mut self, request: &mut Request<E, T>) -> bool {
        let Some((entries, mut manifest)) = self.segments.take(&self.limits, &mut request.fill) else {
            return true;
        };
        if self.plan.merges() {
            manifest.take_identities().for_each(|identity| self.identities.keys.remove(identity));
        }
        request.add(entries, Piece::Segment(manifest));
        false
    }

    /// Takes what goes from one ready line, of whose entries some have slots; whether the request is full then.
    fn take_from(&mut self, line: LineId, request: &mut Request<E, T>, now: Instant) -> bool {
        self.lines.displace(line);
        let is_lane = self.lines.is_lane(line);
        let mut picked = Vec::new();
        let is_full = loop {
            let Some(slot) = self.lines.first_slot(line) else {
                break false;
            };
            if is_lane && self.lines.is_away(line) && !self.may_follow(slot, line, request.fill, now) {
                break false;
            }
            if self.is_sorted_apart(slot) {
                break false;
            }
            let with = request.fill.with(&self.limits, self.slots[slot].bytes, self.slots[slot].carrier);
            if !self.limits.fits(with.load()) {
                break true;
            }
            request.fill = with;
            self.lines.pop_front(&mut self.slots, line);
            self.leave_line(slot, is_lane);
            picked.push(slot);
        };
        if !picked.is_empty() {
            self.board(request, picked);
        }
        let mut fresh = Picked::none();
        let is_full = is_full || self.pick_fresh(line, request, &mut fresh);
        self.board_fresh(request, fresh);
        self.lines.settle(&self.slots, line, Some(now));
        is_full
    }

    /// Takes what goes of the ready lanes that are next, as far as nothing has happened to any of their entries; whether
    /// the request is full then.
    fn take_fresh(&mut self, request: &mut Request<E, T>, now: Instant) -> bool {
        let mut picked = Picked::none();
        let is_full = loop {
            let line = match self.first() {
                Some(First::Line(line)) if !self.lines.has_slots(line) => line,
                _ => break false,
            };
            self.lines.displace(line);
            let is_full = self.pick_fresh(line, request, &mut picked);
            self.lines.settle(&self.slots, line, Some(now));
            if is_full {
                break true;
            }
        };
        self.board_fresh(request, picked);
        is_full
    }

    /// Picks what goes of the entries of a lane to which nothing has happened; whether the request is full then.
    fn pick_fresh(&mut self, line: LineId, request: &mut Request<E, T>, picked: &mut Picked) -> bool {
        let is_strict = self.lines.is_strict(line);
        let is_held = self.lines.has_slots(line) || (is_strict && self.lines.is_away(line));
        if is_held || !self.lines.has_fresh(line) {
            return false;
        }
        let took_any = self.lines.pick(line, &self.limits, &mut request.fill, picked);
        self.lines.has_fresh(line) && !(took_any && is_strict)
    }

    /// Puts entries of lanes to which nothing has happened into a request.
    fn board_fresh(&mut self, request: &mut Request<E, T>, picked: Picked) {
        if !picked.is_empty() {
            let (entries, lanes) = self.lines.take(picked, &self.limits);
            request.add(entries, Piece::Lanes(lanes));
        }
    }

    /// Puts entries with slots into a request.
    pub(super) fn board(&mut self, request: &mut Request<E, T>, slots: Vec<SlotId>) {
        let mut entries = Vec::with_capacity(slots.len());
        for &id in &slots {
            let slot = &mut self.slots[id];
            self.counters.retries += u64::from(slot.sends > 0);
            slot.sends = slot.sends.saturating_add(1);
            slot.whereabouts = Whereabouts::InFlight;
            entries.extend(self.slots.take(id));
        }
        request.add(entries, Piece::Slots(slots));
    }

    /// Whether a request that is filled up to the one before it in the lane may carry this one too.
    pub(super) fn may_follow(&self, slot: SlotId, line: LineId, fill: Fill, now: Instant) -> bool {
        let slot = &self.slots[slot];
        let is_resting = slot.not_before().is_some_and(|until| until > now);
        let has_twin_away = slot.identity.is_some_and(|identity| self.identities.is_away(identity));
        let is_apart = self.lines.is_strict(line) && !fill.joins(&self.limits, slot.bytes, slot.carrier);
        !is_apart && !is_resting && !has_twin_away
    }

    pub(super) fn leave_line(&mut self, id: SlotId, is_lane: bool) {
        let slot = &mut self.slots[id];
        if !is_lane {
            slot.line = None;
        }
        if let Some(identity) = slot.identity {
            self.identities.go(identity, id);
        }
    }
}

impl<E, T> Request<E, T> {
    pub(super) fn empty() -> Self {
        Self { pieces: Vec::with_capacity(1), entries: Vec::new(), fill: Fill::empty(), units: 0 }
    }

    fn add(&mut self, mut entries: Vec<E>, piece: Piece<T>) {
        if self.entries.len() < entries.len() {
            // The fewer are moved.
            entries.splice(..0, self.entries.drain(..));
            self.entries = entries;
        } else {
            self.entries.append(&mut entries);
        }
        self.pieces.push(piece);
    }
}
