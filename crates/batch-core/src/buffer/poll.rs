use std::time::{Duration, Instant};

use super::ceiling::Opens;
use super::fill::Fill;
use super::flight::{Flight, Piece};
use super::fresh::Picked;
use super::isolation::IsolationId;
use super::lines::LineId;
use super::slots::{SlotId, Whereabouts};
use super::{Batch, BatchId, Buffer, Output};

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

impl<E, R, T> Buffer<E, R, T> {
    /// What is to be done next. Call it until it gives [`Output::Wait`].
    pub fn poll(&mut self, now: Instant) -> Output<E, R, T> {
        let now = self.clock(now);
        if self.answers.is_empty() {
            self.expire(now);
        }
        if let Some(answer) = self.next_answer() {
            return Output::Resolve(answer);
        }
        if !self.garbage.is_empty() {
            return Output::Drop(self.take_garbage());
        }
        self.lines.wake(&self.slots, now);
        self.isolations.wake(now);
        self.forget_quotas(now);
        match self.next_batch(now) {
            Some(output) => output,
            None => {
                self.announced_work = self.has_work();
                self.announced_deadline = self.has_deadline();
                self.announced_enough = self.is_enough();
                self.shrink();
                Output::Wait(self.next_wake(now))
            }
        }
    }

    /// Whether [`poll`](Self::poll) has something to do before the instant that it last gave:
    /// after an entry was accepted, the crank need not be turned unless this says so.
    #[must_use]
    #[inline]
    pub fn wants_poll(&self) -> bool {
        // Time alone makes nothing due before that instant, so only what the entry changed counts.
        let has_new_work = !self.announced_work && self.has_work();
        let has_new_deadline = !self.announced_deadline && self.has_deadline();
        let is_enough_now = !self.announced_enough && self.is_enough() && self.pace.earliest().is_some();
        !self.answers.is_empty() || has_new_work || has_new_deadline || is_enough_now
    }

    /// Whether an entry could go into a request, now or after its linger.
    fn has_work(&self) -> bool {
        self.segments.load().entries > 0 || self.lines.due().is_some()
    }

    /// Whether an entry has a deadline that `poll` announces.
    fn has_deadline(&self) -> bool {
        self.segments.load().entries > 0 || self.lines.oldest().is_some() || !self.deadlines.is_empty()
    }

    /// When the lingering of the first entry ends that could go into a request, if the writer is busy until then.
    fn due(&self) -> Option<Instant> {
        self.segments_due().into_iter().chain(self.lines.due()).min()
    }

    /// When the lingering of the first segment ends, if the writer is busy until then.
    pub(super) fn segments_due(&self) -> Option<Instant> {
        self.segments.oldest().map(|accepted| accepted + self.plan.rules.linger.longest())
    }

    /// Whether the next request need not wait for more entries.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        let Some(due) = self.due() else {
            return false;
        };
        self.is_enough()
            || due <= now + self.head_start()
            || self.urgent_until.is_some_and(|urgent| due <= urgent)
    }

    /// How much sooner than `due` an entry goes, because no request is in flight.
    fn head_start(&self) -> Duration {
        match self.pace.is_idle() {
            true => self.plan.rules.idle_head_start(),
            false => Duration::ZERO,
        }
    }

    /// Whether what waits need not linger, because it fills a request or nothing more can come.
    fn is_enough(&self) -> bool {
        let (lines, segments) = (self.lines.load(), self.segments.load());
        lines.entries + segments.entries >= self.plan.threshold_entries
            || lines.bytes + segments.bytes >= self.plan.threshold_bytes as u128
            || self.room.is_crowded()
    }

    fn next_batch(&mut self, now: Instant) -> Option<Output<E, R, T>> {
        if self.stopped || !self.has_due(now) {
            self.pace.rest();
            if self.lines.quotas.asks() {
                self.lines.quotas.hold(now);
            }
            return None;
        }
        if !self.pace.may_send(now) {
            self.pace.hold(now);
            return None;
        }
        self.ceiling.forget(now);
        if self.ceiling_opens() != Opens::Now {
            self.pace.rest();
            return None;
        }
        if let Some((isolation, part)) = self.isolations.next(&self.slots) {
            let mut request = Request::empty();
            for &slot in &part {
                let (bytes, carrier) = (self.slots[slot].bytes, self.slots[slot].carrier);
                request.fill = request.fill.with(&self.limits, bytes, carrier);
                request.units = request.units.saturating_add(self.slots[slot].units());
            }
            self.board(&mut request, part);
            return Some(Output::Send(self.launch(request, Some(isolation), now)));
        }
        if let Some(batch) = self.unsorted(now) {
            return Some(Output::Sort(batch));
        }
        let request = self.pack_below_ceiling(now)?;
        Some(Output::Send(self.launch(request, None, now)))
    }

    /// Whether a request goes as soon as the pace lets it.
    fn has_due(&self, now: Instant) -> bool {
        self.isolations.is_ready()
            || self.is_due(now)
            || self.lines.quotas.opens().is_some_and(|at| at <= now)
    }

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

    fn launch(&mut self, request: Request<E, T>, isolation: Option<IsolationId>, now: Instant) -> Batch<E> {
        let id = BatchId(self.next_batch);
        self.next_batch += 1;
        let Request { pieces, entries, fill, units } = request;
        let load = fill.load();
        self.counters.requests += 1;
        self.counters.entries_sent += entries.len() as u64;
        self.pace.sent(id, now);
        self.ceiling.packed(id, self.ceiling.amount(load, units));
        let flight =
            Flight { pieces, entries: entries.len(), answered: 0, isolation, sent_at: now, sorts: false };
        self.flights.insert(id, flight);
        Batch { owner: self.owner, id, load, entries, quotas: Vec::new() }
    }

    fn next_wake(&self, now: Instant) -> Option<Instant> {
        let deadline = self.deadlines.first().map(|&(deadline, _)| deadline);
        let in_lines = self.lines.oldest().map(|(accepted, _)| accepted);
        let of_fresh = self.segments.oldest().into_iter().chain(in_lines).min();
        let of_fresh = of_fresh.map(|accepted| accepted + self.plan.rules.delivery_deadline);
        let doubt = self.doubts.first().map(|&(end, _)| end);
        [deadline, of_fresh, doubt, self.lines.rest_ends(), self.isolations.rest_ends(), self.next_send(now)]
            .into_iter()
            .flatten()
            .min()
    }

    /// When the next request goes if nothing else happens.
    fn next_send(&self, now: Instant) -> Option<Instant> {
        if self.stopped {
            return None;
        }
        let ceiling = match self.ceiling_opens() {
            Opens::At(at) => Some(at),
            Opens::Now => None,
            Opens::Unknown => return None,
        };
        let paced = self.pace.earliest()?.into_iter().chain(ceiling).max().unwrap_or(now);
        if self.has_due(now) {
            return Some(paced);
        }
        // Nothing is due, so each instant is further away than the head start.
        let due = self.due().map(|due| due - self.head_start());
        let due = due.into_iter().chain(self.lines.quotas.opens()).min();
        due.map(|due| due.max(paced))
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
