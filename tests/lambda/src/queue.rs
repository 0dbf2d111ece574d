//! The queue whose messages are the events, as Lambda's event source mapping reads it; and what must be true of each response.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

/// A message, and the lines of its order.
pub(crate) struct Message {
    id: String,
    body: String,
    lines: Vec<String>,
    receives: u32,
}

/// Messages that wait, and what became of the others.
#[derive(Default)]
pub(crate) struct Queue {
    waiting: VecDeque<Message>,
    /// The ids of messages that no attempt can process.
    bad: BTreeSet<String>,
    pub(crate) tally: Tally,
}

/// What happened.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Messages that a response did not report, and whose lines were all in the table then.
    pub(crate) delivered: usize,
    /// Bad messages that were reported as often as the queue allows.
    pub(crate) dead: usize,
    /// Messages in responses as failures.
    pub(crate) reported: usize,
    /// Messages whose invocation had no response.
    pub(crate) returned: usize,
}

impl Queue {
    /// A queue with so many messages, each an order of up to three lines; one in a hundred is no order.
    pub(crate) fn filled(count: usize, random: &mut fastrand::Rng) -> Self {
        let mut queue = Self::default();
        for number in 0..count {
            let id = format!("message-{number}");
            let lines: Vec<_> = (0..random.usize(1..=3)).map(|line| format!("{number}-{line}")).collect();
            let body = match random.usize(..100) {
                0 => {
                    queue.bad.insert(id.clone());
                    "no order".to_owned()
                }
                _ => order(&lines).to_string(),
            };
            queue.waiting.push_back(Message { id, body, lines, receives: 0 });
        }
        queue
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Takes up to so many messages.
    pub(crate) fn receive(&mut self, most: usize) -> Vec<Message> {
        let count = most.min(self.waiting.len());
        let mut messages: Vec<_> = self.waiting.drain(..count).collect();
        messages.iter_mut().for_each(|message| message.receives += 1);
        messages
    }

    /// The invocation had no response: its messages are visible again.
    pub(crate) fn give_back(&mut self, messages: Vec<Message>) {
        self.tally.returned += messages.len();
        self.waiting.extend(messages);
    }

    /// Checks a response, and takes the messages that it reports back.
    pub(crate) fn complete(
        &mut self,
        messages: Vec<Message>,
        response: &Value,
        lines: &BTreeSet<String>,
    ) -> Result<()> {
        let mut known: BTreeMap<_, _> =
            messages.into_iter().map(|message| (message.id.clone(), message)).collect();
        for id in reported(response)? {
            let message =
                known.remove(&id).with_context(|| format!("{id} is reported, but not of this event"))?;
            self.tally.reported += 1;
            if self.bad.contains(&id) && message.receives >= RECEIVES {
                self.tally.dead += 1;
            } else {
                ensure!(message.receives < MOST_RECEIVES, "{id} failed {MOST_RECEIVES} times");
                self.waiting.push_back(message);
            }
        }
        for (id, message) in known {
            ensure!(!self.bad.contains(&id), "{id} holds no order, and was not reported");
            if let Some(line) = message.lines.iter().find(|line| !lines.contains(*line)) {
                bail!("line {line} is not in the table, and {id} was not reported");
            }
            self.tally.delivered += 1;
        }
        Ok(())
    }

    /// How many messages hold no order.
    pub(crate) fn bad(&self) -> usize {
        self.bad.len()
    }
}

/// The event that holds these messages.
pub(crate) fn event(messages: &[Message]) -> Value {
    let record = |message: &Message| {
        json!({
            "messageId": message.id,
            "receiptHandle": format!("{} {}", message.id, message.receives),
            "body": message.body,
            "attributes": { "ApproximateReceiveCount": message.receives.to_string() },
            "messageAttributes": {},
            "md5OfBody": "",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:orders",
            "awsRegion": "us-east-1",
        })
    };
    json!({ "Records": messages.iter().map(record).collect::<Vec<_>>() })
}

fn order(lines: &[String]) -> Value {
    let line = |id: &String| json!({ "id": id, "item": "shoes", "count": 1 });
    json!({ "lines": lines.iter().map(line).collect::<Vec<_>>() })
}

fn reported(response: &Value) -> Result<Vec<String>> {
    let failures = response["batchItemFailures"].as_array();
    let failures = failures.with_context(|| format!("it has no `batchItemFailures`: {response}"))?;
    let id = |failure: &Value| failure["itemIdentifier"].as_str().map(str::to_owned);
    failures.iter().map(|failure| id(failure).context("a failure has no `itemIdentifier`")).collect()
}

/// How often a bad message is received before it is dead.
const RECEIVES: u32 = 3;

/// More often, and something is wrong.
const MOST_RECEIVES: u32 = 30;
