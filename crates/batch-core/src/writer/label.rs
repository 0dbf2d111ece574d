use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::Service;

/// Which writer something is said of: in each line of the log, and in what an [`Observer`](crate::Observer) sees.
///
/// Cloning is cheap.
#[derive(Clone, Eq, PartialEq)]
pub struct WriterLabel {
    service: &'static str,
    destination: Arc<str>,
    writer: u64,
}

impl WriterLabel {
    pub(super) fn new<S: Service>(service: &S) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self {
            service: service.name(),
            destination: service.destination().into(),
            writer: NEXT.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// What each line of the log says.
    pub(super) fn fields(&self) -> (&'static str, &str, u64) {
        (self.service, &self.destination, self.writer)
    }

    /// Returns the name of the service: [`Service::name`].
    #[must_use]
    pub fn service(&self) -> &'static str {
        self.service
    }

    /// Returns the name of the destination: [`Service::destination`].
    #[must_use]
    pub fn destination(&self) -> &str {
        &self.destination
    }

    /// Returns the number of the writer, by which it differs from all others of this process.
    #[must_use]
    pub fn writer(&self) -> u64 {
        self.writer
    }
}

impl fmt::Debug for WriterLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { service, destination, writer } = self;
        f.debug_struct("WriterLabel")
            .field("service", service)
            .field("destination", destination)
            .field("writer", writer)
            .finish()
    }
}
