use std::fmt;
use std::sync::Arc;

use batch_core::Service;
use tokio::time::Instant;

use crate::part::Part;
use crate::{Invocation, Item};

/// A part of a writer's entries: those of one invocation.
///
/// Created by [`Invocation::scope`].
pub struct InvocationScope<'a, S: Service> {
    invocation: &'a Invocation,
    part: Arc<Part<S>>,
    deadline: Instant,
}

impl<'a, S: Service> InvocationScope<'a, S> {
    pub(crate) fn new(invocation: &'a Invocation, part: Arc<Part<S>>) -> Self {
        Self { invocation, part, deadline: invocation.deadline() }
    }

    /// Submits an entry that was made from this item, waiting for capacity if the writer is full, but not beyond the
    /// invocation's [deadline](Invocation::deadline).
    ///
    /// If the entry is not accepted, or not delivered by the end of the invocation, the item fails.
    /// [`BatchItemFailures::reasons`](crate::BatchItemFailures::reasons) shows why. An entry is not submitted if Lambda
    /// will deliver its item again anyway, since it would be delivered twice then: the item failed already, or, in a FIFO
    /// queue or a stream, one before it.
    ///
    /// An entry submitted in this way is not merged with others, as those of `CloudWatch::merge` are: it has a receipt.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it completes, the entry was not accepted and is dropped with it. Its item fails,
    /// even if the entry is submitted again.
    pub async fn submit(&self, item: &Item<'_>, entry: S::Entry) {
        if !std::ptr::eq(self.invocation, item.invocation) {
            // Its invocation would not wait for the answer.
            return item.fail("its entry was submitted to a scope of another invocation");
        }
        if !self.invocation.items().begin(item.position) {
            return;
        }
        let outcome = self.part.scope.submit_tracked_by(entry, self.deadline).await;
        match outcome {
            Ok(receipt) => self.part.add(item.position, receipt),
            Err(refused) => item.fail(refused),
        }
        self.invocation.items().end(item.position);
    }
}

impl<S: Service> fmt::Debug for InvocationScope<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InvocationScope")
            .field("scope", &self.part.scope)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
