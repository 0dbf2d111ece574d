use std::fmt::Display;

use crate::Invocation;

/// A message or record of the event that an invocation processes.
///
/// Created by [`Invocation::message`], [`Invocation::fifo_message`] and [`Invocation::record`]. It fails if one of its entries is
/// not delivered, or by [`fail`](Self::fail); an item of which neither is true counts as processed.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    pub(crate) invocation: &'a Invocation,
    pub(crate) position: usize,
}

impl Item<'_> {
    /// Reports the item as failed, for a reason of the handler's own: a body that is no JSON, a lookup that failed.
    ///
    /// The reason is shown by [`BatchItemFailures::reasons`](crate::BatchItemFailures::reasons). Of several, the first is
    /// kept.
    ///
    /// ```
    /// # async fn handler(context_deadline: std::time::SystemTime) {
    /// let invocation = batch_lambda::Invocation::new(context_deadline);
    /// let message = invocation.message("059f36b4-87a3-44ab-83d2-661975830a7d");
    /// message.fail("the body has no order in it");
    ///
    /// let failures = invocation.finish().await;
    /// assert_eq!(failures.ids().count(), 1);
    /// # }
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
    /// #     .block_on(handler(std::time::SystemTime::UNIX_EPOCH));
    /// ```
    pub fn fail(&self, reason: impl Display) {
        let reason = reason.to_string();
        self.invocation.items().fail(self.position, reason);
    }
}
