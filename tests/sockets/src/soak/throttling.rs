//! What the writer makes of what the service allows.

use batch_core::Stats;

use super::laws::Finding;
use super::outage::USED;

/// A service that allows only so much, for as long as it was seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Throttling {
    /// What the service allows in a second: requests, or entries.
    allowed: u32,
    /// How many entries one of these is.
    entries: u32,
    load: u32,
    first: Option<(u64, Stats)>,
    last: Option<(u64, Stats)>,
}

impl Throttling {
    pub(super) fn new(allowed: u32, entries: u32, load: u32) -> Self {
        Self { allowed, entries, load, first: None, last: None }
    }

    /// Notes the counters of a second, but not while the service still has in store what nobody used before.
    pub(super) fn see(&mut self, second: u64, stats: &Stats) {
        if second >= STORE {
            self.first.get_or_insert((second, *stats));
            self.last = Some((second, *stats));
        }
    }

    /// Whether what was allowed was used, and nothing lost; nothing to say if less was asked for than is allowed.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let (Some((from, first)), Some((to, last))) = (self.first, self.last) else { return Vec::new() };
        let service_rate = self.allowed.saturating_mul(self.entries);
        if self.load < service_rate || from == to {
            return Vec::new();
        }
        let seconds = to - from;
        let delivered = last.delivered - first.delivered;
        let used = delivered as f64 / (seconds as f64 * f64::from(service_rate));
        let entries_sent = (last.entries_sent - first.entries_sent) as f64;
        let asked = entries_sent / (delivered as f64).max(1.0);
        let sent = if self.entries == 1 { entries_sent } else { (last.requests - first.requests) as f64 };
        let throttled = (last.throttled - first.throttled) as f64 / sent.max(1.0);
        let most = THROTTLED.max(PROBES / f64::from(self.allowed));
        vec![
            Finding {
                law: "what the service allows is used",
                holds: used >= USED,
                figures: format!(
                    "{:.1} % of {service_rate} a second in {seconds} s; {asked:.2} sendings an entry",
                    used * 100.0
                ),
            },
            Finding {
                law: "little is throttled",
                holds: throttled <= most,
                figures: format!("{:.2} %, at most {:.2} %", throttled * 100.0, most * 100.0),
            },
            Finding {
                law: "throttling loses nothing",
                holds: last.handed_back == 0,
                figures: format!("{} handed back", last.handed_back),
            },
        ]
    }
}

/// In seconds.
const STORE: u64 = 10;
/// The part of requests, or of entries, that may be throttled.
const THROTTLED: f64 = 0.02;
/// What is throttled in a second where so little is allowed that each probe is a larger part: a writer learns by it.
const PROBES: f64 = 0.6;

#[cfg(test)]
mod tests {
    use batch_core::Stats;

    use super::Throttling;

    fn check(load: u32, [delivered, throttled, handed_back]: [u64; 3], expected: &[bool]) {
        let mut throttling = Throttling::new(100, 10, load);
        let mut stats = Stats::default();
        stats.delivered = 777;
        throttling.see(1, &stats);
        throttling.see(10, &stats);
        stats.delivered += delivered;
        stats.requests += 1_000;
        stats.throttled = throttled;
        stats.handed_back = handed_back;
        throttling.see(20, &stats);
        let findings = throttling.findings();
        assert_eq!(
            findings.iter().map(|finding| finding.holds).collect::<Vec<_>>(),
            expected,
            "{findings:?}"
        );
    }

    #[test]
    fn what_is_allowed_must_be_used_with_little_throttled_and_nothing_lost() {
        check(1_000, [9_500, 20, 0], &[true, true, true]);
        check(1_001, [9_499, 21, 1], &[false, false, false]);
        check(999, [10, 0, 0], &[]);
    }
}
