use std::collections::BTreeMap;
use std::time::Instant;

use super::flight::Flight;
use super::lines::{LineId, Lines};
use super::pack::Request;
use super::quotas::Tally;
use super::retry::Setback;
use super::slots::SlotId;
use super::{Batch, BatchId, Buffer};
use crate::{Quota, Reply, Verdict, Verdicts};

/// Sorting: while a quota throttles, an entry is asked for its own before it goes into a request, outside of the lock
/// and once. So it leaves like a request, and comes back at once: it waits for its quota if that is limited, else with
/// all others. Then requests are filled from all quotas that let anything through.
impl<E, R, T> Buffer<E, R, T> {
    /// Takes a batch of [`Output::Sort`](super::Output::Sort) back, whose entries were asked for their quotas. What was
    /// handed back as a copy meanwhile is no longer needed.
    ///
    /// # Panics
    ///
    /// When this buffer did not issue the batch.
    pub fn sorted(&mut self, batch: Batch<E>, now: Instant) {
        let now = self.clock(now);
        let flight = self.land(&batch);
        let flight = self.seated(flight);
        let Batch { entries, mut quotas, .. } = batch;
        quotas.resize(entries.len(), None);
        let mut again = Vec::with_capacity(entries.len());
        let slots: Vec<_> = flight.slots().collect();
        for ((id, entry), quota) in slots.into_iter().zip(entries).zip(quotas) {
            if !self.slots[id].is_in_flight() {
                self.garbage.entries.push(entry);
                self.forget_answered(id);
                continue;
            }
            self.slots.restore(id, entry);
            self.unsend(id);
            self.slots[id].past_mut().quota = Some(quota);
            match self.overdue(id, None, now) {
                Some(cause) => self.resolve(id, super::resolve::Outcome::HandedBack(cause), now),
                None => again.push(id),
            }
        }
        self.wait_sorted(again);
        self.lines.settle_touched(&self.slots, now);
    }

    /// Entries that were sorted go back in front of where they were: of their lanes, or with others of their quota.
    fn wait_sorted(&mut self, again: Vec<SlotId>) {
        let mut cohorts: Vec<(Option<u64>, LineId)> = Vec::new();
        for id in again.into_iter().rev() {
            let is_free = self.slots[id].line.is_none();
            let id = self.come_back(id);
            if is_free {
                let class = self.lines.quotas.limited(self.slots[id].quota());
                self.slots[id].line = Some(cohort(&mut self.lines, &mut cohorts, class));
            }
            self.lines.push_front(&mut self.slots, id);
            if !is_free && let Some(line) = self.slots[id].line {
                self.lines.touch(line);
            }
        }
        for (_, cohort) in cohorts {
            self.lines.touch(cohort);
        }
    }

    /// Takes out what was not asked for its quota and could go into a request.
    pub(super) fn unsorted(&mut self, now: Instant) -> Option<Batch<E>> {
        let is_any = self.segments_due().is_some() || self.lines.first().is_some();
        if !self.lines.quotas.asks() || !is_any || self.lines.quotas.fill(&self.plan.limits) {
            return None;
        }
        self.limits = self.plan.limits;
        let Request { pieces, entries, fill, .. } = self.pack(now);
        if entries.is_empty() {
            return None;
        }
        let id = BatchId(self.next_batch);
        self.next_batch += 1;
        let flight = Flight {
            pieces,
            entries: entries.len(),
            answered: 0,
            isolation: None,
            sent_at: now,
            sorts: true,
        };
        self.flights.insert(id, flight);
        Some(Batch { owner: self.owner, id, load: fill.load(), entries, quotas: Vec::new() })
    }

    /// Fills a request with what was sorted and may go now, the oldest first; nothing if nothing may.
    pub(super) fn pack_sorted(&mut self, now: Instant) -> Option<Request<E, T>> {
        let mut request = Request::empty();
        let mut heads = self.lines.quotas.heads(now);
        while let Some(std::cmp::Reverse((_, line, class))) = heads.pop() {
            let before = request.entries.len();
            let is_full = self.take_sorted(line, &mut request, now);
            self.lines.settle(&self.slots, line, Some(now));
            if is_full {
                break;
            }
            let head = self.lines.quotas.head(class, now);
            heads.extend(
                head.filter(|head| request.entries.len() > before || head.1 != line).map(std::cmp::Reverse),
            );
        }
        self.lines.quotas.packed(now);
        (!request.entries.is_empty()).then_some(request)
    }

    /// Takes what goes of a line of sorted entries; whether the request is full then.
    fn take_sorted(&mut self, line: LineId, request: &mut Request<E, T>, now: Instant) -> bool {
        self.lines.displace(line);
        let is_lane = self.lines.is_lane(line);
        let mut picked = Vec::new();
        let is_full = loop {
            let Some(slot) = self.lines.first_slot(line).filter(|&slot| self.slots[slot].is_sorted()) else {
                break false;
            };
            if is_lane && self.lines.is_away(line) && !self.may_follow(slot, line, request.fill, now) {
                break false;
            }
            let (bytes, carrier) = (self.slots[slot].bytes, self.slots[slot].carrier);
            let with = request.fill.with(&self.limits, bytes, carrier);
            if !self.limits.fits(with.load()) {
                break true;
            }
            let units = self.slots[slot].units();
            if !self.ceiling.takes(request.units, units) {
                break true;
            }
            let joins = request.fill.joins(&self.limits, bytes, carrier);
            if !self.lines.quotas.take(self.slots[slot].quota(), joins, now) {
                break false;
            }
            request.fill = with;
            request.units = request.units.saturating_add(units);
            self.lines.pop_front(&mut self.slots, line);
            self.leave_line(slot, is_lane);
            picked.push(slot);
        };
        if !picked.is_empty() {
            self.board(request, picked);
        }
        is_full
    }

    /// Whether this entry was asked for its quota while one is limited, so that it goes by that.
    pub(super) fn is_sorted_apart(&self, slot: SlotId) -> bool {
        self.lines.quotas.asks() && self.slots[slot].is_sorted()
    }

    /// Forgets quotas that do not throttle any more.
    pub(super) fn forget_quotas(&mut self, now: Instant) {
        if !self.lines.quotas.asks() {
            return;
        }
        for line in self.lines.quotas.forget(now) {
            self.lines.settle(&self.slots, line, Some(now));
        }
    }

    /// Learns from a reply what its quotas let through. If entries were throttled, their quotas were asked, and each
    /// has a slot then.
    pub(super) fn learn_quotas(
        &mut self,
        mut flight: Flight<T>,
        quotas: Vec<Option<Quota>>,
        reply: &Reply<R>,
        accepted: usize,
        now: Instant,
    ) -> Flight<T> {
        let Ok(verdicts) = reply else {
            return flight;
        };
        // Of a service that knows no quotas there is nothing to remember for each entry.
        let is_asked = quotas.iter().any(Option::is_some) || (!quotas.is_empty() && self.lines.quotas.asks());
        if is_asked {
            flight = self.seated(flight);
            let slots: Vec<_> = flight.slots().collect();
            for (id, quota) in slots.into_iter().zip(quotas) {
                self.slots[id].past_mut().quota = Some(quota);
            }
        }
        if accepted > 0 {
            self.lines.quotas.accepted(accepted, now);
        }
        if is_asked || self.lines.quotas.asks() {
            for (name, tally) in self.tally(&flight, verdicts) {
                self.lines.quotas.learn(name, &tally, flight.sent_at, now);
            }
        }
        flight
    }

    /// Whether each of these has a quota that is limited: then the reason is that.
    pub(super) fn are_limited(&self, flight: &Flight<T>) -> bool {
        flight.has_slots_only() && flight.slots().all(|slot| self.is_limited(slot))
    }

    pub(super) fn is_limited(&self, slot: SlotId) -> bool {
        self.lines.quotas.limited(self.slots[slot].quota()).is_some()
    }

    /// What it means for an entry that its quota throttled it: that decides when it goes again. But one that takes far
    /// more than goes at once may be throttled whatever the pace is, and would take every turn of its quota.
    pub(super) fn setback_of_limited(&self, slot: SlotId) -> Setback {
        match self.lines.quotas.is_large(self.slots[slot].quota()) {
            true => Setback::ThrottledAlone,
            false => Setback::Limited,
        }
    }

    /// What became of each quota's units.
    fn tally(&self, flight: &Flight<T>, verdicts: &Verdicts<R>) -> BTreeMap<u64, Tally> {
        let mut tallies: BTreeMap<u64, Tally> = BTreeMap::new();
        if !flight.has_slots_only() {
            return tallies;
        }
        for (position, slot) in flight.slots().enumerate() {
            let Some(quota) = self.slots[slot].quota() else {
                continue;
            };
            let is_accepted = match verdicts.at(position) {
                None | Some(Verdict::Accepted(_)) => true,
                Some(Verdict::Throttled(_)) => false,
                Some(Verdict::Ambiguous(_) | Verdict::Reject(_) | Verdict::Retry(_)) => continue,
            };
            tallies.entry(quota.name).or_default().count(quota.units, is_accepted);
        }
        tallies
    }
}

/// The line of those that wait for the same.
fn cohort<E, T>(
    lines: &mut Lines<E, T>,
    cohorts: &mut Vec<(Option<u64>, LineId)>,
    class: Option<u64>,
) -> LineId {
    if let Some(&(_, cohort)) = cohorts.iter().find(|&&(other, _)| other == class) {
        return cohort;
    }
    let cohort = lines.cohort();
    cohorts.push((class, cohort));
    cohort
}
