//! The rows: what is tried, what comes of it, and what it must be.

/// Writers that share a limit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    /// Requests a second that the service accepts of all of them together.
    pub(crate) limit: f64,
    /// From sending a request to its reply, in milliseconds, on average.
    pub(crate) latency: u64,
    pub(crate) writers: usize,
}

/// What comes of it.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    /// The part of the limit that was used.
    pub(crate) used: f64,
    /// Each writer's part of what was used.
    pub(crate) shares: Vec<f64>,
    /// The part of the requests that was throttled.
    pub(crate) throttled: f64,
    /// Entries that passed their delivery deadline.
    pub(crate) handed_back: u64,
}

/// The most requests of one writer in flight: the default.
const MOST_IN_FLIGHT: f64 = 64.0;
/// From here on, requests a second are many enough for the promises on shares and on what is throttled.
const FAST: f64 = 50.0;
const LEAST_USED: f64 = 0.95;
const LEAST_SHARE: f64 = 0.40;
const MOST_THROTTLED: f64 = 0.04;

impl Case {
    pub(crate) fn all() -> Vec<Self> {
        let of = |writers, limits: &[f64]| {
            let latencies = |&limit: &f64| [10, 50].map(|latency| Self { limit, latency, writers });
            limits.iter().flat_map(latencies).collect::<Vec<_>>()
        };
        let mut all = of(1, &[20.0, 50.0, 100.0, 200.0, 500.0, 2_000.0]);
        all.extend(of(2, &[20.0, 50.0, 200.0, 500.0, 2_000.0]));
        all
    }

    /// What the writers can use of the limit, in requests a second: 64 requests in flight at 50 ms are no more than
    /// 1,280.
    pub(crate) fn usable(&self) -> f64 {
        self.limit.min(self.writers as f64 * MOST_IN_FLIGHT * 1_000.0 / self.latency as f64)
    }

    pub(crate) fn row(&self, figures: &Figures) -> String {
        let Self { limit, latency, writers } = self;
        let shares: Vec<_> = figures.shares.iter().map(|part| format!("{:.1}", 100.0 * part)).collect();
        format!(
            "{limit:>7} {latency:>5} ms {writers:>8} {:>7.1} {:>13} {:>10.2} {:>12}",
            100.0 * figures.used,
            shares.join(" / "),
            100.0 * figures.throttled,
            figures.handed_back
        )
    }

    /// What is wrong with these figures.
    pub(crate) fn complaint(&self, figures: &Figures) -> Option<String> {
        let Self { limit, latency, writers } = self;
        let is_alone = *writers == 1;
        let share = figures.least_share();
        let wrong = if figures.handed_back > 0 {
            format!("{} entries are handed back", figures.handed_back)
        } else if is_alone && figures.used < LEAST_USED {
            format!("{} of the limit are used, less than {}", percent(figures.used), percent(LEAST_USED))
        } else if is_alone && *limit >= FAST && figures.throttled > MOST_THROTTLED {
            format!("{} are throttled, more than {}", percent(figures.throttled), percent(MOST_THROTTLED))
        } else if !is_alone && *limit >= FAST && share < LEAST_SHARE {
            format!("a writer keeps {} of what is used, less than {}", percent(share), percent(LEAST_SHARE))
        } else {
            return None;
        };
        Some(format!("limit {limit}/s, latency {latency} ms, writers {writers}: {wrong}"))
    }
}

impl Figures {
    pub(crate) const HEAD: &str = "limit/s  latency  writers  used %      shares %  throttled %  handed back";

    /// The worse of each, of two runs of a case.
    pub(crate) fn worst(self, other: Self) -> Self {
        let used = self.used.min(other.used);
        let throttled = self.throttled.max(other.throttled);
        let handed_back = self.handed_back + other.handed_back;
        let shares = if self.least_share() < other.least_share() { self.shares } else { other.shares };
        Self { used, shares, throttled, handed_back }
    }

    fn least_share(&self) -> f64 {
        self.shares.iter().copied().fold(1.0, f64::min)
    }
}

fn percent(part: f64) -> String {
    format!("{:.1} %", 100.0 * part)
}

#[cfg(test)]
mod tests {
    use super::{Case, Figures};

    #[test]
    fn a_complaint_names_the_row_and_what_is_broken() {
        let good = || Figures { used: 1.0, shares: vec![0.5, 0.5], throttled: 0.01, handed_back: 0 };
        let cases = [
            (50.0, 1, good(), None),
            (
                50.0,
                1,
                Figures { used: 0.94, ..good() },
                Some("94.0 % of the limit are used, less than 95.0 %"),
            ),
            (50.0, 1, Figures { throttled: 0.05, ..good() }, Some("5.0 % are throttled, more than 4.0 %")),
            (20.0, 1, Figures { throttled: 0.05, ..good() }, None),
            (20.0, 2, Figures { handed_back: 7, ..good() }, Some("7 entries are handed back")),
            (20.0, 2, Figures { shares: vec![0.7, 0.3], ..good() }, None),
            (
                50.0,
                2,
                Figures { shares: vec![0.7, 0.3], ..good() },
                Some("a writer keeps 30.0 % of what is used, less than 40.0 %"),
            ),
        ];
        for (limit, writers, figures, wrong) in cases {
            let row = format!("limit {limit}/s, latency 10 ms, writers {writers}: ");
            let complaint = Case { limit, latency: 10, writers }.complaint(&figures);
            assert_eq!(complaint, wrong.map(|wrong| row + wrong));
        }
    }

    #[test]
    fn of_two_runs_the_worse_figures_count() {
        let one = Figures { used: 0.9, shares: vec![0.5, 0.5], throttled: 0.01, handed_back: 1 };
        let two = Figures { used: 1.0, shares: vec![0.6, 0.4], throttled: 0.02, handed_back: 2 };
        for worst in [one.clone().worst(two.clone()), two.worst(one)] {
            assert_eq!((worst.used, worst.shares, worst.throttled), (0.9, vec![0.6, 0.4], 0.02));
            assert_eq!(worst.handed_back, 3);
        }
    }
}
