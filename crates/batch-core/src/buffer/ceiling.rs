use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::Buffer;
use super::poll::Request;
use crate::{LimitPolicy, Load, Rate};

const SECOND: Duration = Duration::from_secs(1);
/// Requests wait for a tenth of a second's worth, as far as one carries that. Else the first ones, which went as their
/// entries came, would repeat as small every second.
const SHARE: usize = 10;

/// The rate that the user chose: nothing goes that would exceed it over any second.
pub(super) struct Ceiling {
    rate: Option<Rate>,
    /// What was sent, and until when it counts.
    sent: VecDeque<(Instant, usize)>,
    sum: usize,
    /// Whether what goes next does not fit beside anything that counts.
    waits_for_all: bool,
}

impl Ceiling {
    pub(super) fn new(rate: Option<Rate>) -> Self {
        Self { rate, sent: VecDeque::new(), sum: 0, waits_for_all: false }
    }

    /// Forgets what was sent more than a second ago.
    pub(super) fn forget(&mut self, now: Instant) {
        while let Some(&(until, amount)) = self.sent.front()
            && until <= now
        {
            self.sent.pop_front();
            self.sum -= amount;
        }
    }

    /// When so much may go, or as much as goes at once; nothing if it may at any time.
    pub(super) fn opens(&self, limits: &LimitPolicy, wanted: usize) -> Option<Instant> {
        let rate = self.rate?;
        let request = if rate.counts_bytes { limits.payload_bytes() } else { limits.entries() };
        let share = (rate.per_second / SHARE).clamp(1, request);
        let needed =
            if self.waits_for_all { rate.per_second } else { share.max(wanted).min(rate.per_second) };
        let mut room = rate.per_second.saturating_sub(self.sum);
        let frees = |&&(_, amount): &&(Instant, usize)| {
            let is_needed = room < needed;
            room = (room + amount).min(rate.per_second);
            is_needed
        };
        self.sent.iter().take_while(frees).last().map(|&(until, _)| until)
    }

    /// The limits of the next request.
    pub(super) fn limits(&self, limits: LimitPolicy) -> LimitPolicy {
        let Some(rate) = self.rate else {
            return limits;
        };
        let room = rate.per_second.saturating_sub(self.sum).max(1);
        let lowered = match rate.counts_bytes {
            true => limits.lower_request_bytes(room.saturating_add(limits.overhead_bytes())),
            false => limits.lower_entries(room),
        };
        lowered.unwrap_or(limits)
    }

    /// Nothing fitted into a request with these limits. The limits of one that carries a single entry, if nothing else
    /// counts any more.
    pub(super) fn alone(&mut self, limits: LimitPolicy) -> Option<LimitPolicy> {
        self.waits_for_all = !self.sent.is_empty();
        if self.waits_for_all { None } else { limits.lower_entries(1).ok() }
    }

    /// How much of the rate a request of this load takes.
    pub(super) fn amount(&self, load: Load) -> usize {
        match self.rate {
            Some(Rate { counts_bytes: true, .. }) => load.bytes,
            _ => load.entries,
        }
    }

    /// A request goes.
    pub(super) fn sent(&mut self, load: Load, now: Instant) {
        let Some(rate) = self.rate else {
            return;
        };
        let amount = self.amount(load);
        // More than goes in a second is paid off.
        let pays = SECOND.mul_f64((amount as f64 / rate.per_second as f64).max(1.0));
        self.sent.push_back((now + pays, amount));
        self.sum += amount;
        self.waits_for_all = false;
    }
}

impl<E, R, T> Buffer<E, R, T> {
    /// When the rate lets the next request go, if not at any time. What part of a refused request has how many bytes is
    /// not known before it goes, so that nothing else may count then.
    pub(super) fn ceiling_opens(&self) -> Option<Instant> {
        let rate = self.plan.rate?;
        let part = self.isolations.next_size().map(|entries| match rate.counts_bytes {
            true => rate.per_second,
            false => entries,
        });
        self.ceiling.opens(&self.plan.limits, part.unwrap_or(1))
    }

    /// Fills a request as far as the rate lets it; nothing if nothing fits.
    pub(super) fn pack_below_ceiling(&mut self, now: Instant) -> Option<Request<E, T>> {
        self.limits = self.ceiling.limits(self.plan.limits);
        let request = self.pack_any(now).filter(|request| request.load.entries > 0);
        if request.is_some() || self.limits == self.plan.limits {
            return request;
        }
        self.limits = self.ceiling.alone(self.plan.limits)?;
        self.pack_any(now).filter(|request| request.load.entries > 0)
    }

    fn pack_any(&mut self, now: Instant) -> Option<Request<E, T>> {
        match self.lines.quotas.is_limiting() {
            true => self.pack_sorted(now),
            false => Some(self.pack(now)),
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "any instant will do as the origin")]
mod tests {
    use super::*;

    fn ceiling(rate: Rate, sent: &[(u64, usize)]) -> (Ceiling, Instant) {
        let (mut ceiling, origin) = (Ceiling::new(Some(rate)), Instant::now());
        for &(millis, amount) in sent {
            let load = Load { entries: amount, bytes: amount };
            ceiling.sent(load, origin + Duration::from_millis(millis));
        }
        (ceiling, origin)
    }

    fn opens(rate: Rate, sent: &[(u64, usize)], wanted: usize) -> Option<u64> {
        let limits = LimitPolicy::new(50, 1_000, 1_000).expect("they fit together");
        let (ceiling, origin) = ceiling(rate, sent);
        let millis = |at: Instant| u64::try_from((at - origin).as_millis()).expect("it is soon");
        ceiling.opens(&limits, wanted).map(millis)
    }

    #[test]
    fn it_opens_when_enough_of_what_was_sent_is_a_second_old() {
        let rate = Rate::entries(100);
        assert_eq!(opens(rate, &[], 1), None);
        assert_eq!(opens(rate, &[(0, 50), (200, 40)], 1), None, "10 are left, a tenth");
        assert_eq!(opens(rate, &[(0, 3), (200, 40), (300, 50)], 1), Some(1_000));
        assert_eq!(opens(rate, &[(0, 2), (200, 40), (300, 58)], 1), Some(1_200));
        assert_eq!(opens(rate, &[(0, 2), (200, 40), (300, 58)], 50), Some(1_300));
        assert_eq!(opens(rate, &[(0, 2), (200, 40), (300, 58)], 500), Some(1_300));
        assert_eq!(opens(Rate::bytes(100), &[(0, 350)], 1), Some(3_500), "it is paid off");
    }

    #[test]
    fn what_is_too_large_waits_for_all_and_goes_alone() {
        let limits = LimitPolicy::new(50, 1_000, 1_000).expect("they fit together");
        let (mut ceiling, origin) = ceiling(Rate::bytes(100), &[(0, 10), (500, 10)]);
        assert_eq!(ceiling.limits(limits).request_bytes(), 80);
        assert_eq!(ceiling.alone(limits), None);
        assert_eq!(ceiling.opens(&limits, 1), Some(origin + Duration::from_millis(1_500)));
        ceiling.forget(origin + Duration::from_millis(1_500));
        let alone = ceiling.alone(limits).expect("nothing counts any more");
        assert_eq!((alone.entries(), alone.request_bytes()), (1, 1_000));
    }
}
