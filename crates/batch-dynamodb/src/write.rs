use std::collections::{BTreeMap, HashMap};
use std::fmt;

use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, PutRequest, WriteRequest};
use serde::Serialize;

use crate::item::Weight;
use crate::{ItemError, item_bytes, json};

/// An item, or a key.
pub(crate) type Attributes = HashMap<String, AttributeValue>;

/// One write: an item to put, or the key of an item to delete.
///
/// Whatever the service would refuse is refused when the write is submitted, never here. A put
/// replaces the item of the same key as a whole.
///
/// `Debug` shows kind, sizes and the names and types of attributes, never a value.
///
/// ```
/// use std::collections::HashMap;
/// use batch_dynamodb::{AttributeValue, Write};
///
/// let item = HashMap::from([("pk".to_owned(), AttributeValue::S("sku-17".to_owned()))]);
/// let write = Write::put(item.clone());
/// assert_eq!(write.attributes(), &item);
/// assert!(Write::delete(item).is_delete());
/// ```
#[derive(Clone, PartialEq)]
#[must_use]
pub struct Write {
    kind: Kind,
    attributes: Attributes,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Delete,
    Put,
}

impl Write {
    /// A put of this item.
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use batch_dynamodb::{AttributeValue, Write};
    ///
    /// let write = Write::put(HashMap::from([
    ///     ("pk".to_owned(), AttributeValue::S("sku-17".to_owned())),
    ///     ("sizes".to_owned(), AttributeValue::Ns(vec!["40".to_owned(), "40.5".to_owned()])),
    /// ]));
    /// # let _ = write;
    /// ```
    pub fn put(item: HashMap<String, AttributeValue>) -> Self {
        Self { kind: Kind::Put, attributes: item }
    }

    /// A delete of the item of this key, which is the table's whole primary key and nothing else.
    /// That there is no such item is no failure.
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use batch_dynamodb::{AttributeValue, Write};
    ///
    /// let write = Write::delete(HashMap::from([("pk".to_owned(), AttributeValue::S("sku-17".to_owned()))]));
    /// # let _ = write;
    /// ```
    pub fn delete(key: HashMap<String, AttributeValue>) -> Self {
        Self { kind: Kind::Delete, attributes: key }
    }

    /// A put of the item that this value is as JSON: [`put_json`](Self::put_json) of what `serde_json`
    /// writes of it, which has no NaN and no infinity (they become `null`), no bytes and no sets.
    ///
    /// ```
    /// use batch_dynamodb::Write;
    ///
    /// #[derive(serde::Serialize)]
    /// struct Order {
    ///     id: u128,
    /// }
    ///
    /// let write = Write::json(&Order { id: 98_765_432_109_876_543_210 })?;
    /// assert_eq!(write.to_json().as_deref(), Some(r#"{"id":98765432109876543210}"#));
    /// # Ok::<(), batch_dynamodb::ItemError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the value cannot be written as JSON, and as for [`put_json`](Self::put_json).
    pub fn json(value: &impl Serialize) -> Result<Self, ItemError> {
        let text = serde_json::to_string(value).map_err(|error| ItemError::Serialize(error.into()))?;
        Self::put_json(&text)
    }

    /// A put of the item that this JSON object is: a string, a number or a Boolean becomes the same,
    /// `null` a null, an array a list, an object a map. Numbers keep every digit.
    ///
    /// DynamoDB JSON, in which each value stands in an object that names its type (`{"pk": {"S": "a"}}`, the lines
    /// of exports), is not understood: such objects become maps, and a key that is one is refused by `submit`.
    ///
    /// The text itself is not kept; [`to_json`](Self::to_json) writes an equal one.
    ///
    /// ```
    /// use batch_dynamodb::{AttributeValue, Write};
    ///
    /// let write = Write::put_json(r#"{"pk": "sku-17", "price": 12345678901234567890.12345678901234567890}"#)?;
    /// let price = AttributeValue::N("12345678901234567890.12345678901234567890".to_owned());
    /// assert_eq!(write.attributes()["price"], price);
    /// # Ok::<(), batch_dynamodb::ItemError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the text is not JSON, no object, has two members of one name in an object, or is nested
    /// above 32 levels. Errors say where, and never show the text.
    pub fn put_json(text: &str) -> Result<Self, ItemError> {
        json::attributes(text).map(Self::put)
    }

    /// A put of the item that `serde_dynamo` makes of this value, with whose helpers it may have
    /// bytes and sets. It writes a NaN or an infinity as it is, which `submit` then refuses.
    ///
    /// ```
    /// use batch_dynamodb::{AttributeValue, Write};
    ///
    /// #[derive(serde::Serialize)]
    /// struct Order {
    ///     pk: String,
    ///     amount: i64,
    /// }
    ///
    /// let write = Write::serialize(&Order { pk: "order-7".to_owned(), amount: 12 })?;
    /// assert_eq!(write.attributes()["amount"], AttributeValue::N("12".to_owned()));
    /// # Ok::<(), batch_dynamodb::ItemError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the value is no struct and no map with strings for keys, or has a part that `serde_dynamo` does
    /// not write: integers of 128 bits, for which [`json`](Self::json) has room, since its numbers stay text.
    #[cfg(feature = "serde")]
    pub fn serialize(value: &impl Serialize) -> Result<Self, ItemError> {
        let item = serde_dynamo::to_item(value).map_err(|error| ItemError::Serialize(error.into()))?;
        Ok(Self::put(item))
    }

    /// Whether it is a delete and not a put.
    #[must_use]
    pub fn is_delete(&self) -> bool {
        self.kind == Kind::Delete
    }

    /// The item of a put, the key of a delete.
    #[must_use]
    pub fn attributes(&self) -> &HashMap<String, AttributeValue> {
        &self.attributes
    }

    /// The item of a put, the key of a delete.
    #[must_use]
    pub fn into_attributes(self) -> HashMap<String, AttributeValue> {
        self.attributes
    }

    /// What DynamoDB counts the item of a put, or the key of a delete, in bytes; see
    /// [`item_bytes`](crate::item_bytes).
    #[must_use]
    pub fn item_bytes(&self) -> usize {
        item_bytes(&self.attributes)
    }

    /// The attributes as a JSON object; none if there are sets or bytes among them, for which JSON
    /// has no form. Members are in the order of their names; every digit of a number is as it was.
    /// [`put_json`](Self::put_json) makes the same put of it.
    ///
    /// ```
    /// use batch_dynamodb::Write;
    ///
    /// let write = Write::put_json(r#"{"pk": "sku-17", "old": null, "price": 1.50}"#)?;
    /// assert_eq!(write.to_json().as_deref(), Some(r#"{"old":null,"pk":"sku-17","price":1.50}"#));
    /// # Ok::<(), batch_dynamodb::ItemError>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> Option<String> {
        json::text(&self.attributes)
    }

    /// Adds what `submit` generated. There must be no such attribute yet.
    pub(crate) fn insert(&mut self, name: String, value: AttributeValue) {
        self.attributes.insert(name, value);
    }

    /// What its attributes weigh, with the whole write on the wire.
    pub(crate) fn weight(&self) -> Weight {
        let around = match self.kind {
            Kind::Delete => r#"{"DeleteRequest":{"Key":}}"#,
            Kind::Put => r#"{"PutRequest":{"Item":}}"#,
        };
        let weight = Weight::of_attributes(&self.attributes);
        Weight { wire: weight.wire + around.len(), ..weight }
    }

    /// The write as the SDK has it. It copies the attributes, which stay with the writer until the
    /// service has accepted them.
    pub(crate) fn request(&self) -> WriteRequest {
        let attributes = Some(self.attributes.clone());
        // Sets the fields themselves: a setter of the builder moves the whole request.
        let mut request = WriteRequest::builder().build();
        match self.kind {
            Kind::Delete => {
                let delete = DeleteRequest::builder().set_key(attributes).build();
                request.delete_request = Some(delete.expect("a delete needs a key, and it is set"));
            }
            Kind::Put => {
                let put = PutRequest::builder().set_item(attributes).build();
                request.put_request = Some(put.expect("a put needs an item, and it is set"));
            }
        }
        request
    }
}

impl fmt::Debug for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sorted: BTreeMap<_, _> = self.attributes.iter().collect();
        let shown: BTreeMap<_, _> =
            sorted.into_iter().take(SHOWN).map(|(name, value)| (name, type_of(value))).collect();
        f.debug_struct("Write")
            .field("kind", &self.kind)
            .field("bytes", &self.item_bytes())
            .field("count", &self.attributes.len())
            .field("attributes", &shown)
            .finish()
    }
}

/// The attribute of this name. All names are looked at, which costs less than to hash one where they
/// are few; where they are many, looking at all values costs more by far.
pub(crate) fn attribute<'a>(attributes: &'a Attributes, name: &str) -> Option<&'a AttributeValue> {
    attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// The type of a value, as AWS spells it.
pub(crate) fn type_of(value: &AttributeValue) -> &'static str {
    match value {
        AttributeValue::B(_) => "B",
        AttributeValue::Bool(_) => "BOOL",
        AttributeValue::Bs(_) => "BS",
        AttributeValue::L(_) => "L",
        AttributeValue::M(_) => "M",
        AttributeValue::N(_) => "N",
        AttributeValue::Ns(_) => "NS",
        AttributeValue::Null(_) => "NULL",
        AttributeValue::S(_) => "S",
        AttributeValue::Ss(_) => "SS",
        _ => "of a type that the SDK does not know",
    }
}

/// How many attributes `Debug` shows: an item may have thousands.
const SHOWN: usize = 10;

#[cfg(test)]
mod tests;
