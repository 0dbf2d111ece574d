//! One second of a soak.

use std::fmt;
use std::time::Duration;

use batch_core::Stats;

use super::tally::Answers;

/// What was seen at the end of a second.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sample {
    pub(super) second: u64,
    /// All since the start.
    pub(super) stats: Stats,
    /// All since the start.
    pub(super) answers: Answers,
    /// Answers within this second.
    pub(super) answered: u64,
    /// Requests within this second.
    pub(super) requests: u64,
    /// Sendings of entries beyond their first, within this second.
    pub(super) retries: u64,
    /// The latencies of the answers within this second: the median, that of 99 and of 99.9 in a hundred.
    pub(super) latencies: [Option<Duration>; 3],
    /// The memory of this process in bytes, where the system tells.
    pub(super) resident: Option<u64>,
    /// Whether the service was out.
    pub(super) is_out: bool,
}

impl Sample {
    /// The titles of the columns that `Display` shows.
    pub(super) const TITLES: &str =
        "     s  answers/s  p50 ms  p99 ms p99.9 ms   inside     KiB  requests/s  retries/s  resident MiB";

    /// The names of the columns of [`csv`](Self::csv).
    pub(super) const COLUMNS: &str =
        "second,answers,p50_ms,p99_ms,p999_ms,inside,bytes,requests,retries,resident_bytes,out";

    /// A line of comma-separated values; what is not known is empty.
    pub(super) fn csv(&self) -> String {
        let [p50, p99, p999] = self.latencies.map(|latency| {
            latency.map_or_else(String::new, |latency| format!("{:.3}", milliseconds(latency)))
        });
        let Self { second, answered, requests, retries, stats, resident, .. } = self;
        let resident = resident.map_or_else(String::new, |bytes| bytes.to_string());
        format!(
            "{second},{answered},{p50},{p99},{p999},{},{},{requests},{retries},{resident},{}",
            stats.inside,
            stats.bytes,
            u8::from(self.is_out)
        )
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [p50, p99, p999] = self.latencies.map(|latency| {
            latency.map_or_else(|| "-".to_owned(), |latency| format!("{:.0}", milliseconds(latency)))
        });
        let resident =
            self.resident.map_or_else(|| "-".to_owned(), |bytes| format!("{:.1}", bytes as f64 / MEBIBYTE));
        let Self { second, answered, requests, retries, stats, .. } = self;
        write!(
            f,
            "{second:>6} {answered:>10} {p50:>7} {p99:>7} {p999:>8} {:>8} {:>7} {requests:>11} {retries:>10} {resident:>13}",
            stats.inside,
            stats.bytes >> 10,
        )
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

const MEBIBYTE: f64 = 1_048_576.0;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Sample;

    #[test]
    fn a_line_has_what_its_titles_say() {
        let latencies = [Some(Duration::from_micros(1_500)), Some(Duration::from_millis(20)), None];
        let sample = Sample { second: 7, answered: 500, latencies, ..Sample::default() };
        assert_eq!(sample.csv(), "7,500,1.500,20.000,,0,0,0,0,,0");
        assert_eq!(sample.csv().split(',').count(), Sample::COLUMNS.split(',').count());
        assert_eq!(sample.to_string().len(), Sample::TITLES.len());
    }
}
