//! The suites that every adapter passes, each check written once over a [`Fixture`].
//! [`adapter_suite!`](macro@crate::adapter_suite) makes tests of them.

pub mod client;
pub mod connections;
pub mod created;
pub mod credentials;
pub mod delivery;
pub mod fifo;
pub mod interceptors;
pub mod outages;
pub mod prepared;
pub mod responses;
pub mod verdicts;

use std::ops::Range;

use batch_core::{Batch, Reply, Service, Writer};

use crate::{EntryOf, Fixture, ResponseOf, Setup, content, lane};

/// Entry `n`, of the least size.
fn entry<F: Fixture>(n: usize) -> EntryOf<F> {
    F::entry(content(n, 0), lane::<F>(n))
}

/// What one request with so many entries comes to through such a client, without the writer's own retries.
async fn send<F: Fixture>(setup: &Setup, entries: usize) -> Reply<ResponseOf<F>> {
    let writer = Writer::builder(F::open(setup).resolved()).build().unwrap();
    let entries: Vec<_> = (0..entries).map(entry::<F>).collect();
    writer.service().send(&Batch::of(entries)).await
}

/// Submits these entries in this order.
async fn submit<F: Fixture>(writer: &Writer<F::Service>, numbers: Range<usize>) {
    for n in numbers {
        writer.submit(entry::<F>(n)).await.unwrap();
    }
}
