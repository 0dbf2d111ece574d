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
        let percent = |part: &f64| format!("{:.1}", 100.0 * part);
        let shares: Vec<_> = figures.shares.iter().map(percent).collect();
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
            format!("{:.1} % of the limit is used, less than {LEAST_USED}", 100.0 * figures.used)
        } else if is_alone && *limit >= FAST && figures.throttled > MOST_THROTTLED {
            format!("{:.2} % are throttled, more than {MOST_THROTTLED}", 100.0 * figures.throttled)
        } else if !is_alone && *limit >= FAST && share < LEAST_SHARE {
            format!("a writer keeps {:.1} % of what is used, less than {LEAST_SHARE}", 100.0 * share)
        } else {
            return None;
        };
        Some(format!("{limit} requests a second, {latency} ms, {writers} writers: {wrong}"))
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
