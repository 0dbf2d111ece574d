//! What the tests of single laws share.

use std::fmt::Debug;
use std::time::Instant;

use batch_core::{Batch, Buffer, Measure, Output};

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

/// The batch that must be sent now, whatever is answered before.
#[track_caller]
pub(crate) fn sent<E: Debug, R: Debug, T: Debug>(buffer: &mut Buffer<E, R, T>, now: Instant) -> Batch<E> {
    loop {
        match buffer.poll(now) {
            Output::Send(batch) => return batch,
            Output::Resolve(_) => {}
            other => panic!("nothing is sent: {other:?}"),
        }
    }
}
