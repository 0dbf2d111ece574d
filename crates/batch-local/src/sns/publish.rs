//! The operations that write messages.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::call::Sns;
use super::code::{
    BATCH_ENTRY_IDS_NOT_DISTINCT, BATCH_REQUEST_TOO_LONG, DIALECT, EMPTY_BATCH_REQUEST,
    INVALID_BATCH_ENTRY_ID, TOO_MANY_ENTRIES,
};
use super::draft::{Draft, invalid};
use super::form::Part;
use super::message::PublishedMessage;
use super::topic::Settings;
use crate::history::AppliedBatch;
use crate::injector::Drawn;
use crate::marks::{Mark, Marks};
use crate::memory::weight;
use crate::refusal::Refusal;
use crate::xml::Xml;

/// The confirmation of a message.
#[derive(Debug)]
pub(super) struct Sent(Arc<PublishedMessage>);

/// What became of each message of a batch, by the ids of their entries.
#[derive(Debug)]
pub(super) struct BatchResult {
    successful: Vec<(String, Sent)>,
    failed: Vec<(String, String, bool)>,
}

impl Sns {
    pub(super) fn publish(&self, input: &Part<'_>, drawn: &Drawn) -> Result<Sent, Refusal> {
        let settings = self.lock().topic(input)?.settings.clone();
        let draft = Draft::read(input, &settings)?;
        if draft.bytes > settings.most_bytes() {
            return Err(invalid("Message too long"));
        }
        if let Some(mark) = Marks::drawn(drawn, &DIALECT, &[&draft.body])?.at(0) {
            return Err(mark.refusal(&DIALECT));
        }
        // One message in, one confirmation out.
        self.store(input, vec![draft], None).map(|mut sent| sent.remove(0))
    }

    pub(super) fn publish_batch(&self, input: &Part<'_>, drawn: &Drawn) -> Result<BatchResult, Refusal> {
        let settings = self.lock().topic(input)?.settings.clone();
        let entries = input.list("PublishBatchRequestEntries.member");
        let bodies: Vec<&str> =
            entries.iter().map(|entry| entry.get("Message").unwrap_or_default()).collect();
        let marks = Marks::drawn(drawn, &DIALECT, &bodies)?;
        let drafts = read(&entries, &settings)?;
        let size =
            AppliedBatch { entries: drafts.len(), bytes: drafts.iter().map(|(_, draft)| draft.bytes).sum() };
        if size.bytes > settings.most_bytes() {
            let message = "The length of all the messages put together is more than the limit.";
            return Err(Refusal::new(&BATCH_REQUEST_TOO_LONG, message));
        }
        let (mut ids, mut valid, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for (index, (id, draft)) in drafts.into_iter().enumerate() {
            if let Some(Mark { code, sender_fault }) = marks.at(index) {
                failed.push((id, code.to_owned(), sender_fault));
            } else {
                ids.push(id);
                valid.push(draft);
            }
        }
        let sent = self.store(input, valid, Some(size))?;
        Ok(BatchResult { successful: ids.into_iter().zip(sent).collect(), failed })
    }

    /// Puts valid messages into the topic, in this order.
    fn store(
        &self,
        input: &Part<'_>,
        drafts: Vec<Draft>,
        batch: Option<AppliedBatch>,
    ) -> Result<Vec<Sent>, Refusal> {
        let now = self.now().at;
        let mut state = self.lock();
        state.memory.check_room(drafts.iter().map(|draft| weight(draft.bytes)).sum())?;
        let ids: Vec<String> = drafts.iter().map(|_| state.next_id()).collect();
        let topic = state.topic(input)?;
        let before = topic.history.bytes;
        let sent =
            drafts.into_iter().zip(ids).map(|(draft, id)| Sent(topic.accept(draft, id, now))).collect();
        if let Some(batch) = batch {
            topic.record(batch);
        }
        let added = topic.history.bytes - before;
        state.memory.remember(added);
        Ok(sent)
    }
}

impl Sent {
    pub(super) fn write(&self, xml: &mut Xml) {
        xml.text("MessageId", &self.0.message_id);
        if let Some(number) = &self.0.sequence_number {
            xml.text("SequenceNumber", number);
        }
    }
}

impl BatchResult {
    pub(super) fn write(&self, xml: &mut Xml) {
        xml.element("Failed", |xml| {
            for (id, code, sender_fault) in &self.failed {
                xml.element("member", |xml| {
                    xml.text("Id", id);
                    xml.text("Code", code);
                    xml.text("Message", "a fault of the plan");
                    xml.text("SenderFault", &sender_fault.to_string());
                });
            }
        });
        xml.element("Successful", |xml| {
            for (id, sent) in &self.successful {
                xml.element("member", |xml| {
                    xml.text("Id", id);
                    sent.write(xml);
                });
            }
        });
    }
}

/// The messages of a batch with their ids. As in the service, one that is invalid spoils all of them.
fn read(entries: &[Part<'_>], settings: &Settings) -> Result<Vec<(String, Draft)>, Refusal> {
    match entries.len() {
        0 => {
            return Err(Refusal::new(&EMPTY_BATCH_REQUEST, "The batch request doesn't contain any entries."));
        }
        1..=MOST_ENTRIES => {}
        _ => {
            let message = "The batch request contains more entries than permissible.";
            return Err(Refusal::new(&TOO_MANY_ENTRIES, message));
        }
    }
    let mut seen = BTreeSet::new();
    let read = |entry: &Part<'_>| {
        let id = entry.get("Id").filter(|id| is_id(id));
        let id =
            id.ok_or_else(|| Refusal::new(&INVALID_BATCH_ENTRY_ID, "The Id of a batch entry is invalid."))?;
        if !seen.insert(id.to_owned()) {
            let message = "Two or more batch entries in the request have the same Id.";
            return Err(Refusal::new(&BATCH_ENTRY_IDS_NOT_DISTINCT, message));
        }
        Ok((id.to_owned(), Draft::read(entry, settings)?))
    };
    entries.iter().map(read).collect()
}

fn is_id(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=80).contains(&id.len()) && id.bytes().all(plain)
}

const MOST_ENTRIES: usize = 10;
