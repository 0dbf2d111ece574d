use std::collections::BTreeMap;

use anyhow::Context;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message};

use crate::input::Line;
use crate::queues::Kind;
use crate::send::{Fate, NUMBER, SentTo};

/// What reading a queue back showed.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// Lines that the queue held twice, and may have.
    pub(crate) doubled: usize,
    /// What must not be.
    pub(crate) faults: Vec<String>,
    /// Lines of a station that came after a later one of it.
    pub(crate) reordered: usize,
}

/// Reads a queue until it is empty, and holds it against what its writer answered.
pub(crate) async fn verify(
    client: &Client,
    sent: &SentTo,
    lines: &BTreeMap<usize, Line>,
    must_be_ordered: bool,
) -> anyhow::Result<Verdict> {
    let received = read_back(client, &sent.url).await?;
    let mut verdict = Verdict::default();
    let mut copies: BTreeMap<usize, usize> = BTreeMap::new();
    let mut last: BTreeMap<&str, usize> = BTreeMap::new();
    for message in &received {
        let Some(line) = line_of(message).and_then(|number| lines.get(&number)) else {
            verdict.faults.push("a message that was never sent".into());
            continue;
        };
        if message.body() != Some(line.text.as_str()) {
            verdict.faults.push(format!("line {} came back altered", line.number));
        }
        *copies.entry(line.number).or_default() += 1;
        let latest = last.entry(&line.station).or_default();
        verdict.reordered += usize::from(line.number < *latest);
        *latest = line.number.max(*latest);
    }
    for (&number, fate) in &sent.fates {
        verdict.judge(sent.kind, number, fate, copies.remove(&number).unwrap_or(0));
    }
    verdict.faults.extend(copies.keys().map(|number| format!("line {number} has no answer")));
    let unanswered = lines.keys().filter(|number| !sent.fates.contains_key(number));
    verdict.faults.extend(unanswered.map(|number| format!("line {number} has no answer")));
    if sent.kind == Kind::Fifo && must_be_ordered && verdict.reordered > 0 {
        verdict.faults.push(format!("{} lines came back out of order", verdict.reordered));
    }
    Ok(verdict)
}

impl Verdict {
    /// Whether the queue holds a line as often as its answer allows.
    fn judge(&mut self, kind: Kind, number: usize, fate: &Fate, copies: usize) {
        self.doubled += usize::from(copies > 1);
        let may_be_twice = kind == Kind::Standard;
        let fits = match fate {
            Fate::Delivered { maybe_doubled } => {
                copies == 1 || (copies > 1 && *maybe_doubled && may_be_twice)
            }
            Fate::HandedBack { maybe_delivered: true, .. } => copies <= 1 || may_be_twice,
            Fate::HandedBack { maybe_delivered: false, .. } => copies == 0,
        };
        if !fits {
            self.faults.push(format!("line {number} is in the queue {copies} times, its answer is {fate:?}"));
        }
    }
}

async fn read_back(client: &Client, url: &str) -> anyhow::Result<Vec<Message>> {
    let mut all = Vec::new();
    loop {
        let request = client.receive_message().queue_url(url).max_number_of_messages(10);
        let response = request.message_attribute_names(NUMBER).wait_time_seconds(0).send().await;
        let response = response
            .map_err(|error| anyhow::anyhow!("cannot read {url} back: {}", DisplayErrorContext(&error)))?;
        let messages = response.messages.unwrap_or_default();
        if messages.is_empty() {
            return Ok(all);
        }
        delete(client, url, &messages).await?;
        all.extend(messages);
    }
}

async fn delete(client: &Client, url: &str, messages: &[Message]) -> anyhow::Result<()> {
    let mut request = client.delete_message_batch().queue_url(url);
    for (index, message) in messages.iter().enumerate() {
        let entry = DeleteMessageBatchRequestEntry::builder().id(index.to_string());
        let entry = entry.set_receipt_handle(message.receipt_handle.clone()).build();
        request = request.entries(entry.context("a message has no receipt handle")?);
    }
    request.send().await.map_err(|error| anyhow::anyhow!("{}", DisplayErrorContext(&error)))?;
    Ok(())
}

fn line_of(message: &Message) -> Option<usize> {
    message.message_attributes()?.get(NUMBER)?.string_value()?.parse().ok()
}
