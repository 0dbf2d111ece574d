use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::pack::Request;
use super::{BatchId, Buffer};
use crate::rate::Counts;
use crate::{Batch, LimitPolicy, Load, Rate};

const SECOND: Duration = Duration::from_secs(1);
/// Requests wait for a tenth of a second's worth, as far as one carries that. Else the first ones, which went as their
/// entries came, would repeat as small every second.
const SHARE: usize = 10;
/// As many seconds as any clock counts.
const LONGEST: f64 = 1e9;

/// The rate that the user chose, or that of the service: nothing goes that would exceed it over any second.
///
/// What a request takes of it counts from when the request is packed, and is free again a second after it begins: the
/// thread that is to send it may be late.
pub(super) struct Ceiling {
    rate: Option<Rate>,
    /// What requests take that have not begun.
    packed: BTreeMap<BatchId, usize>,
    /// What requests took, by when it is free again.
    begun: BTreeMap<(Instant, BatchId), usize>,
    /// Of both.
    sum: u128,
    /// How much must be free before anything goes, because what goes next did not fit.
    awaited: usize,
    /// Whether the next request may carry one entry that takes more than the rate.
    is_alone: bool,
}

/// When the rate lets a request go.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Opens {
    At(Instant),
    /// At any time.
    Now,
    /// A request must begin first.
    Unknown,
}

impl Ceiling {
    pub(super) fn new(rate: Option<Rate>) -> Self {
        Self { rate, packed: BTreeMap::new(), begun: BTreeMap::new(), sum: 0, awaited: 0, is_alone: false }
    }

    /// Keeps to another rate from now on, which counts the same. What already went is neither forgotten nor, where it was
    /// less than a second's worth, paid off at the new rate.
    pub(super) fn set(&mut self, rate: Rate) {
        let Some(old) = self.rate.replace(rate) else {
            return;
        };
        self.awaited = self.awaited.min(rate.per_second);
        let begun = std::mem::take(&mut self.begun);
        self.begun.extend(begun.into_iter().map(|((until, id), amount)| {
            let sooner = paid_off(amount, old).saturating_sub(paid_off(amount, rate));
            ((until - sooner, id), amount)
        }));
    }

    /// Forgets what began more than a second ago.
    pub(super) fn forget(&mut self, now: Instant) {
        while let Some(first) = self.begun.first_entry()
            && first.key().0 <= now
        {
            self.sum -= first.remove() as u128;
        }
    }

    /// When so much may go, or as much as goes at once.
    pub(super) fn opens(&self, limits: &LimitPolicy, wanted: usize) -> Opens {
        let Some(rate) = self.rate else {
            return Opens::Now;
        };
        let request = match rate.counts {
            Counts::Bytes => limits.payload_bytes(),
            Counts::Entries | Counts::Units => limits.entries(),
        };
        let share = (rate.per_second / SHARE).clamp(1, request);
        let needed = match self.awaited {
            0 => share.max(wanted).min(rate.per_second),
            awaited => awaited,
        };
        let most = (rate.per_second - needed) as u128;
        let mut sum = self.sum;
        if sum <= most {
            return Opens::Now;
        }
        for (&(until, _), &amount) in &self.begun {
            sum -= amount as u128;
            if sum <= most {
                return Opens::At(until);
            }
        }
        Opens::Unknown
    }

    /// The limits of the next request.
    pub(super) fn limits(&mut self, limits: LimitPolicy) -> LimitPolicy {
        (self.awaited, self.is_alone) = (0, false);
        let lowered = match self.rate.map(|rate| rate.counts) {
            Some(Counts::Bytes) => {
                limits.lower_request_bytes(self.left().max(1).saturating_add(limits.overhead_bytes()))
            }
            Some(Counts::Entries) => limits.lower_entries(self.left().max(1)),
            Some(Counts::Units) | None => return limits,
        };
        lowered.unwrap_or(limits)
    }

    /// Whether a request with so many units may carry an entry with as many more. If its first entry may not go, nothing
    /// goes before this one does.
    pub(super) fn takes(&mut self, units: usize, more: usize) -> bool {
        let Some(Rate { counts: Counts::Units, per_second }) = self.rate else {
            return true;
        };
        let fits = units.saturating_add(more) <= self.left() || (self.is_alone && units == 0);
        if !fits && units == 0 {
            self.awaited = more.min(per_second);
        }
        fits
    }

    /// Whether it was the rate that let nothing go into a request with these limits.
    pub(super) fn lowers(&self, limits: &LimitPolicy, of_service: &LimitPolicy) -> bool {
        limits != of_service || self.awaited > 0
    }

    /// Nothing fitted into a request with these limits. The limits of one that carries a single entry, if nothing else
    /// counts any more.
    pub(super) fn alone(&mut self, limits: LimitPolicy) -> Option<LimitPolicy> {
        let rate = self.rate?;
        if self.sum == 0 {
            self.is_alone = true;
            return limits.lower_entries(1).ok();
        }
        if rate.counts != Counts::Units {
            self.awaited = rate.per_second;
        }
        None
    }

    /// How much of the rate a request takes.
    pub(super) fn amount(&self, load: Load, units: usize) -> usize {
        match self.rate.map(|rate| rate.counts) {
            Some(Counts::Bytes) => load.bytes,
            Some(Counts::Units) => units,
            Some(Counts::Entries) | None => load.entries,
        }
    }

    /// A request is packed that takes so much.
    pub(super) fn packed(&mut self, id: BatchId, amount: usize) {
        if self.rate.is_some() {
            self.packed.insert(id, amount);
            self.sum += amount as u128;
        }
        (self.awaited, self.is_alone) = (0, false);
    }

    /// A request begins.
    pub(super) fn begins(&mut self, id: BatchId, now: Instant) {
        let Some((rate, amount)) = self.rate.zip(self.packed.remove(&id)) else {
            return;
        };
        self.begun.insert((now + paid_off(amount, rate), id), amount);
    }

    /// A request never begins.
    pub(super) fn abandons(&mut self, id: BatchId) {
        self.sum -= self.packed.remove(&id).unwrap_or(0) as u128;
    }

    /// How much is left.
    fn left(&self) -> usize {
        let taken = usize::try_from(self.sum).unwrap_or(usize::MAX);
        self.rate.map_or(usize::MAX, |rate| rate.per_second.saturating_sub(taken))
    }
}

/// How long so much counts: a second, or until it is paid off where it is more than goes in one.
fn paid_off(amount: usize, rate: Rate) -> Duration {
    SECOND.mul_f64((amount as f64 / rate.per_second as f64).clamp(1.0, LONGEST))
}

impl<E, R, T> Buffer<E, R, T> {
    /// Keeps to this rate from now on, instead of that of the settings, and returns whether it is another one than before.
    /// Where the settings have none, or one that counts something else, it is ignored, and so is a rate of nothing.
    pub fn set_rate(&mut self, rate: Rate) -> bool {
        let changes = self.ceiling.rate.is_some_and(|old| old.counts == rate.counts && old != rate);
        if !changes || rate.per_second == 0 {
            return false;
        }
        self.ceiling.set(rate);
        true
    }

    /// The request of this batch begins: its service is called now. Whether [`poll`](Self::poll) has something new to
    /// say.
    ///
    /// Only where a rate was chosen, this means something: what a request takes of it is free again a second after it
    /// begins. One that never begins is [abandoned](Self::abandon); one that is [completed](Self::complete) without
    /// this began as late as that.
    ///
    /// # Panics
    ///
    /// When this buffer did not issue the batch.
    pub fn begins(&mut self, batch: &Batch<E>, now: Instant) -> bool {
        let now = self.clock(now);
        self.owner.check(batch.owner);
        let was_unknown = self.ceiling_opens() == Opens::Unknown;
        self.ceiling.begins(batch.id, now);
        was_unknown
    }

    /// When the rate lets the next request go. What part of a refused request takes how much of it is not known before
    /// it goes, unless entries count, so that nothing else may count then.
    pub(super) fn ceiling_opens(&self) -> Opens {
        let Some(rate) = self.ceiling.rate else {
            return Opens::Now;
        };
        let part = self.isolations.next_size().map(|entries| match rate.counts {
            Counts::Entries => entries,
            Counts::Bytes | Counts::Units => rate.per_second,
        });
        self.ceiling.opens(&self.plan.limits, part.unwrap_or(1))
    }

    /// Fills a request as far as the rate lets it; nothing if nothing fits.
    pub(super) fn pack_below_ceiling(&mut self, now: Instant) -> Option<Request<E, T>> {
        self.limits = self.ceiling.limits(self.plan.limits);
        let request = self.pack_any(now).filter(|request| !request.entries.is_empty());
        if request.is_some() || !self.ceiling.lowers(&self.limits, &self.plan.limits) {
            return request;
        }
        self.limits = self.ceiling.alone(self.plan.limits)?;
        self.pack_any(now).filter(|request| !request.entries.is_empty())
    }

    fn pack_any(&mut self, now: Instant) -> Option<Request<E, T>> {
        match self.lines.quotas.asks() {
            true => self.pack_sorted(now),
            false => Some(self.pack(now)),
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "any instant will do as the origin")]
mod tests;
