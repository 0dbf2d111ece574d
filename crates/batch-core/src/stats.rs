/// A consistent snapshot of a writer's counters.
///
/// At any moment, `accepted == delivered + superseded + merged + handed_back + inside`. A field counts since
/// the writer was built, unless its documentation calls it a gauge, which is the value now.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
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
}
