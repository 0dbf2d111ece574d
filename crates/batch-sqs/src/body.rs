//! The body of a `SendMessageBatch` request: JSON, written by `serde_json` from a borrowed view of
//! the SDK's input.

use std::collections::HashMap;

use aws_sdk_sqs::operation::send_message_batch::SendMessageBatchInput;
use aws_sdk_sqs::types::{
    MessageAttributeValue, MessageSystemAttributeNameForSends, MessageSystemAttributeValue,
    SendMessageBatchRequestEntry,
};
use batch_smithy::json::{self, Base64, Text};
use serde::{Serialize, Serializer};

/// The body for this input.
pub(crate) fn json(input: &SendMessageBatchInput) -> Result<Vec<u8>, serde_json::Error> {
    let body = Body { queue_url: input.queue_url.as_deref(), entries: input.entries.as_deref().map(Entries) };
    json::to_vec(&body, expected_bytes(input))
}

/// Room enough for nearly every body, so that it is not moved while it grows.
fn expected_bytes(input: &SendMessageBatchInput) -> usize {
    input.entries().iter().map(expected_entry_bytes).sum::<usize>() + ENTRY_BYTES
}

fn expected_entry_bytes(entry: &SendMessageBatchRequestEntry) -> usize {
    let value = |value: &MessageAttributeValue| {
        value.string_value().map_or(0, str::len)
            + value.binary_value().map_or(0, |blob| 2 * blob.as_ref().len())
    };
    let attributes = entry.message_attributes.iter().flatten();
    let attributes = attributes.map(|(name, known)| ATTRIBUTE_BYTES + name.len() + value(known));
    // An eighth for escapes, as in JSON within JSON.
    ENTRY_BYTES + entry.message_body.len() * 9 / 8 + attributes.sum::<usize>()
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entries: Option<Entries<'a>>,
}

struct Entries<'a>(&'a [SendMessageBatchRequestEntry]);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Entry::from))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry<'a> {
    id: Text<'a>,
    message_body: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delay_seconds: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_attributes: Option<Attributes<'a, String, MessageAttributeValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_system_attributes:
        Option<Attributes<'a, MessageSystemAttributeNameForSends, MessageSystemAttributeValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_deduplication_id: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_group_id: Option<Text<'a>>,
}

impl<'a> From<&'a SendMessageBatchRequestEntry> for Entry<'a> {
    fn from(entry: &'a SendMessageBatchRequestEntry) -> Self {
        Self {
            id: Text(&entry.id),
            message_body: Text(&entry.message_body),
            delay_seconds: entry.delay_seconds,
            message_attributes: entry.message_attributes.as_ref().map(Attributes),
            message_system_attributes: entry.message_system_attributes.as_ref().map(Attributes),
            message_deduplication_id: entry.message_deduplication_id.as_deref().map(Text),
            message_group_id: entry.message_group_id.as_deref().map(Text),
        }
    }
}

struct Attributes<'a, K, V>(&'a HashMap<K, V>);

impl<'a, K: AsRef<str>, V> Serialize for Attributes<'a, K, V>
where
    Value<'a>: From<&'a V>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name.as_ref(), Value::from(value))))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Value<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    string_value: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    binary_value: Option<Base64<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    string_list_values: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    binary_list_values: Option<Vec<Base64<'a>>>,
    data_type: Text<'a>,
}

/// Attributes of messages and of the system have types of their own, which are alike.
macro_rules! value_from {
    ($($attribute:ty)*) => {$(
        impl<'a> From<&'a $attribute> for Value<'a> {
            fn from(value: &'a $attribute) -> Self {
                Self {
                    string_value: value.string_value.as_deref().map(Text),
                    binary_value: value.binary_value.as_ref().map(|blob| Base64(blob.as_ref())),
                    string_list_values: value.string_list_values.as_deref(),
                    binary_list_values: value.binary_list_values.as_ref().map(|list| list.iter().map(|blob| Base64(blob.as_ref())).collect()),
                    data_type: Text(&value.data_type),
                }
            }
        }
    )*};
}

value_from!(MessageAttributeValue MessageSystemAttributeValue);

/// Above what an entry comes to without its body and attributes: names, ids, punctuation.
const ENTRY_BYTES: usize = 256;

/// The same of an attribute.
const ATTRIBUTE_BYTES: usize = 96;
