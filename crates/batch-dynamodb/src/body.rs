//! The body of a `BatchWriteItem` request, from the SDK's input.
//!
//! Written by hand: a write has a dozen short texts, so that what a text costs beside its bytes
//! decides. Through `serde_json` a write costs twice as much.

use aws_sdk_dynamodb::operation::batch_write_item::BatchWriteItemInput;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, WriteRequest};
use aws_smithy_types::base64;
use batch_core::Batch;
use batch_smithy::json::need_escape;

use crate::Write;
use crate::item::quoted_bytes;
use crate::write::Attributes;

/// The body for this input; none if it has a value of a type that the SDK does not know.
pub(crate) fn of_input(input: &BatchWriteItemInput) -> Option<Vec<u8>> {
    let mut body = Body(Vec::with_capacity(BODY_BYTES));
    body.input(input)?;
    Some(body.0)
}

/// The same for the writes of this batch to this table, straight from where they are. The buffer has exactly
/// the size of the body, since the load of the batch is the sum of what its writes come to.
pub(crate) fn of_batch(table: &str, batch: &Batch<Write>, consumed_capacity: bool) -> Option<Vec<u8>> {
    let bytes = fixed_bytes(table, consumed_capacity) + batch.load().bytes;
    let mut body = Body(Vec::with_capacity(bytes));
    body.text([r#"{"RequestItems":{""#, r#"":["#], table)?;
    body.enclosed(["", "]}"], batch.entries(), |body, write| match write.is_delete() {
        true => body.delete(["{", "}"], write.attributes()),
        false => body.put(["{", "}"], write.attributes()),
    })?;
    body.raw(if consumed_capacity { CONSUMED_CAPACITY } else { "" });
    body.raw("}");
    Some(body.0)
}

/// The bytes of a request to this table beside its writes, each of which is counted with the comma
/// after it: the last one has none.
pub(crate) fn fixed_bytes(table: &str, consumed_capacity: bool) -> usize {
    let capacity = if consumed_capacity { CONSUMED_CAPACITY } else { "" };
    r#"{"RequestItems":{:[]}}"#.len() + quoted_bytes(table) + capacity.len() - COMMA
}

/// What follows every write of a request but the last, in bytes.
pub(crate) const COMMA: usize = 1;

struct Body(Vec<u8>);

impl Body {
    fn input(&mut self, input: &BatchWriteItemInput) -> Option<()> {
        self.raw("{");
        if let Some(tables) = &input.request_items {
            self.enclosed([r#""RequestItems":{"#, "}"], tables, |body, (table, requests)| {
                body.text(["\"", "\":["], table)?;
                body.enclosed(["", "]"], requests, Self::request)
            })?;
        }
        for (name, value) in [
            ("ReturnConsumedCapacity", input.return_consumed_capacity().map(AsRef::as_ref)),
            ("ReturnItemCollectionMetrics", input.return_item_collection_metrics().map(AsRef::as_ref)),
        ] {
            if let Some(value) = value {
                self.text([if self.0.len() > 1 { ",\"" } else { "\"" }, "\":"], name)?;
                self.text(["\"", "\""], value)?;
            }
        }
        self.raw("}");
        Some(())
    }

    fn request(&mut self, request: &WriteRequest) -> Option<()> {
        match (request.put_request(), request.delete_request()) {
            (None, None) => self.constant("{}"),
            (Some(put), None) => self.put(["{", "}"], put.item()),
            (None, Some(delete)) => self.delete(["{", "}"], delete.key()),
            (Some(put), Some(delete)) => {
                self.put(["{", ","], put.item())?;
                self.delete(["", "}"], delete.key())
            }
        }
    }

    fn put(&mut self, [open, close]: [&str; 2], item: &Attributes) -> Option<()> {
        self.raw(open);
        self.enclosed([r#""PutRequest":{"Item":{"#, "}}"], item, Self::member)?;
        self.constant(close)
    }

    fn delete(&mut self, [open, close]: [&str; 2], key: &Attributes) -> Option<()> {
        self.raw(open);
        self.enclosed([r#""DeleteRequest":{"Key":{"#, "}}"], key, Self::member)?;
        self.constant(close)
    }

    fn member(&mut self, (name, value): (&String, &AttributeValue)) -> Option<()> {
        self.text(["\"", "\":"], name)?;
        self.value(value)
    }

    /// A value under the name of its type.
    fn value(&mut self, value: &AttributeValue) -> Option<()> {
        match value {
            AttributeValue::B(blob) => self.blob([r#"{"B":""#, r#""}"#], blob),
            AttributeValue::Bool(true) => self.constant(r#"{"BOOL":true}"#),
            AttributeValue::Bool(false) => self.constant(r#"{"BOOL":false}"#),
            AttributeValue::Bs(set) => {
                self.enclosed([r#"{"BS":["#, "]}"], set, |body, blob| body.blob(["\"", "\""], blob))
            }
            AttributeValue::L(list) => self.enclosed([r#"{"L":["#, "]}"], list, Self::value),
            AttributeValue::M(map) => self.enclosed([r#"{"M":{"#, "}}"], map, Self::member),
            AttributeValue::N(text) => self.text([r#"{"N":""#, r#""}"#], text),
            AttributeValue::Ns(set) => self.texts([r#"{"NS":["#, "]}"], set),
            AttributeValue::Null(true) => self.constant(r#"{"NULL":true}"#),
            AttributeValue::S(text) => self.text([r#"{"S":""#, r#""}"#], text),
            AttributeValue::Ss(set) => self.texts([r#"{"SS":["#, "]}"], set),
            _ => None,
        }
    }

    fn texts(&mut self, around: [&str; 2], texts: &[String]) -> Option<()> {
        self.enclosed(around, texts, |body, text| body.text(["\"", "\""], text))
    }

    /// Elements with commas between them, and something around all of them.
    fn enclosed<T>(
        &mut self,
        [open, close]: [&str; 2],
        elements: impl IntoIterator<Item = T>,
        write: impl Fn(&mut Self, T) -> Option<()>,
    ) -> Option<()> {
        self.raw(open);
        let mut elements = elements.into_iter();
        if let Some(first) = elements.next() {
            write(self, first)?;
        }
        for element in elements {
            self.raw(",");
            write(self, element)?;
        }
        self.constant(close)
    }

    /// A text, its quotes a part of what is around it. Nearly none needs an escape, as one vectorised
    /// pass shows.
    #[inline]
    fn text(&mut self, [open, close]: [&str; 2], text: &str) -> Option<()> {
        self.raw(open);
        if need_escape(text) {
            let quoted = serde_json::to_string(text).ok()?;
            self.raw(quoted.get(1..quoted.len() - 1)?);
        } else {
            self.raw(text);
        }
        self.constant(close)
    }

    fn blob(&mut self, [open, close]: [&str; 2], blob: &Blob) -> Option<()> {
        self.raw(open);
        self.raw(&base64::encode(blob));
        self.constant(close)
    }

    #[inline]
    fn constant(&mut self, json: &str) -> Option<()> {
        self.raw(json);
        Some(())
    }

    #[inline]
    fn raw(&mut self, json: &str) {
        self.0.extend_from_slice(json.as_bytes());
    }
}

const CONSUMED_CAPACITY: &str = r#","ReturnConsumedCapacity":"TOTAL""#;

/// Room for ordinary bodies, so that they are moved only a few times while they grow.
const BODY_BYTES: usize = 16 * 1024;
