//! What an outage may cost: few requests while it lasts, and no more time after it than draining takes.

use std::time::Duration;

use batch_core::{Backoff, Stats};

use super::arguments::{ATTEMPT_TIMEOUT, BACKOFF, Kind, Outage};
use super::laws::Finding;
use super::tally::Backlog;

/// An outage, from before it to after it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trial {
    pub(super) outage: Outage,
    pub(super) kind: Kind,
    /// How many entries a second the service takes when it is well.
    pub(super) service_rate: u32,
    pub(super) before: Option<Stats>,
    pub(super) after: Option<Stats>,
}

impl Trial {
    /// What was seen, if it was seen to its end.
    pub(super) fn findings(&self, backlog: Option<&Backlog>) -> Vec<Finding> {
        let (Some(before), Some(after), Some(backlog)) = (self.before, self.after, backlog) else {
            return vec![Finding {
                law: REQUESTS,
                holds: false,
                figures: "the end came before that of the outage".into(),
            }];
        };
        vec![
            self.requests(after.requests - before.requests, before.in_flight_limit),
            notice(backlog),
            self.drain(backlog),
        ]
    }

    /// What pacing allows: the requests that found out, then one probe after each backoff; where nobody refuses
    /// them, as many as may be in flight until each timeout.
    fn requests(&self, sent: u64, limit: u64) -> Finding {
        let lasting = Duration::from_secs(self.outage.to - self.outage.from);
        let allowed = match self.kind {
            Kind::Hang => limit * (1 + lasting.div_duration_f64(ATTEMPT_TIMEOUT).ceil() as u64),
            Kind::Refuse => limit + probes(BACKOFF, lasting),
        };
        let figures = format!("{sent}, pacing allows {allowed} in {lasting:?}");
        Finding { law: REQUESTS, holds: sent <= 2 * allowed, figures }
    }

    fn drain(&self, backlog: &Backlog) -> Finding {
        let at_rate = Duration::from_secs_f64(backlog.size as f64 / f64::from(self.service_rate));
        let took = backlog.noticed.zip(backlog.drained).map(|(noticed, drained)| drained - noticed);
        let shown = took.map_or_else(|| "never ended".to_owned(), |took| format!("took {took:.1?}"));
        let figures = format!(
            "{} entries, {shown}, at {} a second they take {at_rate:.1?}",
            backlog.size, self.service_rate
        );
        Finding {
            law: DRAIN,
            holds: took.is_some_and(|took| took <= at_rate.div_f64(USED) + SETTLING),
            figures,
        }
    }
}

fn notice(backlog: &Backlog) -> Finding {
    let longest = BACKOFF.ceiling(u32::MAX) + ATTEMPT_TIMEOUT;
    let took = backlog.noticed.map(|noticed| noticed - backlog.began);
    let shown = took.map_or_else(|| "never".to_owned(), |took| format!("after {took:.1?}"));
    let figures = format!("{shown}, of at most {longest:.1?}");
    Finding { law: NOTICE, holds: took.is_some_and(|took| took <= longest), figures }
}

/// How many probes go in this time, if each waits as long as a backoff does on average.
fn probes(backoff: Backoff, lasting: Duration) -> u64 {
    let mut passed = Duration::ZERO;
    let mut probes = 0;
    while passed < lasting {
        probes += 1;
        passed += backoff.delay(probes, 0.5).max(Duration::from_millis(1));
    }
    u64::from(probes)
}

/// What the writer must use of what the service allows.
pub(super) const USED: f64 = 0.95;
/// Until the pace has found what the service allows.
const SETTLING: Duration = Duration::from_secs(2);

const DRAIN: &str = "the backlog drains at the service's rate";
const NOTICE: &str = "the end of the outage is noticed";
const REQUESTS: &str = "requests during the outage";

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use batch_core::Stats;

    use super::{BACKOFF, Trial, probes};
    use crate::clock;
    use crate::soak::arguments::{Kind, Outage};
    use crate::soak::tally::{Answers, Tally};

    #[test]
    fn probes_become_rare() {
        let check = |seconds, expected| assert_eq!(probes(BACKOFF, Duration::from_secs(seconds)), expected);
        check(0, 0);
        check(1, 5);
        check(10, 8);
        check(120, 30);
    }

    /// Whether each finding holds for an outage of two minutes with so many requests, which was noticed and drained
    /// after so many seconds.
    async fn check(kind: Kind, requests: u64, noticed: u64, drained: u64, expected: [bool; 3]) {
        let mut before = Stats::default();
        before.in_flight_limit = 10;
        let mut after = before;
        after.requests = requests;
        let outage = Outage { from: 60, to: 180 };
        let trial = Trial { outage, kind, service_rate: 10, before: Some(before), after: Some(after) };
        let mut tally = Tally::new();
        let began = clock::now();
        tally.answers = Answers { delivered: 7, ..Answers::default() };
        tally.await_backlog(107, began);
        let mut backlog = tally.backlog.unwrap();
        assert_eq!(backlog.size, 100);
        backlog.noticed = Some(began + Duration::from_secs(noticed));
        backlog.drained = Some(began + Duration::from_secs(drained));
        let findings = trial.findings(Some(&backlog));
        assert_eq!(
            findings.iter().map(|finding| finding.holds).collect::<Vec<_>>(),
            expected,
            "{findings:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn an_outage_costs_what_pacing_and_draining_allow() {
        check(Kind::Refuse, 80, 20, 32, [true, true, true]).await;
        check(Kind::Refuse, 81, 21, 34, [false, false, false]).await;
        check(Kind::Hang, 260, 1, 2, [true, true, true]).await;
        check(Kind::Hang, 261, 1, 2, [false, true, true]).await;
    }
}
