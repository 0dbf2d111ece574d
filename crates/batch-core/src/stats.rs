use std::time::Duration;

use crate::{Cause, Latency};

/// A consistent snapshot of a writer's counters.
///
/// At any moment, `accepted == delivered + superseded + merged + handed_back + inside`. A field counts since
/// the writer was built, unless its documentation calls it a gauge, which is the value now.
///
/// With the feature `serde`, `Stats` implements `Serialize`: a map of its fields, with durations in seconds.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Stats {
    /// Entries that the writer accepted.
    pub accepted: u64,
    /// Entries that the service accepted.
    pub delivered: u64,
    /// Entries that a newer entry with the same identity replaced.
    pub superseded: u64,
    /// Entries that were merged into a pending one; see [`Duplicates::Merge`](crate::Duplicates::Merge).
    pub merged: u64,
    /// Entries that were handed back with a cause.
    pub handed_back: u64,
    /// The same by cause.
    pub causes: CauseCounts,
    /// Of those, entries whose receipt was dropped and that were discarded to free capacity for new entries.
    pub discarded: u64,
    /// Entries without an answer yet: buffered, in flight or waiting for their retry. A gauge.
    pub inside: u64,
    /// Of those, entries in flight. A gauge.
    pub in_flight: u64,
    /// Entries with an answer that says that an attempt may also have delivered them: possible duplicates
    /// among the delivered entries, and maybe delivered ones among those handed back.
    pub ambiguous: u64,
    /// Failures that were not collected yet. A gauge.
    pub uncollected: u64,
    /// Entries that a flush with a deadline handed back while they were in flight, and whose request has
    /// ended since. Their verdicts were late and changed nothing.
    pub late: u64,
    /// Duplicates of pending entries that were submitted, whatever the rule for them.
    pub duplicates: u64,
    /// Requests sent.
    pub requests: u64,
    /// Of those, requests in flight. A gauge.
    pub requests_in_flight: u64,
    /// Requests that may be in flight at a time, as the writer has adapted to the service. A gauge.
    ///
    /// This is the window of [`Settings::in_flight`](crate::Settings::in_flight) rounded up. At 1, the writer
    /// may send more slowly than one request after the other.
    pub in_flight_limit: u64,
    /// Attempts: entries sent, each counted once for every request that carried it.
    pub entries_sent: u64,
    /// Of those, attempts after the first one of their entry.
    pub retries: u64,
    /// Requests that the service throttled as a whole, plus entries that it throttled in other requests.
    pub throttled: u64,
    /// Requests of several entries that the service rejected as a whole, and that were split to find the
    /// invalid entries.
    pub splits: u64,
    /// Bytes of memory charged for entries without an answer, uncollected failures and permits. A gauge.
    /// [`Settings::max_bytes`](crate::Settings::max_bytes) is its bound.
    pub bytes: u64,
    /// The age of the oldest entry without an answer, or zero if there is none. A gauge.
    ///
    /// An entry past its delivery deadline may be left out: it is in flight, or has one more attempt after a pause of the
    /// process.
    #[cfg_attr(feature = "serde", serde(serialize_with = "seconds"))]
    pub oldest_age: Duration,
    /// The time since the service last accepted an entry, or `None` if it has accepted none. A gauge.
    #[cfg_attr(feature = "serde", serde(serialize_with = "optional_seconds"))]
    pub since_success: Option<Duration>,
    /// How long requests took lately, from when they were sent to their response, or to the end of the wait for it.
    pub request_latency: Latency,
    /// How long entries took lately, from their acceptance to their delivery. What was handed back, superseded or merged is
    /// not counted. Entries that were delivered together are counted in up to eight groups, each by its oldest entry.
    pub entry_latency: Latency,
}

/// Entries that were handed back, by their [`Cause`].
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct CauseCounts {
    /// See [`Cause::Ambiguous`].
    pub ambiguous: u64,
    /// See [`Cause::DeadlineExceeded`].
    pub deadline_exceeded: u64,
    /// See [`Cause::Fatal`].
    pub fatal: u64,
    /// See [`Cause::Rejected`].
    pub rejected: u64,
    /// See [`Cause::RetriesExhausted`].
    pub retries_exhausted: u64,
    /// See [`Cause::RuntimeStopped`].
    pub runtime_stopped: u64,
    /// See [`Cause::Unisolated`].
    pub unisolated: u64,
    /// See [`Cause::Withdrawn`].
    pub withdrawn: u64,
}

impl CauseCounts {
    /// Counts an entry that is handed back.
    pub(crate) fn count(&mut self, cause: &Cause) {
        let count = match cause {
            Cause::Ambiguous(_) => &mut self.ambiguous,
            Cause::DeadlineExceeded(_) => &mut self.deadline_exceeded,
            Cause::Fatal(_) => &mut self.fatal,
            Cause::Rejected(_) => &mut self.rejected,
            Cause::RetriesExhausted(_) => &mut self.retries_exhausted,
            Cause::RuntimeStopped(_) => &mut self.runtime_stopped,
            Cause::Unisolated(_) => &mut self.unisolated,
            Cause::Withdrawn(_) => &mut self.withdrawn,
        };
        *count += 1;
    }
}

#[cfg(feature = "serde")]
pub(crate) fn seconds<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64())
}

#[cfg(feature = "serde")]
#[expect(clippy::ref_option, reason = "serde gives a reference to the field")]
fn optional_seconds<S: serde::Serializer>(
    duration: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match duration {
        Some(duration) => serializer.serialize_some(&duration.as_secs_f64()),
        None => serializer.serialize_none(),
    }
}

#[cfg(all(test, feature = "serde"))]
mod tests {
    use std::time::Duration;

    use serde_json::{json, to_value};

    use super::Stats;

    #[test]
    fn stats_are_a_map_of_their_fields_with_durations_in_seconds() {
        let mut stats = Stats { accepted: 7, oldest_age: Duration::from_millis(1_500), ..Stats::default() };
        stats.causes.withdrawn = 2;
        let value = to_value(stats).expect("a map of numbers");
        assert_eq!((&value["accepted"], &value["oldest_age"]), (&json!(7), &json!(1.5)));
        assert_eq!((&value["causes"]["withdrawn"], &value["since_success"]), (&json!(2), &json!(null)));
        assert_eq!(value["entry_latency"]["p99"], json!(0.0));
        stats.since_success = Some(Duration::from_millis(250));
        assert_eq!(to_value(stats).expect("a map of numbers")["since_success"], json!(0.25));
    }
}
