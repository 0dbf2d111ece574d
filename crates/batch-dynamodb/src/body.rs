//! The body of a `BatchWriteItem` request: JSON, written by `serde_json` from a borrowed view of the
//! SDK's input.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::batch_write_item::BatchWriteItemInput;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, WriteRequest};
use batch_smithy::json::{self, Base64, Text};
use serde::ser::{Error, Serialize, Serializer};

use crate::item::quoted_bytes;
use crate::write::Attributes;

/// The body for this input.
pub(crate) fn json(input: &BatchWriteItemInput) -> Result<Vec<u8>, serde_json::Error> {
    json::to_vec(&Body::from(input), BODY_BYTES)
}

/// The bytes of a request to this table beside its writes, each of which is counted with the comma
/// after it: the last one has none.
pub(crate) fn fixed_bytes(table: &str, consumed_capacity: bool) -> usize {
    let capacity = if consumed_capacity { r#","ReturnConsumedCapacity":"TOTAL""# } else { "" };
    r#"{"RequestItems":{:[]}}"#.len() + quoted_bytes(table) + capacity.len() - COMMA
}

/// What follows every write of a request but the last, in bytes.
pub(crate) const COMMA: usize = 1;

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    request_items: Option<Tables<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    return_consumed_capacity: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    return_item_collection_metrics: Option<Text<'a>>,
}

impl<'a> From<&'a BatchWriteItemInput> for Body<'a> {
    fn from(input: &'a BatchWriteItemInput) -> Self {
        let capacity = input.return_consumed_capacity.as_ref();
        let metrics = input.return_item_collection_metrics.as_ref();
        Self {
            request_items: input.request_items.as_ref().map(Tables),
            return_consumed_capacity: capacity.map(|capacity| Text(capacity.as_str())),
            return_item_collection_metrics: metrics.map(|metrics| Text(metrics.as_str())),
        }
    }
}

struct Tables<'a>(&'a HashMap<String, Vec<WriteRequest>>);

impl Serialize for Tables<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(table, requests)| (table, Requests(requests))))
    }
}

struct Requests<'a>(&'a [WriteRequest]);

impl Serialize for Requests<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Request::from))
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Request<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    put_request: Option<Put<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delete_request: Option<Delete<'a>>,
}

impl<'a> From<&'a WriteRequest> for Request<'a> {
    fn from(request: &'a WriteRequest) -> Self {
        Self {
            put_request: request.put_request.as_ref().map(|put| Put { item: Map(&put.item) }),
            delete_request: request.delete_request.as_ref().map(|delete| Delete { key: Map(&delete.key) }),
        }
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Put<'a> {
    item: Map<'a>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "PascalCase")]
struct Delete<'a> {
    key: Map<'a>,
}

struct Map<'a>(&'a Attributes);

impl Serialize for Map<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, Value(value))))
    }
}

/// A value under the name of its type.
struct Value<'a>(&'a AttributeValue);

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            AttributeValue::B(blob) => tagged(serializer, "B", &base64(blob)),
            AttributeValue::Bool(value) => tagged(serializer, "BOOL", value),
            AttributeValue::Bs(set) => tagged(serializer, "BS", &List(set, base64)),
            AttributeValue::L(list) => tagged(serializer, "L", &List(list, Value)),
            AttributeValue::M(map) => tagged(serializer, "M", &Map(map)),
            AttributeValue::N(number) => tagged(serializer, "N", &text(number)),
            AttributeValue::Ns(set) => tagged(serializer, "NS", &List(set, text)),
            AttributeValue::Null(value) => tagged(serializer, "NULL", value),
            AttributeValue::S(string) => tagged(serializer, "S", &text(string)),
            AttributeValue::Ss(set) => tagged(serializer, "SS", &List(set, text)),
            _ => Err(Error::custom("the SDK does not know the type of a value")),
        }
    }
}

fn tagged<S: Serializer>(
    serializer: S,
    tag: &'static str,
    value: &impl Serialize,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_newtype_variant("AttributeValue", 0, tag, value)
}

fn base64(blob: &Blob) -> Base64<'_> {
    Base64(blob.as_ref())
}

fn text(text: &impl AsRef<str>) -> Text<'_> {
    Text(text.as_ref())
}

/// A list, each of its elements in this form.
struct List<'a, T, F>(&'a [T], F);

impl<'a, T, F: Fn(&'a T) -> V, V: Serialize> Serialize for List<'a, T, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(&self.1))
    }
}

/// Room for ordinary bodies, so that they are moved only a few times while they grow.
const BODY_BYTES: usize = 16 * 1024;
