//! The operations that delete messages.

use super::batch_rules;
use super::call::Sqs;
use super::code::{DIALECT, INVALID_PARAMETER_VALUE};
use super::manage::required;
use super::queue::Queue;
use super::receipt::Receipt;
use super::send::{invalid, marked};
use super::shelf::Deletion;
use super::wire::{BatchResult, DeleteEntry, DeleteMessage, DeleteMessageBatch, Nothing, Successful};
use crate::injector::Drawn;
use crate::marks::Marks;
use crate::refusal::Refusal;

impl Sqs {
    pub(super) fn delete_message(&self, input: DeleteMessage) -> Result<Nothing, Refusal> {
        let handle = required(input.receipt_handle, "ReceiptHandle")?;
        let now = self.now();
        let mut state = self.lock();
        let queue = state.queue(input.queue_url.as_deref())?;
        queue.settle(now);
        delete(queue, &handle)?;
        Ok(Nothing {})
    }

    pub(super) fn delete_message_batch(
        &self,
        input: DeleteMessageBatch,
        drawn: &Drawn,
    ) -> Result<BatchResult<Nothing>, Refusal> {
        let entries = input.entries.unwrap_or_default();
        let marks = marks(&entries, drawn)?;
        let now = self.now();
        let mut state = self.lock();
        let queue = state.queue(input.queue_url.as_deref())?;
        batch_rules::check_ids(
            "DeleteMessageBatchRequestEntry",
            entries.iter().map(|entry| entry.id.as_deref()),
        )?;
        queue.settle(now);
        let mut result = BatchResult { successful: Vec::with_capacity(entries.len()), failed: Vec::new() };
        for (index, entry) in entries.into_iter().enumerate() {
            let id = required(entry.id, "Id")?;
            if let Some(mark) = marks.at(index) {
                result.failed.push(marked(id, mark));
                continue;
            }
            match required(entry.receipt_handle, "ReceiptHandle").and_then(|handle| delete(queue, &handle)) {
                Ok(()) => result.successful.push(Successful { id, result: Nothing {} }),
                Err(refusal) => result.failed.push(invalid(id, &refusal)),
            }
        }
        Ok(result)
    }
}

fn delete(queue: &mut Queue, handle: &str) -> Result<(), Refusal> {
    let receipt = Receipt::read(handle, queue.serial)?;
    let fifo = queue.settings.fifo;
    match queue.shelf.delete(receipt.number, receipt.receive, fifo) {
        Deletion::Accepted => {
            // The message's group may be free now.
            queue.arrivals.notify_waiters();
            Ok(())
        }
        Deletion::Expired => {
            let message = format!(
                "Value {handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired."
            );
            Err(Refusal::new(&INVALID_PARAMETER_VALUE, message))
        }
    }
}

/// What the plan does to the entries; they have no body, so that it sees their receipt handles.
fn marks(entries: &[DeleteEntry], drawn: &Drawn) -> Result<Marks, Refusal> {
    let handles: Vec<&str> =
        entries.iter().map(|entry| entry.receipt_handle.as_deref().unwrap_or_default()).collect();
    Marks::drawn(drawn, &DIALECT, &handles)
}
