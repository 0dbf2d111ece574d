use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Mutex, PoisonError};
use std::task::Poll;

use batch_core::{Receipt, Scope, Service};
use tokio::time::Instant;

/// What an invocation submitted to one writer.
pub(crate) struct Part<S: Service> {
    pub(crate) scope: Scope<S>,
    /// The receipts of entries, and the positions of their items.
    receipts: Mutex<Vec<(usize, Receipt<S>)>>,
}

/// The positions of items that failed, and why.
pub(crate) type Failed = Vec<(usize, String)>;

pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A part, whatever its writer is for.
pub(crate) trait AnyPart: Send + Sync {
    /// Flushes its entries, and tells what was not delivered by the deadline.
    fn finish(&self, deadline: Instant) -> BoxFuture<'_, Failed>;
}

impl<S: Service> Part<S> {
    pub(crate) fn new(scope: Scope<S>) -> Self {
        Self { scope, receipts: Mutex::new(Vec::new()) }
    }

    pub(crate) fn add(&self, position: usize, receipt: Receipt<S>) {
        self.receipts.lock().unwrap_or_else(PoisonError::into_inner).push((position, receipt));
    }
}

impl<S: Service> AnyPart for Part<S> {
    fn finish(&self, deadline: Instant) -> BoxFuture<'_, Failed> {
        Box::pin(async move {
            // Each entry has a receipt, which has its failure.
            drop(self.scope.flush_by(deadline).await);
            let receipts = std::mem::take(&mut *self.receipts.lock().unwrap_or_else(PoisonError::into_inner));
            let mut failed = Vec::new();
            for (position, receipt) in receipts {
                failed.extend(failure(receipt).await.map(|reason| (position, reason)));
            }
            failed
        })
    }
}

/// Why the entry of a receipt counts as failed, when its scope was flushed.
async fn failure<S: Service>(receipt: Receipt<S>) -> Option<String> {
    let mut receipt = pin!(receipt);
    poll_fn(|context| {
        Poll::Ready(match receipt.as_mut().poll(context) {
            Poll::Ready(Ok(_)) => None,
            Poll::Ready(Err(item)) => Some(format!("{item:#}")),
            // Nothing may be waited for after the deadline.
            Poll::Pending => Some("it has no answer yet".to_owned()),
        })
    })
    .await
}
