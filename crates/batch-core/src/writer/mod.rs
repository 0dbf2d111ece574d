//! The tokio shell around the [`Buffer`](crate::Buffer): the only place that reads the clock,
//! sleeps and spawns.

mod absorb;
mod answers;
mod attempt;
mod builder;
mod cell;
mod cells;
mod clock;
mod driver;
mod effects;
mod entering;
mod error_kind;
mod flush;
mod follower;
mod label;
mod ledger;
mod lock;
mod log;
mod lookout;
mod permit;
mod pool;
mod receipt;
mod room;
mod scope;
mod shared;
#[cfg(feature = "sink")]
mod sink;
mod submit;
mod submit_by;
pub(crate) mod trace;
mod tracking;
mod watch;
mod yielding;

use std::sync::Arc;
use std::sync::atomic::Ordering;

pub use builder::WriterBuilder;
pub use label::WriterLabel;
pub use permit::Permit;
pub use receipt::Receipt;
pub use scope::Scope;
#[cfg(feature = "sink")]
pub use sink::{EntrySink, SinkError};

use crate::{Service, Stats};
use shared::Shared;

/// Delivers single entries to a service in batches, with one answer for every entry.
///
/// The writer packs entries into requests within the service's limits, sends them, retries entries that
/// failed, keeps the order of each lane, detects duplicates, and applies back-pressure.
///
/// A `Writer` is a handle: cloning it is cheap, and all clones feed the same writer. It works on the tokio
/// runtime in which an entry is first submitted, or on the one given to [`WriterBuilder::runtime`].
///
/// # Who gets a failure
///
/// An entry that cannot be delivered is handed back exactly once, to the first of these owners:
///
/// 1. its [`Receipt`], unless that was dropped;
/// 2. the handler given to [`WriterBuilder::on_unprocessed`];
/// 3. the first [`flush`](Self::flush), [`shutdown`](Self::shutdown) or
///    [`take_unprocessed`](Self::take_unprocessed) that covers the entry.
///
/// Until its owner collects it, a failure occupies capacity of the writer.
///
/// # Dropping handles and runtimes
///
/// After the last handle is dropped, delivery goes on until each entry's deadline. A failure that has neither
/// a live receipt nor a handler is lost then; all of them are counted in one log line at ERROR.
///
/// When the writer's runtime is dropped, every entry without an answer is handed back with
/// [`Cause::RuntimeStopped`](crate::Cause::RuntimeStopped). A later `submit` on another runtime starts the
/// writer again.
///
/// See [`Service`] for a complete example.
pub struct Writer<S: Service> {
    shared: Arc<Shared<S>>,
}

impl<S: Service> Writer<S> {
    /// Returns a builder of a writer to this service.
    ///
    /// ```
    /// # fn build<S: batch_core::Service>(service: S) -> Result<(), batch_core::ConfigError> {
    /// use batch_core::{Settings, Writer};
    ///
    /// let writer = Writer::builder(service).settings(Settings::new().max_entries(100)).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(service: S) -> WriterBuilder<S> {
        WriterBuilder::new(service)
    }

    /// Returns a consistent snapshot of the counters.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.shared.stats()
    }

    /// Returns the service that this writer sends to.
    #[must_use]
    pub fn service(&self) -> &S {
        &self.shared.service
    }
}

impl<S: Service> Clone for Writer<S> {
    fn clone(&self) -> Self {
        self.shared.handles.fetch_add(1, Ordering::Relaxed);
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<S: Service> Drop for Writer<S> {
    fn drop(&mut self) {
        if self.shared.handles.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.shared.close();
        }
    }
}

impl<S: Service> std::fmt::Debug for Writer<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("service", &self.shared.service.name())
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}
