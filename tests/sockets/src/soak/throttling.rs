//! What the writer makes of what the service allows.

use batch_core::Stats;

use super::laws::Finding;
use super::outage::USED;

/// A service that allows only so much, for as long as it was seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Throttling {
    service_rate: u32,
    load: u32,
    first: Option<(u64, Stats)>,
    last: Option<(u64, Stats)>,
}

impl Throttling {
    pub(super) fn new(service_rate: u32, load: u32) -> Self {
        Self { service_rate, load, first: None, last: None }
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
        if self.load <= self.service_rate || from == to {
            return Vec::new();
        }
        let seconds = to - from;
        let delivered = last.delivered - first.delivered;
        let used = delivered as f64 / (seconds as f64 * f64::from(self.service_rate));
        let asked = (last.entries_sent - first.entries_sent) as f64 / (delivered as f64).max(1.0);
        vec![
            Finding {
                law: "what the service allows is used",
                holds: used >= USED,
                figures: format!(
                    "{:.1} % of {} a second in {seconds} s; {asked:.2} sendings an entry",
                    used * 100.0,
                    self.service_rate
                ),
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

#[cfg(test)]
mod tests {
    use batch_core::Stats;

    use super::Throttling;

    fn check(load: u32, delivered: u64, handed_back: u64, expected: &[bool]) {
        let mut throttling = Throttling::new(100, load);
        let mut stats = Stats::default();
        stats.delivered = 777;
        throttling.see(1, &stats);
        throttling.see(10, &stats);
        stats.delivered += delivered;
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
    fn what_is_allowed_must_be_used_without_a_loss() {
        check(1_000, 950, 0, &[true, true]);
        check(1_000, 949, 1, &[false, false]);
        check(100, 10, 0, &[]);
    }
}
