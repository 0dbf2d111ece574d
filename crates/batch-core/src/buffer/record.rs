use std::time::Instant;

use super::fill::Share;
use super::index::KeyHash;
use super::{Admission, Stamp};

/// What is known of an entry from its acceptance to its answer, whatever becomes of it.
pub(super) struct Record<T> {
    /// What the submitter gave along.
    pub(super) tag: T,
    pub(super) accepted: Instant,
    pub(super) stamp: Stamp,
    /// Its share of the memory bound.
    pub(super) charge: usize,
    /// Its share of a request, and what it may travel in with the entries before and after it.
    pub(super) share: Share,
}

/// The lane and the identity of an entry, as far as it has them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Keys {
    pub(super) lane: Option<KeyHash>,
    pub(super) identity: Option<KeyHash>,
}

impl<T> Record<T> {
    #[inline]
    pub(super) fn of(admission: Admission, tag: T, accepted: Instant, stamp: Stamp) -> Self {
        let Admission { charge, bytes, carrier, .. } = admission;
        Self { tag, accepted, stamp, charge, share: Share::of(bytes, carrier) }
    }
}
