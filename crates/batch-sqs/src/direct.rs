//! Requests that are written straight from the messages, without the SDK's input in between.
//!
//! Why: the input is a copy of every text of every message, made only to be written and dropped.
//! [`Known::written`](batch_smithy::Known::written) sends what is written here, or leaves the
//! request to the SDK.

use base64_simd::STANDARD;
use batch_smithy::EntryIds;
use batch_smithy::json::push_escaped;

use crate::{AttributeValue, Message};

/// The body for these messages, whose entries have these ids. `bytes` is the sum of their sizes as the
/// service counts; with another sum the body is the same, but its buffer grows.
pub(crate) fn json(url: &str, messages: &[Message], ids: &EntryIds<'_>, bytes: usize) -> Vec<u8> {
    // An eighth for escapes, as in JSON within JSON.
    let mut body = Body(Vec::with_capacity(url.len() + (messages.len() + 1) * ENTRY_BYTES + bytes * 9 / 8));
    body.text(r#"{"QueueUrl":"#, url);
    body.raw(r#","Entries":["#);
    for (position, (message, id)) in messages.iter().zip(ids.iter()).enumerate() {
        body.text(if position == 0 { r#"{"Id":"# } else { r#",{"Id":"# }, id);
        body.message(message);
        body.raw("}");
    }
    body.raw("]}");
    body.0
}

struct Body(Vec<u8>);

impl Body {
    /// All of a message but the id of its entry.
    fn message(&mut self, message: &Message) {
        self.text(r#","MessageBody":"#, message.body());
        if let Some(delay) = message.get_delay() {
            self.raw(r#","DelaySeconds":"#);
            self.raw(&delay.as_secs().to_string());
        }
        if message.attributes().len() > 0 {
            self.raw(r#","MessageAttributes":{"#);
            for (position, (name, value)) in message.attributes().enumerate() {
                self.text(if position == 0 { "" } else { "," }, name);
                self.attribute(value);
            }
            self.raw("}");
        }
        if let Some(header) = message.get_trace_header() {
            self.text(r#","MessageSystemAttributes":{"AWSTraceHeader":{"StringValue":"#, header);
            self.raw(r#","DataType":"String"}}"#);
        }
        if let Some(id) = message.get_deduplication_id() {
            self.text(r#","MessageDeduplicationId":"#, id);
        }
        if let Some(group) = message.get_group() {
            self.text(r#","MessageGroupId":"#, group);
        }
    }

    fn attribute(&mut self, value: &AttributeValue) {
        match value {
            AttributeValue::Binary { bytes, .. } => {
                self.raw(r#":{"BinaryValue":""#);
                STANDARD.encode_append(bytes, &mut self.0);
                self.raw("\"");
            }
            AttributeValue::Number { text, .. } | AttributeValue::String { text, .. } => {
                self.text(r#":{"StringValue":"#, text);
            }
        }
        self.text(r#","DataType":"#, &value.data_type());
        self.raw("}");
    }

    /// A string after what is before it.
    fn text(&mut self, before: &str, text: &str) {
        self.raw(before);
        self.raw("\"");
        push_escaped(&mut self.0, text);
        self.raw("\"");
    }

    fn raw(&mut self, json: &str) {
        self.0.extend_from_slice(json.as_bytes());
    }
}

/// Above what an entry comes to without its body and attributes: names, ids, punctuation.
const ENTRY_BYTES: usize = 128;

#[cfg(test)]
mod tests;
