//! The operations that write messages.

use super::batch_rules;
use super::call::Sqs;
use super::code::DIALECT;
use super::draft::Draft;
use super::manage::required;
use super::settings::Settings;
use super::wire::{BatchResult, Failed, SendEntry, SendMessage, SendMessageBatch, Sent, Successful};
use crate::history::AppliedBatch;
use crate::injector::Drawn;
use crate::marks::{Mark, Marks};
use crate::memory::weight;
use crate::refusal::Refusal;

impl Sqs {
    pub(super) fn send_message(&self, input: SendMessage, drawn: &Drawn) -> Result<Sent, Refusal> {
        let settings = self.settings(input.queue_url.as_deref())?;
        let marks = marks(std::slice::from_ref(&input.message), drawn)?;
        let mut draft = Draft::read(input.message)?;
        draft.check_kind(&settings)?;
        draft.check_alone(&settings)?;
        if let Some(mark) = marks.at(0) {
            return Err(mark.refusal(&DIALECT));
        }
        // One message in, one confirmation out.
        self.store(input.queue_url.as_deref(), vec![draft], None).map(|mut sent| sent.remove(0))
    }

    pub(super) fn send_message_batch(
        &self,
        input: SendMessageBatch,
        drawn: &Drawn,
    ) -> Result<BatchResult<Sent>, Refusal> {
        let url = input.queue_url.as_deref();
        let settings = self.settings(url)?;
        let entries = input.entries.unwrap_or_default();
        let marks = marks(&entries, drawn)?;
        let batch = Batch::read(entries, &settings)?;
        let size = batch.size;
        let (valid, failed) = batch.sort(&settings, &marks);
        let (ids, drafts): (Vec<String>, Vec<Draft>) = valid.into_iter().unzip();
        let sent = self.store(url, drafts, Some(size))?;
        let successful = ids.into_iter().zip(sent).map(|(id, result)| Successful { id, result }).collect();
        Ok(BatchResult { successful, failed })
    }

    /// Puts valid messages into the queue, in this order.
    fn store(
        &self,
        url: Option<&str>,
        drafts: Vec<Draft>,
        batch: Option<AppliedBatch>,
    ) -> Result<Vec<Sent>, Refusal> {
        let now = self.now();
        let mut state = self.lock();
        state.memory.check_room(drafts.iter().map(|draft| weight(draft.bytes)).sum())?;
        let ids: Vec<String> = drafts.iter().map(|_| state.next_id()).collect();
        let queue = state.queue(url)?;
        let before = queue.remembered_bytes();
        let sent = drafts.into_iter().zip(ids).map(|(draft, id)| queue.accept(draft, id, now)).collect();
        if let Some(batch) = batch {
            queue.record(batch);
        }
        queue.arrivals.notify_waiters();
        let added = queue.remembered_bytes() - before;
        state.memory.remember(added);
        Ok(sent)
    }
}

/// A batch that is valid as a whole.
struct Batch {
    entries: Vec<(String, Draft)>,
    size: AppliedBatch,
}

impl Batch {
    fn read(entries: Vec<SendEntry>, settings: &Settings) -> Result<Self, Refusal> {
        batch_rules::check_ids(
            "SendMessageBatchRequestEntry",
            entries.iter().map(|entry| entry.id.as_deref()),
        )?;
        let entries: Vec<(String, Draft)> = entries
            .into_iter()
            .map(|mut entry| Ok((required(entry.id.take(), "Id")?, Draft::read(entry)?)))
            .collect::<Result<_, Refusal>>()?;
        let bytes = entries.iter().map(|(_, draft)| draft.bytes).sum();
        batch_rules::check_bytes(bytes)?;
        let size = AppliedBatch { entries: entries.len(), bytes };
        let mut batch = Self { entries, size };
        for (_, draft) in &mut batch.entries {
            draft.check_kind(settings)?;
        }
        Ok(batch)
    }

    /// Separates the entries that fail on their own, or because the plan says so.
    fn sort(self, settings: &Settings, marks: &Marks) -> (Vec<(String, Draft)>, Vec<Failed>) {
        let mut valid = Vec::with_capacity(self.entries.len());
        let mut failed = Vec::new();
        for (index, (id, draft)) in self.entries.into_iter().enumerate() {
            if let Err(refusal) = draft.check_alone(settings) {
                failed.push(invalid(id, &refusal));
            } else if let Some(mark) = marks.at(index) {
                failed.push(marked(id, mark));
            } else {
                valid.push((id, draft));
            }
        }
        (valid, failed)
    }
}

fn marks(entries: &[SendEntry], drawn: &Drawn) -> Result<Marks, Refusal> {
    let bodies: Vec<&str> =
        entries.iter().map(|entry| entry.message_body.as_deref().unwrap_or_default()).collect();
    Marks::drawn(drawn, &DIALECT, &bodies)
}

/// The failure of an entry that the service refuses.
pub(super) fn invalid(id: String, refusal: &Refusal) -> Failed {
    Failed { id, sender_fault: true, code: refusal.query_code().to_owned(), message: refusal.to_string() }
}

/// The failure of an entry that the plan chose.
pub(super) fn marked(id: String, mark: Mark<'_>) -> Failed {
    let message = "a fault of the plan".to_owned();
    Failed { id, sender_fault: mark.sender_fault, code: mark.code.to_owned(), message }
}
