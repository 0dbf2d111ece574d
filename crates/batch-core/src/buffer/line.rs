use std::time::Instant;

use super::index::KeyHash;
use super::slots::List;
use super::turns::Turn;
use crate::Failure;

/// One line of entries that wait.
pub(super) struct Line {
    pub(super) kind: Kind,
    pub(super) waiting: List,
    pub(super) bytes: u128,
    /// The epoch of the oldest entry that failed in this cohort.
    pub(super) oldest: u64,
    /// Entries of this lane that are in flight or being isolated.
    pub(super) away: u32,
    /// The last failure in this lane, since which no entry of it was accepted.
    pub(super) failure: Option<Failure>,
    pub(super) place: Place,
}

pub(super) enum Kind {
    /// Entries without a lane that failed together.
    Cohort,
    Lane {
        /// The hash of its key, if that is what it is found by.
        key: Option<KeyHash>,
        /// One entry a request.
        strict: bool,
    },
    Main,
}

/// What waits in lines. A sum of bytes that are limited by `usize::MAX` alone can exceed it.
#[derive(Clone, Copy, Default)]
pub(super) struct Sum {
    pub(super) entries: usize,
    pub(super) bytes: u128,
}

#[derive(Clone, Copy)]
pub(super) enum Place {
    Nowhere,
    Ready { turn: Turn, share: Sum },
    Resting { until: Instant },
}

impl Line {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            waiting: List::EMPTY,
            bytes: 0,
            oldest: u64::MAX,
            away: 0,
            failure: None,
            place: Place::Nowhere,
        }
    }
}

impl Kind {
    pub(super) fn is_lane(&self) -> bool {
        matches!(self, Self::Lane { .. })
    }

    pub(super) fn is_strict(&self) -> bool {
        matches!(self, Self::Lane { strict: true, .. })
    }
}
