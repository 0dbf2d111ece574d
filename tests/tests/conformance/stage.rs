//! A destination on a server of its own, and what a test does with it.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use batch_core::{Receipt, Service, Settings, Writer};
use batch_local::{FaultPlan, LocalServer};
use tokio::time::Instant;

use batchwright_tests::{Destination, EntryOf, Mounted, content, lane};

/// A destination on a server of its own.
pub(crate) struct Stage<D> {
    server: LocalServer,
    pub(crate) destination: Mounted<D>,
}

/// Entries on their way, by number.
pub(crate) type Receipts<S> = Vec<(usize, Receipt<S>)>;

impl<D: Destination> Stage<D> {
    pub(crate) async fn open() -> Self {
        let server = LocalServer::new();
        let http = server.http_client();
        Self::through(http, server).await
    }

    /// The same through this HTTP client, which is around that of the server.
    pub(crate) async fn through(http: SharedHttpClient, server: LocalServer) -> Self {
        Self { destination: D::mount(&server, http).await, server }
    }

    /// A writer as a user gets it.
    pub(crate) fn writer(&self, settings: Settings) -> Writer<D::Service> {
        Writer::builder(self.destination.service()).settings(settings).build().unwrap()
    }

    /// The same writer, but that its backoffs are drawn from a seed, and so is what its service draws while it is made: the
    /// first of the keys that a stream's records get decides which of them share a shard that throttles.
    pub(crate) fn seeded(&self, settings: Settings, seed: u64) -> Writer<D::Service> {
        fastrand::seed(seed);
        let writer = Writer::builder(self.destination.service());
        writer.settings(settings).seed(seed).build().unwrap()
    }

    pub(crate) fn suffer(&self, plan: FaultPlan) {
        self.server.set_faults(plan);
    }

    /// How many writing requests met a fault.
    pub(crate) fn faulted(&self) -> u64 {
        self.server.requests().faulted(D::OPERATION)
    }

    pub(crate) fn recover(&self) {
        self.server.set_faults(FaultPlan::none());
    }

    /// The writing requests that arrived, whatever became of them.
    pub(crate) fn requests(&self) -> u64 {
        self.server.requests().count(D::OPERATION)
    }
}

/// Settings under which few entries already make several requests, whatever a request may carry.
pub(crate) fn small_requests<D: Destination>() -> Settings {
    Settings::new().max_batch_entries(D::BATCH.min(10))
}

/// Entry `n`, of the least size.
pub(crate) fn entry<D: Destination>(n: usize) -> EntryOf<D> {
    large_entry::<D>(n, 0)
}

/// Entry `n`, with a content of so many bytes.
pub(crate) fn large_entry<D: Destination>(n: usize, bytes: usize) -> EntryOf<D> {
    D::entry(content(n, bytes), lane::<D>(n))
}

/// Waits until the requests have ended that still carry what a flush gave up.
pub(crate) async fn run_out<S: Service>(writer: &Writer<S>) {
    while writer.stats().requests_in_flight > 0 {
        pass(Duration::from_millis(100)).await;
    }
}

/// Submits these entries in this order.
pub(crate) async fn submit<D, S>(writer: &Writer<S>, numbers: impl IntoIterator<Item = usize>) -> Receipts<S>
where
    D: Destination,
    S: Service<Entry = EntryOf<D>>,
{
    let mut receipts = Vec::new();
    for n in numbers {
        receipts.push((n, writer.submit_tracked(entry::<D>(n)).await.unwrap()));
    }
    receipts
}

pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Lets time pass.
pub(crate) async fn pass(duration: Duration) {
    tokio::time::sleep(duration).await;
}
