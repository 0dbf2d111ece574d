//! Rejects what the service would reject in a message, apart from its size, and options that do not fit the
//! topic. "API" is the Amazon SNS API reference, "guide" the Amazon SNS developer guide.
//!
//! Which characters a body may have is not documented, but that it is UTF-8, which every string is.

use std::collections::HashSet;
use std::fmt;
use std::ops::RangeInclusive;

use aws_sdk_sns::Client;
use aws_sdk_sns::primitives::Blob;
use aws_sdk_sns::types::MessageAttributeValue;
use batch_core::{ConfigError, Invalid};
use batch_smithy::check::{attribute_name, characters, made_of, refuse, token};
use batch_smithy::{NameOrArn, Naming};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;

use crate::{Message, Sns, Topic};

/// How topics are named.
pub(crate) static NAMING: Naming = Naming {
    noun: "topic",
    service: "sns",
    resource: "",
    characters: TOPIC_NAME,
    punctuation: "-_",
    suffix: ".fifo",
};

/// Checks the options of a service.
pub(crate) fn options(sns: &Sns) -> Result<(), ConfigError> {
    let Sns { topic, client, .. } = sns;
    self::topic(topic, client)?;
    let option = match (sns.is_by_content, sns.has_group_quotas) {
        (true, _) => Some("content-based deduplication"),
        (false, true) => Some("a quota per group"),
        (false, false) => None,
    };
    if let Some(option) = option.filter(|_| !topic.is_fifo()) {
        return Err(ConfigError::Unsupported(format!(
            "{option} requires a FIFO topic, but {topic} is a standard topic: its name does not end in \".fifo\""
        )));
    }
    let (least, most) = TOPIC_MAXIMUM.into_inner();
    match sns.max_message_bytes {
        value if value > most => {
            Err(ConfigError::AboveLimit { setting: MAX_MESSAGE_BYTES, value, limit: most })
        }
        value if value < least => Err(ConfigError::BelowNeed {
            setting: MAX_MESSAGE_BYTES,
            value,
            needed: least,
            why: "the size that every topic accepts",
        }),
        _ => Ok(()),
    }
}

/// Checks a message for a FIFO or a standard topic.
pub(crate) fn message(message: &Message, fifo: bool) -> Result<(), Invalid> {
    body(message)?;
    if let Some(text) = message.get_subject() {
        subject(text)?;
    }
    match message.get_group() {
        Some(group) => token("group", group)?,
        None if fifo => return refuse(NO_GROUP),
        None => {}
    }
    match message.get_deduplication_id() {
        Some(_) if !fifo => return refuse(NOT_FIFO),
        Some(id) => token("deduplication id", id)?,
        None => {}
    }
    for (name, value) in message.attributes() {
        attribute(name, value).map_err(|invalid| invalid.at(format!("attribute {name:?}")))?;
    }
    Ok(())
}

fn topic(topic: &Topic, client: &Client) -> Result<(), ConfigError> {
    match &topic.0 {
        NameOrArn::Arn(_) => topic.0.check(&NAMING, client.config().region()),
        NameOrArn::Name(name) => Err(ConfigError::Unsupported(format!(
            "{name:?} is not an ARN, and Amazon SNS publishes to ARNs only: \
             arn:aws:sns:<region>:<12-digit account>:<name>; `aws sns list-topics` shows those of your topics"
        ))),
    }
}

fn body(message: &Message) -> Result<(), Invalid> {
    if message.body().is_empty() {
        return refuse("the body is empty, which SNS does not accept; send a placeholder such as {}");
    }
    match message.get_message_structure() {
        Some(_) if serde_json::from_str::<Structure>(message.body()).is_err() => refuse(NOT_STRUCTURED),
        _ => Ok(()),
    }
}

fn subject(subject: &str) -> Result<(), Invalid> {
    characters("subject", subject, SUBJECT, "shorten it")?;
    if subject.is_empty() {
        return refuse("the subject is empty; omit it, or add a character");
    }
    let is_allowed = |character: char| !character.is_control() && !LINE_BREAKS.contains(&character);
    made_of("subject", subject, is_allowed, "text without line breaks and control characters")
}

/// The attribute of this value, by whose kind the service has a type, or one without a value.
pub(crate) fn typed(value: Value) -> MessageAttributeValue {
    let (data_type, text) = match value {
        Value::String(text) => ("String", Some(text)),
        Value::Number(number) => ("Number", Some(number.to_string())),
        Value::Array(_) => ("String.Array", Some(value.to_string())),
        Value::Null | Value::Bool(_) | Value::Object(_) => ("String", None),
    };
    let text = text.map(exact);
    let typed = MessageAttributeValue::builder().data_type(data_type).set_string_value(text).build();
    typed.expect(HAS_TYPE)
}

/// The attribute of these bytes.
pub(crate) fn binary(bytes: Vec<u8>) -> MessageAttributeValue {
    let blob = Blob::new(bytes.into_boxed_slice());
    MessageAttributeValue::builder().data_type("Binary").binary_value(blob).build().expect(HAS_TYPE)
}

/// The text without room for more, so that an attribute occupies as many bytes as it counts.
pub(crate) fn exact(text: String) -> String {
    text.into_boxed_str().into_string()
}

fn attribute(name: &str, value: &MessageAttributeValue) -> Result<(), Invalid> {
    attribute_name(name)?;
    let is_empty = |blob: &Blob| blob.as_ref().is_empty();
    match (value.data_type(), value.string_value()) {
        ("Binary", _) if !value.binary_value().is_none_or(is_empty) => Ok(()),
        (_, None) if value.binary_value().is_none() => {
            refuse("the value of an attribute is neither a text, nor a number, nor an array; convert it")
        }
        (_, None | Some("")) => {
            refuse("the value of an attribute is empty, which SNS does not accept; omit the attribute")
        }
        ("String.Array", Some(text)) if !is_array(text) => {
            refuse("the value of an attribute is an array within an array or of objects; flatten it")
        }
        _ => Ok(()),
    }
}

fn is_array(text: &str) -> bool {
    let values = serde_json::from_str::<Vec<Value>>(text).unwrap_or_default();
    !values.iter().any(|value| value.is_array() || value.is_object())
}

/// A JSON object with different keys and a text under `default`, and nothing that is kept of it.
struct Structure;

impl<'de> Deserialize<'de> for Structure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self)
    }
}

impl<'de> Visitor<'de> for Structure {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a text under `default`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        let (mut keys, mut has_default) = (HashSet::new(), false);
        while let Some((key, value)) = map.next_entry::<String, Value>()? {
            has_default |= key == "default" && value.is_string();
            if !keys.insert(key) {
                return Err(A::Error::custom("a key is there twice"));
            }
        }
        if has_default { Ok(self) } else { Err(A::Error::missing_field("default")) }
    }
}

/// Characters of a subject. The reference (API, `PublishBatchRequestEntry`) says "less than 100", but the
/// service accepts 100: AWS Config shortens its subjects to that.
const SUBJECT: usize = 100;

/// What a topic's `MaximumMessageSize` may be, in bytes (API, `CreateTopic`).
const TOPIC_MAXIMUM: RangeInclusive<usize> = 1_024..=1_048_576;

/// Characters of a topic's name, `.fifo` included (API, `CreateTopic`).
const TOPIC_NAME: RangeInclusive<usize> = 1..=256;

const HAS_TYPE: &str = "an attribute needs a type, and it is set";

const LINE_BREAKS: [char; 2] = ['\u{2028}', '\u{2029}'];

const MAX_MESSAGE_BYTES: &str = "Sns::max_message_bytes";

const NO_GROUP: &str = "the message has no group, and a FIFO topic needs one; set it with `Message::group`";

const NOT_FIFO: &str = "the message has a deduplication id, which only FIFO topics accept; omit it";

const NOT_STRUCTURED: &str = "the body is not a JSON object with a text under \"default\" and no key twice, which the \
                              message structure requires; add it, or omit `Message::message_structure_json`";

#[cfg(test)]
mod tests;
