use std::collections::VecDeque;
use std::time::Instant;

use super::fresh::{Fresh, Waiting};
use super::index::KeyHash;
use super::slots::{List, Slots};
use super::turns::Turn;
use crate::{Failure, Quota};

/// One line of entries that wait.
///
/// With a hundred thousand lanes, what a new entry costs is how many cache lines of this it touches. So what
/// it needs comes first, and the whole begins with a cache line.
#[repr(C, align(64))]
pub(super) struct Line {
    /// Entries to which nothing has happened, in the order of their acceptance.
    pub(super) fresh: VecDeque<Waiting>,
    pub(super) bytes: u128,
    pub(super) place: Place,
    pub(super) kind: Kind,
    /// Entries that have slots, which go before the others.
    pub(super) slots: List,
    /// The epoch of the oldest entry that failed in this cohort.
    pub(super) oldest: u64,
    /// Entries of this lane that are in flight or being isolated.
    pub(super) away: usize,
    /// The last failure in this lane, since which no entry of it was accepted.
    pub(super) failure: Option<Failure>,
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
    /// It could give all that it has to the next request; a strict lane, one entry with this share of it.
    Ready {
        first: usize,
        turn: Turn,
    },
    Resting {
        until: Instant,
    },
    /// Its first entry was asked for its quota, which may be limited, and is due at `turn`.
    Sorted {
        class: Option<u64>,
        first: usize,
        turn: Instant,
    },
}

/// The entry of a line that goes next.
#[derive(Clone, Copy)]
pub(super) struct Head {
    /// When its linger began.
    pub(super) since: Instant,
    /// When its retry is due.
    pub(super) not_before: Option<Instant>,
    /// Whether it failed, and all the same goes before what was accepted later.
    pub(super) keeps_its_turn: bool,
    /// Its share of a request.
    pub(super) bytes: usize,
    /// Its quota, if it was asked for one.
    pub(super) quota: Option<Option<Quota>>,
}

impl Sum {
    #[inline]
    pub(super) fn add(&mut self, other: Self) {
        self.entries += other.entries;
        self.bytes += other.bytes;
    }

    #[inline]
    pub(super) fn subtract(&mut self, other: Self) {
        self.entries -= other.entries;
        self.bytes -= other.bytes;
    }
}

impl Line {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            slots: List::EMPTY,
            fresh: VecDeque::new(),
            bytes: 0,
            oldest: u64::MAX,
            away: 0,
            failure: None,
            place: Place::Nowhere,
        }
    }

    /// Whether it waits until entries of its lane come back.
    #[inline]
    pub(super) fn is_blocked(&self) -> bool {
        self.away > 0 && self.kind.is_lane()
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len() + self.fresh.len()
    }

    /// What it could give to the next request, if it is ready and its first entry has this share of one.
    pub(super) fn share(&self, first: usize) -> Sum {
        if self.kind.is_strict() {
            Sum { entries: 1, bytes: first as u128 }
        } else {
            Sum { entries: self.len(), bytes: self.bytes }
        }
    }

    #[inline]
    pub(super) fn head<E, T>(&self, slots: &Slots<E, T>, fresh: &Fresh<E, T>) -> Option<Head> {
        if let Some(slot) = self.slots.head() {
            let slot = &slots[slot];
            return Some(Head {
                since: slot.since,
                not_before: slot.not_before(),
                keeps_its_turn: slot.keeps_its_turn(),
                bytes: slot.bytes,
                quota: slot.past.as_ref().and_then(|past| past.quota),
            });
        }
        let record = &fresh[self.fresh.front()?.id];
        let (since, bytes) = (record.accepted, record.share.bytes());
        Some(Head { since, not_before: None, keeps_its_turn: false, bytes, quota: None })
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
