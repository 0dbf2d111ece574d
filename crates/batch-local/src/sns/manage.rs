//! The operations on topics themselves.

use super::call::Sns;
use super::draft::invalid;
use super::form::Part;
use super::topic::{Settings, Topic};
use crate::account::arn;
use crate::refusal::Refusal;

impl Sns {
    /// Makes a topic, unless there is the same already, and returns its ARN.
    pub(super) fn create_topic(&self, input: &Part<'_>) -> Result<String, Refusal> {
        let settings = settings(input)?;
        let name = input
            .get("Name")
            .filter(|name| is_name(name, settings.fifo))
            .ok_or_else(|| invalid("Topic Name"))?;
        let mut state = self.lock();
        let keeps = state.memory.keeps();
        let topic =
            state.topics.entry(name.to_owned()).or_insert_with(|| Topic::new(settings.clone(), keeps));
        if topic.settings != settings {
            return Err(invalid("Attributes Reason: Topic already exists with different attributes"));
        }
        Ok(arn("sns", name))
    }
}

fn settings(input: &Part<'_>) -> Result<Settings, Refusal> {
    let mut settings = Settings {
        fifo: false,
        content_based_deduplication: false,
        deduplication_per_group: false,
        maximum_message_size: None,
    };
    for entry in input.list("Attributes.entry") {
        let (key, value) = (entry.get("key").unwrap_or_default(), entry.get("value").unwrap_or_default());
        match (key, value) {
            ("ContentBasedDeduplication", "false" | "true") => {
                settings.content_based_deduplication = value == "true";
            }
            ("FifoThroughputScope", "MessageGroup" | "Topic") => {
                settings.deduplication_per_group = value == "MessageGroup";
            }
            ("FifoTopic", "false" | "true") => settings.fifo = value == "true",
            ("MaximumMessageSize", _) => {
                let bytes = value.parse().ok().filter(|bytes| (1_024..=1_048_576).contains(bytes));
                settings.maximum_message_size =
                    Some(bytes.ok_or_else(|| invalid("Attributes Reason: MaximumMessageSize"))?);
            }
            _ => return Err(invalid(&format!("Attributes Reason: {key}"))),
        }
    }
    let is_fifo_only = settings.content_based_deduplication || settings.deduplication_per_group;
    if is_fifo_only && !settings.fifo {
        return Err(invalid("Attributes Reason: only FIFO topics deduplicate"));
    }
    Ok(settings)
}

fn is_name(name: &str, is_fifo: bool) -> bool {
    let stem = if is_fifo { name.strip_suffix(".fifo") } else { Some(name) };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    name.len() <= 256 && stem.is_some_and(|stem| !stem.is_empty() && stem.bytes().all(plain))
}
