//! What is known of one entry.

use std::time::Duration;

use batch_core::Failure;

use super::facts::Carrier;
use super::scopes::Stamp;

pub(super) type LaneId = usize;
pub(super) type IdentityId = usize;
pub(super) type IsolationId = usize;

/// An accepted entry whose answer is not decided yet.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) seal: u64,
    pub(super) lane: Option<LaneId>,
    pub(super) identity: Option<IdentityId>,
    /// Its share of a request.
    pub(super) bytes: usize,
    /// What it may travel in with others, if it may.
    pub(super) carrier: Option<Carrier>,
    pub(super) charge: usize,
    pub(super) accepted: Duration,
    /// When its deadline began to count anew.
    pub(super) reprieved: Option<Duration>,
    /// When its last attempt began.
    pub(super) launched: Option<Duration>,
    /// When the first attempt began that may have delivered it.
    pub(super) doubted: Option<Duration>,
    /// Its place in the order of its lane: that of the entry it superseded, if it did.
    pub(super) place: u64,
    /// What flushes go by; that of the entry it superseded, if that is of the same scope.
    pub(super) stamp: Stamp,
    /// Whether a flush withdrew it.
    pub(super) is_withdrawn: bool,
    pub(super) at: At,
    /// The refused request that it is being isolated from.
    pub(super) isolation: Option<IsolationId>,
    /// It must not go before this moment.
    pub(super) earliest: Duration,
    /// It must go at this moment at the latest, if it may.
    pub(super) latest: Duration,
    pub(super) sends: u32,
    pub(super) used: u32,
    pub(super) strikes: u32,
    pub(super) ambiguous: bool,
    /// Whether a request that carried it was under way, in a pause, when the service had forgotten an earlier one.
    pub(super) outlived: bool,
    /// Whether it was throttled before, or one that it superseded while it waited.
    pub(super) was_throttled: bool,
    pub(super) last: Option<Failure>,
    /// The requests that carried it, or one that it superseded.
    pub(super) requests: Vec<u64>,
    pub(super) owner: Owner,
    /// Whether it had a receipt when it was accepted.
    pub(super) was_tracked: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum At {
    InFlight(u64),
    /// In a part of a request that was refused.
    Isolated,
    Waiting,
}

/// Who is to be told the answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Owner {
    /// The handler or whoever flushes; nobody is told of a success.
    Nobody,
    Receipt {
        /// Whether a task is awaiting it now.
        awaited: bool,
        /// Whether it was ever polled, so that the writer believes that somebody awaits it.
        polled: bool,
    },
}

/// An entry whose answer is decided, told or not.
#[derive(Clone, Debug)]
pub(super) struct Decided {
    pub(super) known: Known,
    pub(super) owed: Owed,
    pub(super) at: Duration,
    /// The codes that it may be handed back with, if it never failed itself.
    pub(super) reasons: Vec<Option<String>>,
    /// Whether the service might have forgotten that it had it.
    pub(super) is_forgotten: bool,
    pub(super) told: bool,
    /// Whether there was no runtime then, whose clock says how old it is.
    pub(super) stopped: bool,
}

/// The answer of an entry.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Owed {
    Ambiguous,
    /// With the number that tells the service's response from others.
    Delivered(u64),
    Exhausted,
    Fatal,
    /// Handed back because its deadline passed, it was withdrawn where it waited, or its runtime went.
    Overdue,
    Rejected,
    Superseded,
    Unisolated,
    /// Handed back as a copy, because it was withdrawn while it was in flight.
    Withdrawn,
}

impl Owed {
    /// Whether the entry is handed back.
    pub(super) fn is_failure(self) -> bool {
        !matches!(self, Self::Delivered(_) | Self::Superseded)
    }
}

impl Owner {
    pub(super) fn is_receipt(self) -> bool {
        matches!(self, Self::Receipt { .. })
    }
}

impl Known {
    /// It takes the place of an older one: in line, in its linger and backoff, and in flushes if these are the same.
    pub(super) fn inherit(&mut self, older: &Self, is_of_one_scope: bool) {
        if is_of_one_scope {
            self.stamp = older.stamp;
            self.is_withdrawn |= older.is_withdrawn;
        }
        self.place = older.place;
        self.latest = older.latest;
        self.earliest = older.earliest;
        self.requests.extend(&older.requests);
    }

    pub(super) fn is_in_flight(&self) -> bool {
        matches!(self.at, At::InFlight(_))
    }
}
