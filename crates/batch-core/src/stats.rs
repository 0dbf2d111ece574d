/// A snapshot of a writer's counters, taken at one moment: at any moment
/// `accepted == delivered + superseded + handed_back + inside`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Stats {
    /// Entries accepted.
    pub accepted: u64,
    /// Entries that the service took.
    pub delivered: u64,
    /// Entries whose place a newer one took.
    pub superseded: u64,
    /// Entries handed back.
    pub handed_back: u64,
    /// Of those, entries whose receipt was dropped and that were discarded to make room for others.
    pub discarded: u64,
    /// Entries without an answer yet: buffered, in flight or waiting for their retry.
    pub inside: u64,
    /// Of those, entries in flight now.
    pub in_flight: u64,
    /// Entries delivered or handed back of which an earlier attempt may have delivered them too.
    pub ambiguous: u64,
    /// Entries that were handed back and not collected yet.
    pub uncollected: u64,
    /// Entries handed back in flight, by a flush with a deadline, whose request has ended since. Their
    /// verdicts came late and changed nothing.
    pub late: u64,
    /// Duplicates found at `submit`.
    pub duplicates: u64,
    /// Requests sent.
    pub requests: u64,
    /// Of those, requests in flight now.
    pub requests_in_flight: u64,
    /// How many requests may be in flight now; the writer adapts it to the service. It is the
    /// window of [`Settings::in_flight`](crate::Settings::in_flight) rounded up: at 1 the writer
    /// may send more slowly than one request after the other.
    pub in_flight_limit: u64,
    /// Sendings of entries, each entry counted as often as a request carried it.
    pub entries_sent: u64,
    /// Of those, the ones beyond the first of their entry.
    pub retries: u64,
    /// Requests, and entries of a partly accepted request, that the service throttled.
    pub throttled: u64,
    /// Requests of several entries that the service refused as a whole, and that were split to find
    /// the culprits.
    pub splits: u64,
    /// Bytes of memory charged for entries inside, uncollected or reserved.
    pub bytes: u64,
}
