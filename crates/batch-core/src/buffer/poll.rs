use std::time::{Duration, Instant};

use super::ceiling::Opens;
use super::flight::Flight;
use super::isolation::IsolationId;
use super::pack::Request;
use super::{Batch, BatchId, Buffer, Output};

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
