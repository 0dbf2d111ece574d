//! The body of a `BatchWriteItem` request, from the writes or from the SDK's input.

use aws_sdk_dynamodb::operation::batch_write_item::BatchWriteItemInput;
use aws_sdk_dynamodb::types::WriteRequest;
use batch_smithy::json::push_escaped;
use batch_smithy::memory::for_body;

use crate::Write;
use crate::kind::Kind;
use crate::parts::Parts;
use crate::wire::{Unchecked, Unknown, Wire};
use crate::write::Attributes;

/// The body for this input; none if it has a value of a type that the SDK does not know.
pub(crate) fn of_input(input: &BatchWriteItemInput) -> Option<Vec<u8>> {
    let mut body = Body { json: for_body(BODY_BYTES), rules: Unchecked };
    body.input(input).ok()?;
    Some(body.json)
}

/// The same for these writes, most of which are encoded already. `bytes` is what they were measured with: exactly the
/// bytes of the body, or some more where it has several tables.
pub(crate) fn of_parts(parts: &Parts<'_>, bytes: usize, consumed_capacity: bool) -> Option<Vec<u8>> {
    let mut body = Body { json: for_body(bytes), rules: Unchecked };
    body.raw(r#"{"RequestItems":{"#);
    let written = match parts {
        Parts::One(target, writes) => body.table(target.table.as_str(), *writes),
        Parts::Several(parts) => body.enclosed(["", ""], parts, |body, (target, writes)| {
            body.table(target.table.as_str(), writes.iter().copied())
        }),
    };
    written.ok()?;
    body.raw("}");
    body.raw(if consumed_capacity { CONSUMED_CAPACITY } else { "" });
    body.raw("}");
    Some(body.json)
}

/// The bytes of a request to this table beside its writes, each of which is counted with the comma
/// after it: the last one has none.
pub(crate) fn fixed_bytes(table: &str, consumed_capacity: bool) -> usize {
    let capacity = if consumed_capacity { CONSUMED_CAPACITY } else { "" };
    r#"{"RequestItems":{}}"#.len() + table_bytes(table) - 2 * COMMA + capacity.len()
}

/// The bytes that a table takes of a request beside its writes, with the comma after it.
pub(crate) fn table_bytes(table: &str) -> usize {
    let mut escaped = Vec::new();
    push_escaped(&mut escaped, table);
    r#""":[]"#.len() + escaped.len() + COMMA
}

/// What follows every write of a table and every table but the last, in bytes.
pub(crate) const COMMA: usize = 1;

type Body = Wire<Unchecked>;

impl Body {
    /// A table and the writes to it.
    fn table<'a>(&mut self, name: &str, writes: impl IntoIterator<Item = &'a Write>) -> Result<(), Unknown> {
        self.text(["\"", "\":["], name);
        self.enclosed(["", "]"], writes, Self::write)
    }

    /// A write, which only a batch that no writer made has not encoded.
    #[inline]
    fn write(&mut self, write: &Write) -> Result<(), Unknown> {
        match write.encoded() {
            Some(encoded) => self.json.extend_from_slice(encoded.json()),
            None => self.change(write.kind(), ["{", "}"], write.attributes())?,
        }
        Ok(())
    }

    fn input(&mut self, input: &BatchWriteItemInput) -> Result<(), Unknown> {
        self.raw("{");
        if let Some(tables) = &input.request_items {
            self.enclosed([r#""RequestItems":{"#, "}"], tables, |body, (table, requests)| {
                body.text(["\"", "\":["], table);
                body.enclosed(["", "]"], requests, Self::request)
            })?;
        }
        for (name, value) in [
            ("ReturnConsumedCapacity", input.return_consumed_capacity().map(AsRef::as_ref)),
            ("ReturnItemCollectionMetrics", input.return_item_collection_metrics().map(AsRef::as_ref)),
        ] {
            if let Some(value) = value {
                self.text([if self.json.len() > 1 { ",\"" } else { "\"" }, "\":"], name);
                self.text(["\"", "\""], value);
            }
        }
        self.raw("}");
        Ok(())
    }

    fn request(&mut self, request: &WriteRequest) -> Result<(), Unknown> {
        match (request.put_request(), request.delete_request()) {
            (None, None) => self.raw("{}"),
            (Some(put), None) => self.change(Kind::Put, ["{", "}"], put.item())?,
            (None, Some(delete)) => self.change(Kind::Delete, ["{", "}"], delete.key())?,
            (Some(put), Some(delete)) => {
                self.change(Kind::Put, ["{", ","], put.item())?;
                self.change(Kind::Delete, ["", "}"], delete.key())?;
            }
        }
        Ok(())
    }

    fn change(
        &mut self,
        kind: Kind,
        [open, close]: [&str; 2],
        attributes: &Attributes,
    ) -> Result<(), Unknown> {
        self.raw(open);
        self.raw(kind.wire_name());
        self.members(attributes, 1)?;
        self.raw("}");
        self.raw(close);
        Ok(())
    }
}

const CONSUMED_CAPACITY: &str = r#","ReturnConsumedCapacity":"TOTAL""#;

/// Room for ordinary bodies, so that they are moved only a few times while they grow.
const BODY_BYTES: usize = 16 * 1024;
