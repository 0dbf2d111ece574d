use std::collections::{BTreeMap, HashMap};
use std::{fmt, mem};

use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, PutRequest, WriteRequest};
use batch_core::{Invalid, Key};
use serde::Serialize;

use crate::encoded::{Encoded, SchemaId, Unencoded};
use crate::key::KeySchema;
use crate::kind::Kind;
use crate::{ItemError, item, item_bytes, json};

/// An item, or a key.
pub(crate) type Attributes = HashMap<String, AttributeValue>;

/// A write: an item to put, or the key of an item to delete.
///
/// What the service would reject is reported when the write is submitted, never by these methods. A put
/// replaces the whole item with the same key.
///
/// `Debug` shows the kind, sizes, and the names and types of attributes, but no value.
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
/// A writer keeps the write in the form in which it is sent. What is handed back is read again, once, when it
/// is asked for: nothing but the capacities of its texts and lists can be told from what was submitted.
#[derive(Clone)]
#[must_use]
pub struct Write {
    kind: Kind,
    content: Content,
}

#[derive(Clone)]
enum Content {
    Attributes(Attributes),
    Encoded(Encoded),
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
        Self { kind: Kind::Put, content: Content::Attributes(item) }
    }

    /// A delete of the item with this key: the table's whole primary key, and nothing else. Deleting an
    /// item that does not exist succeeds.
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use batch_dynamodb::{AttributeValue, Write};
    ///
    /// let write = Write::delete(HashMap::from([("pk".to_owned(), AttributeValue::S("sku-17".to_owned()))]));
    /// # let _ = write;
    /// ```
    pub fn delete(key: HashMap<String, AttributeValue>) -> Self {
        Self { kind: Kind::Delete, content: Content::Attributes(key) }
    }

    /// A put of this value as JSON: [`put_json`](Self::put_json) of its `serde_json` text, in which NaN and
    /// infinities become `null`, and which has neither bytes nor sets.
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

    /// A put of this JSON object: strings, numbers, Booleans and `null` keep their type, an array becomes a
    /// list, an object a map. Numbers keep every digit.
    ///
    /// DynamoDB JSON, in which each value stands in an object that names its type (`{"pk": {"S": "a"}}`,
    /// the lines of exports), is not supported: such objects become maps, and `submit` rejects a key that
    /// is one.
    ///
    /// The text itself is not kept; [`to_json`](Self::to_json) writes an equivalent one.
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
    /// When the text is not JSON or not an object, has an object with two members of the same name, or is
    /// nested above 32 levels. Errors report the position, and never show the text.
    pub fn put_json(text: &str) -> Result<Self, ItemError> {
        json::attributes(text).map(Self::put)
    }

    /// A put of this value as `serde_dynamo` converts it; its helpers produce bytes and sets. It keeps NaN
    /// and infinities, which `submit` then rejects.
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
    /// When the value is neither a struct nor a map with string keys, or has a part that `serde_dynamo`
    /// does not support, such as a 128-bit integer; [`json`](Self::json) supports those.
    #[cfg(feature = "serde")]
    pub fn serialize(value: &impl Serialize) -> Result<Self, ItemError> {
        let item = serde_dynamo::to_item(value).map_err(|error| ItemError::Serialize(error.into()))?;
        Ok(Self::put(item))
    }

    /// Whether this is a delete.
    #[must_use]
    pub fn is_delete(&self) -> bool {
        self.kind == Kind::Delete
    }

    /// The item of a put, the key of a delete.
    #[must_use]
    pub fn attributes(&self) -> &HashMap<String, AttributeValue> {
        match &self.content {
            Content::Attributes(attributes) => attributes,
            Content::Encoded(encoded) => encoded.attributes(self.kind),
        }
    }

    /// The item of a put, the key of a delete.
    #[must_use]
    pub fn into_attributes(self) -> HashMap<String, AttributeValue> {
        match self.content {
            Content::Attributes(attributes) => attributes,
            Content::Encoded(encoded) => encoded.into_attributes(self.kind),
        }
    }

    /// The size of the item of a put, or of the key of a delete, in bytes as DynamoDB counts; see
    /// [`item_bytes`](crate::item_bytes).
    #[must_use]
    pub fn item_bytes(&self) -> usize {
        match &self.content {
            Content::Attributes(attributes) => item_bytes(attributes),
            Content::Encoded(encoded) => encoded.item_bytes(),
        }
    }

    /// The attributes as a JSON object, with members sorted by name; `None` if they include sets or bytes,
    /// which JSON does not have. Numbers keep every digit. [`put_json`](Self::put_json) creates the same
    /// put from it.
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
        json::text(self.attributes())
    }

    /// Adds what `submit` generated. There must be no such attribute yet.
    pub(crate) fn insert(&mut self, name: String, value: AttributeValue) {
        let emptied = Content::Attributes(Attributes::new());
        let content = mem::replace(&mut self.content, emptied);
        let mut attributes = Self { content, ..*self }.into_attributes();
        attributes.insert(name, value);
        self.content = Content::Attributes(attributes);
    }

    /// Takes the form in which it is sent, if it may be sent to a table with these keys. One that is too large
    /// stays as it is.
    pub(crate) fn encode(&mut self, schema: &KeySchema, id: SchemaId) -> Result<(), Invalid> {
        match Encoded::of(self.kind, self.attributes(), schema, id) {
            Ok(encoded) => self.content = Content::Encoded(encoded),
            Err(Unencoded::Invalid(reason)) => return Err(reason),
            Err(Unencoded::TooLarge) => {}
        }
        Ok(())
    }

    /// Whether it has this form already, in which it then has nothing else.
    pub(crate) fn is_encoded(&mut self, id: SchemaId) -> bool {
        match &mut self.content {
            Content::Encoded(encoded) if encoded.is_for(id) => {
                encoded.forget_attributes();
                true
            }
            _ => false,
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn encoded(&self) -> Option<&Encoded> {
        match &self.content {
            Content::Attributes(_) => None,
            Content::Encoded(encoded) => Some(encoded),
        }
    }

    /// What distinguishes its item from every other of the table whose keys these are.
    pub(crate) fn key(&self, schema: &KeySchema) -> Option<Key<'_>> {
        match &self.content {
            Content::Attributes(attributes) => schema.key_of(attributes),
            Content::Encoded(encoded) => encoded.key(self.kind, schema),
        }
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        match &self.content {
            Content::Attributes(attributes) => item::heap_bytes(attributes),
            Content::Encoded(encoded) => encoded.heap_bytes(),
        }
    }

    /// The write as the SDK has it. It copies the attributes, which stay with the writer until the
    /// service has accepted them.
    pub(crate) fn request(&self) -> WriteRequest {
        let attributes = Some(match &self.content {
            Content::Attributes(attributes) => attributes.clone(),
            Content::Encoded(encoded) => encoded.decode(self.kind),
        });
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

/// By what it does: a write that was submitted is still the same.
impl PartialEq for Write {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.attributes() == other.attributes()
    }
}

impl fmt::Debug for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sorted: BTreeMap<_, _> = self.attributes().iter().collect();
        let shown: BTreeMap<_, _> =
            sorted.into_iter().take(SHOWN).map(|(name, value)| (name, type_of(value))).collect();
        f.debug_struct("Write")
            .field("kind", &self.kind)
            .field("bytes", &self.item_bytes())
            .field("count", &self.attributes().len())
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
