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
    let admission = buffer.admit(measure).unwrap();
    let grant = buffer.try_grant(admission.charge()).unwrap();
    buffer.place(grant, admission).unwrap().put(entry, tag, now);
}

/// The batch that must be sent now, whatever is answered before.
#[track_caller]
pub(crate) fn sent<E: Debug, R: Debug, T: Debug>(buffer: &mut Buffer<E, R, T>, now: Instant) -> Batch<E> {
    loop {
        match buffer.poll(now) {
            Output::Send(batch) => return batch,
            Output::Drop(_) | Output::Resolve(_) => {}
            other => panic!("nothing is sent: {other:?}"),
        }
    }
}

/// When the buffer is to be polled again, whatever is answered before; nothing may be sent.
#[track_caller]
pub(crate) fn rest<E: Debug, R: Debug, T: Debug>(
    buffer: &mut Buffer<E, R, T>,
    now: Instant,
) -> Option<Instant> {
    loop {
        match buffer.poll(now) {
            Output::Wait(wake) => return wake,
            Output::Drop(_) | Output::Resolve(_) => {}
            sent @ (Output::Send(_) | Output::Sort(_)) => panic!("it is too early: {sent:?}"),
        }
    }
}
