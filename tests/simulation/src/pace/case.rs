//! The rows: what is tried, what comes of it, and what it must be.

use std::fmt;

use crate::meter::Kind;

/// Writers that share a limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Case {
    /// What the service accepts in a second of all of them together: requests, or entries.
    pub(crate) limit: f64,
    pub(crate) kind: Kind,
    /// Whether the service throttles single entries, not whole requests.
    pub(crate) is_single: bool,
    /// From sending a request to its reply, in milliseconds, on average.
    pub(crate) latency: u64,
    pub(crate) writers: usize,
    pub(crate) change: Change,
}

/// What becomes of the limit in the middle.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Change {
    Doubled,
    Halved,
    None,
    /// For a minute, nothing is accepted.
    Zero,
}

/// What comes of a case.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    /// Seconds from the beginning, or from the change, until 95 % are used for the first time.
    pub(crate) found: Option<f64>,
    /// The part of the limit that was used.
    pub(crate) used: f64,
    /// The part of requests or entries that was throttled.
    pub(crate) throttled: f64,
    /// The smallest part of what was used, divided by an equal part.
    pub(crate) fairness: f64,
    /// The same, of the run in which it is the least.
    pub(crate) least: f64,
    /// Entries that passed their delivery deadline.
    pub(crate) handed_back: u64,
}

/// What figures must be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Promise {
    pub(crate) used: f64,
    pub(crate) throttled: f64,
    pub(crate) fairness: f64,
    /// Of each run.
    pub(crate) least: f64,
    /// Whether a row that breaks it fails the run; else it is a goal.
    pub(crate) is_kept: bool,
}

impl Case {
    /// What a writer gets in a second if all get the same: requests, or entries.
    pub(crate) fn own(&self) -> f64 {
        self.limit_in_the_end() / self.writers as f64
    }

    pub(crate) fn limit_in_the_end(&self) -> f64 {
        match self.change {
            Change::Doubled => 2.0 * self.limit,
            Change::Halved => self.limit / 2.0,
            Change::None | Change::Zero => self.limit,
        }
    }

    /// The longest that it may take until the promise holds after a change, in seconds.
    pub(crate) fn settles(&self) -> f64 {
        match self.kind {
            Kind::Fixed => 20.0,
            Kind::Bucket | Kind::Saved => (250.0 / self.own()).clamp(5.0, 60.0),
        }
    }

    /// So often it is run, with other latencies and starts, so that nothing holds by chance: oftener where shares are, as
    /// long as that is quick.
    pub(crate) fn runs(&self) -> u64 {
        if self.writers > 1 && self.limit <= 2_000.0 && self.change == Change::None { 8 } else { 3 }
    }

    /// What must hold here.
    pub(crate) fn promise(&self) -> Option<Promise> {
        let own = self.own();
        let is_fixed = self.kind == Kind::Fixed;
        let is_kept = !is_fixed && !self.is_hard();
        if own < 6.0 || (own < 25.0 && is_fixed) {
            None
        } else if own < 25.0 {
            Some(Promise { used: 0.90, throttled: 0.10, fairness: 0.0, least: 0.0, is_kept })
        } else if is_fixed {
            Some(Promise { used: 0.95, throttled: 0.03, fairness: 0.60, least: 0.0, is_kept })
        } else {
            let throttled = if own < 50.0 { 0.025 } else { 0.012 };
            // Bursts of a few entries each: which of many writers meets which, and is cut, is chance for longer.
            let fairness = if self.is_single && self.writers > 2 { 0.70 } else { 0.80 };
            Some(Promise { used: 0.95, throttled, fairness, least: LEAST, is_kept })
        }
    }

    /// Whether the promise is a goal because it is out of reach so far. Where each writer sends more than 5,000 requests
    /// or a hundred entries a second, or eight have more than a hundred requests in flight, all grow together beyond the
    /// limit within a round trip and are cut together, and the difference between two of them halves within ten
    /// seconds and more. Eight that throttle each other's bursts of entries are cut by chance. And a bucket of five
    /// minutes saves what is not used while a limit is found again: it lets the writer go too fast for some seconds, and
    /// throttles it when it is empty.
    fn is_hard(&self) -> bool {
        let is_far = self.writers > 2 && self.limit_in_the_end() * self.latency as f64 > 128_000.0;
        let is_fast = self.writers > 1 && self.own() > if self.is_single { 100.0 } else { 5_000.0 };
        let is_crowded = self.is_single && self.writers > 2 && self.own() > 50.0;
        is_far || is_fast || is_crowded || (self.kind == Kind::Saved && self.change == Change::Zero)
    }

    /// What is wrong with these figures.
    pub(crate) fn complaints(&self, figures: &Figures) -> Vec<String> {
        let Some(promise) = self.promise() else {
            return Vec::new();
        };
        let mut wrong = Vec::new();
        if figures.handed_back > 0 {
            wrong.push(format!("{} entries are handed back", figures.handed_back));
        }
        if figures.used < promise.used {
            wrong.push(format!("{} used, less than {}", percent(figures.used), percent(promise.used)));
        }
        if figures.throttled > promise.throttled {
            let [is, most] = [figures.throttled, promise.throttled].map(percent);
            wrong.push(format!("{is} throttled, more than {most}"));
        }
        if figures.fairness < promise.fairness {
            let [is, least] = [figures.fairness, promise.fairness].map(percent);
            wrong.push(format!("a writer has {is} of an equal share, less than {least}"));
        }
        if figures.least < promise.least {
            let [is, least] = [figures.least, promise.least].map(percent);
            wrong.push(format!("in a run, a writer has {is} of an equal share, less than {least}"));
        }
        wrong
    }

    pub(crate) fn row(&self, figures: &Figures) -> String {
        let found = figures.found.map_or("–".to_owned(), |found| format!("{found:.1}"));
        let fairness = if self.writers > 1 { format!("{:.2}", figures.fairness) } else { "–".to_owned() };
        let verdict = match self.promise() {
            None => "figures only",
            Some(promise) if self.complaints(figures).is_empty() => {
                if promise.is_kept {
                    "kept"
                } else {
                    "goal"
                }
            }
            Some(promise) => {
                if promise.is_kept {
                    "BROKEN"
                } else {
                    "missed goal"
                }
            }
        };
        format!(
            "{self} {found:>8} {:>7.1} {:>11.2} {fairness:>9} {:>12}  {verdict}",
            100.0 * figures.used,
            100.0 * figures.throttled,
            figures.handed_back
        )
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limit, latency, writers, .. } = self;
        let meter = match self.kind {
            Kind::Bucket => "bucket",
            Kind::Fixed => "fixed",
            Kind::Saved => "saved",
        };
        let of = if self.is_single { "entries" } else { "requests" };
        let change = match self.change {
            Change::Doubled => "doubled",
            Change::Halved => "halved",
            Change::None => "",
            Change::Zero => "0 for 60 s",
        };
        write!(f, "{limit:>6} {of:<8} {meter:<6} {change:<10} {latency:>2} ms {writers:>2}")
    }
}

impl Figures {
    pub(crate) const HEAD: &str = " limit/s of meter  change     latency writers \
        95 % after  used %  throttled %  fairness  handed back";

    /// Of all runs of a case: the worst of each figure, but shares on average. Who is cut when several send too much is
    /// chance, so that those of one run are nobody's fault.
    pub(crate) fn of(runs: Vec<Self>) -> Option<Self> {
        let fairness = runs.iter().map(|run| run.fairness).sum::<f64>() / runs.len() as f64;
        let worst = runs.into_iter().reduce(Self::worst)?;
        Some(Self { fairness, least: worst.fairness, ..worst })
    }

    /// The worse of each, of two runs.
    fn worst(self, other: Self) -> Self {
        Self {
            found: self.found.zip(other.found).map(|(one, two)| one.max(two)),
            used: self.used.min(other.used),
            throttled: self.throttled.max(other.throttled),
            fairness: self.fairness.min(other.fairness),
            least: self.least.min(other.least),
            handed_back: self.handed_back + other.handed_back,
        }
    }
}

/// What the slowest of several writers has in each run.
const LEAST: f64 = 0.50;

pub(crate) fn percent(part: f64) -> String {
    format!("{:.1} %", 100.0 * part)
}

#[cfg(test)]
mod tests {
    use super::{Case, Change, Figures};
    use crate::meter::Kind;

    fn case(limit: f64, kind: Kind) -> Case {
        Case { limit, kind, is_single: false, latency: 10, writers: 1, change: Change::None }
    }

    #[test]
    fn a_complaint_says_what_is_broken() {
        let good =
            Figures { found: None, used: 1.0, throttled: 0.01, fairness: 1.0, least: 1.0, handed_back: 0 };
        let check = |limit, kind, figures: Figures, expected: &[&str]| {
            assert_eq!(case(limit, kind).complaints(&figures), expected);
        };
        check(50.0, Kind::Bucket, good.clone(), &[]);
        let idle = Figures { used: 0.94, ..good.clone() };
        check(50.0, Kind::Bucket, idle.clone(), &["94.0 % used, less than 95.0 %"]);
        check(20.0, Kind::Bucket, idle.clone(), &[]);
        check(5.0, Kind::Bucket, idle, &[]);
        let greedy = Figures { throttled: 0.02, ..good.clone() };
        check(50.0, Kind::Bucket, greedy.clone(), &["2.0 % throttled, more than 1.2 %"]);
        check(25.0, Kind::Saved, greedy.clone(), &[]);
        check(50.0, Kind::Fixed, greedy, &[]);
        let unfair = Figures { fairness: 0.7, ..good.clone() };
        let complaint = "a writer has 70.0 % of an equal share, less than 80.0 %";
        check(50.0, Kind::Bucket, unfair.clone(), &[complaint]);
        check(20.0, Kind::Bucket, unfair, &[]);
        let unlucky = Figures { least: 0.45, ..good.clone() };
        let complaint = "in a run, a writer has 45.0 % of an equal share, less than 50.0 %";
        check(50.0, Kind::Bucket, unlucky, &[complaint]);
        let late = Figures { handed_back: 7, ..good };
        check(20.0, Kind::Bucket, late, &["7 entries are handed back"]);
    }

    #[test]
    fn of_two_runs_the_worse_figures_count_and_shares_on_average() {
        let figures = |found, used, throttled, fairness, handed_back| Figures {
            found: Some(found),
            used,
            throttled,
            fairness,
            least: fairness,
            handed_back,
        };
        let (one, two) = (figures(1.0, 0.9, 0.01, 1.0, 1), figures(2.0, 1.0, 0.02, 0.8, 2));
        for runs in [vec![one.clone(), two.clone()], vec![two, one]] {
            let all = Figures::of(runs).expect("there are two");
            assert_eq!((all.found, all.used, all.throttled), (Some(2.0), 0.9, 0.02));
            assert_eq!((all.fairness, all.least, all.handed_back), (0.9, 0.8, 3));
        }
    }
}
