//! What the tests of single laws share.

use std::time::Instant;

use batch_core::{Buffer, Measure};

/// Puts in an entry of this measure, for which there must be room.
#[track_caller]
pub(crate) fn put<E, R, T>(
    buffer: &mut Buffer<E, R, T>,
    measure: &Measure<'_>,
    entry: E,
    tag: T,
    now: Instant,
) {
    let charge = buffer.charge(measure).unwrap();
    let grant = buffer.try_grant(charge).unwrap();
    let place = buffer.place(grant, measure).unwrap();
    buffer.put(place, entry, tag, now);
}
