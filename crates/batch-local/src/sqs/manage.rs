//! The operations on queues as a whole.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::time::Duration;

use super::call::Sqs;
use super::code::{
    INVALID_ATTRIBUTE_NAME, INVALID_PARAMETER_VALUE, MISSING_PARAMETER, PURGE_QUEUE_IN_PROGRESS,
    QUEUE_NAME_EXISTS,
};
use super::queue::Queue;
use super::rules::rule_of;
use super::settings::Settings;
use super::state::{missing, name_in};
use super::wire::{
    CreateQueue, GetQueueAttributes, GetQueueUrl, ListQueues, Nothing, OfQueue, QueueAttributes, QueueUrl,
    QueueUrls,
};
use crate::account::{self, ACCOUNT};
use crate::refusal::Refusal;

impl Sqs {
    pub(super) fn create_queue(&self, input: CreateQueue, base_url: &str) -> Result<QueueUrl, Refusal> {
        let name = required(input.queue_name, "QueueName")?;
        let given = input.attributes.unwrap_or_default();
        let settings = Settings::new(&given)?;
        check_name(&name, settings.fifo)?;
        let queue_url = url(base_url, &name);
        let now = self.now();
        let mut state = self.lock();
        match state.queues.get(&name) {
            Some(queue) if queue.settings.agree_with(&given) => {}
            Some(_) => {
                let message =
                    "A queue already exists with the same name and a different value for an attribute.";
                return Err(Refusal::new(&QUEUE_NAME_EXISTS, message));
            }
            None => state.create(name, settings, now)?,
        }
        Ok(QueueUrl { queue_url })
    }

    pub(super) fn delete_queue(&self, input: &OfQueue) -> Result<Nothing, Refusal> {
        self.lock().delete(input.queue_url.as_deref(), self.now())?;
        Ok(Nothing {})
    }

    pub(super) fn queue_attributes(&self, input: GetQueueAttributes) -> Result<QueueAttributes, Refusal> {
        let wanted = input.attribute_names.unwrap_or_default();
        if let Some(name) = wanted.iter().find(|name| !is_shown(name)) {
            return Err(Refusal::new(&INVALID_ATTRIBUTE_NAME, format!("Unknown Attribute {name}.")));
        }
        let name = name_in(input.queue_url.as_deref())?.to_owned();
        let now = self.now();
        let mut state = self.lock();
        let queue = state.queue(input.queue_url.as_deref())?;
        queue.settle(now);
        let mut attributes = shown(queue, &name);
        attributes.retain(|name, _| wanted.iter().any(|wanted| wanted == "All" || wanted == name));
        Ok(QueueAttributes { attributes })
    }

    pub(super) fn queue_url(&self, input: GetQueueUrl, base_url: &str) -> Result<QueueUrl, Refusal> {
        let name = required(input.queue_name, "QueueName")?;
        if !self.lock().queues.contains_key(&name) {
            return Err(missing());
        }
        Ok(QueueUrl { queue_url: url(base_url, &name) })
    }

    pub(super) fn list_queues(&self, input: ListQueues, base_url: &str) -> Result<QueueUrls, Refusal> {
        let most = match input.max_results {
            None => MOST_LISTED,
            Some(count) => usize::try_from(count).ok().filter(|count| (1..=MOST_LISTED).contains(count)).ok_or_else(|| {
                let message = format!("Value {count} for parameter MaxResults is invalid. Reason: Must be between 1 and 1000.");
                Refusal::new(&INVALID_PARAMETER_VALUE, message)
            })?,
        };
        let prefix = input.queue_name_prefix.unwrap_or_default();
        // The token is the last name of the page before: it cannot go stale.
        let after = input.next_token.map_or(Bound::Unbounded, Bound::Excluded);
        let state = self.lock();
        let mut names = state
            .queues
            .range((after, Bound::Unbounded))
            .map(|(name, _)| name)
            .filter(|name| name.starts_with(&prefix));
        let page: Vec<&String> = names.by_ref().take(most).collect();
        let more = input.max_results.is_some() && names.next().is_some();
        Ok(QueueUrls {
            next_token: page.last().filter(|_| more).map(|name| (*name).clone()),
            queue_urls: page.into_iter().map(|name| url(base_url, name)).collect(),
        })
    }

    pub(super) fn purge_queue(&self, input: &OfQueue) -> Result<Nothing, Refusal> {
        let now = self.now();
        let mut state = self.lock();
        let queue = state.queue(input.queue_url.as_deref())?;
        if queue.purged_at.is_some_and(|at| now.at < at + PURGE_REST) {
            let message = "Only one PurgeQueue operation on a queue is allowed every 60 seconds.";
            return Err(Refusal::new(&PURGE_QUEUE_IN_PROGRESS, message));
        }
        queue.purged_at = Some(now.at);
        queue.shelf.clear();
        Ok(Nothing {})
    }
}

/// The value of a parameter that must be there.
pub(super) fn required(value: Option<String>, name: &str) -> Result<String, Refusal> {
    value.ok_or_else(|| {
        Refusal::new(&MISSING_PARAMETER, format!("The request must contain the parameter {name}."))
    })
}

fn url(base_url: &str, name: &str) -> String {
    format!("{base_url}/{ACCOUNT}/{name}")
}

fn check_name(name: &str, fifo: bool) -> Result<(), Refusal> {
    let stem = if fifo { name.strip_suffix(".fifo") } else { Some(name) };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if (1..=80).contains(&name.len()) && stem.is_some_and(|stem| !stem.is_empty() && stem.bytes().all(plain))
    {
        return Ok(());
    }
    let message = if fifo {
        "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length."
    } else {
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length."
    };
    Err(Refusal::new(&INVALID_PARAMETER_VALUE, message))
}

fn is_shown(name: &str) -> bool {
    name == "All" || COMPUTED.contains(&name) || rule_of(name).is_some()
}

fn shown(queue: &Queue, name: &str) -> BTreeMap<&'static str, String> {
    let counts = queue.shelf.counts();
    let created = (queue.created_millis / 1000).to_string();
    let computed = [
        counts.visible.to_string(),
        counts.delayed.to_string(),
        counts.in_flight.to_string(),
        created.clone(),
        created,
        account::arn("sqs", name),
    ];
    let settings = queue.settings.values().map(|(name, value)| (name, value.to_owned()));
    settings.chain(COMPUTED.into_iter().zip(computed)).collect()
}

const COMPUTED: [&str; 6] = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
    "QueueArn",
];
const MOST_LISTED: usize = 1_000;
/// How long a queue cannot be purged again.
const PURGE_REST: Duration = Duration::from_secs(60);
