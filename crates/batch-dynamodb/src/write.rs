use std::collections::{BTreeMap, HashMap};
use std::{fmt, mem};

use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, PutRequest, WriteRequest};
use batch_core::{Invalid, Key};

use crate::encoded::{Encoded, SchemaId, Unencoded};
use crate::key::KeySchema;
use crate::kind::Kind;
use crate::{Table, item, item_bytes};

/// An item, or a key.
pub(crate) type Attributes = HashMap<String, AttributeValue>;

/// A write: an item to put, or the key of an item to delete.
///
/// What the service would reject is reported when the write is submitted, never by these methods. A put
/// replaces the whole item with the same key.
///
/// `Debug` shows the kind, the table, sizes, and the names and types of attributes, but no value.
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
    /// None if it is for the table of the writer's service.
    table: Option<Table>,
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
        Self { kind: Kind::Put, table: None, content: Content::Attributes(item) }
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
        Self { kind: Kind::Delete, table: None, content: Content::Attributes(key) }
    }

    /// Sets the table that it is for, by name or ARN, as the writer's service has it: in
    /// [`DynamoDb::new`](crate::DynamoDb::new) or [`DynamoDb::table`](crate::DynamoDb::table). A write to any
    /// other table is rejected when it is submitted. Default: the table of the service.
    ///
    /// A [`Table`] that several writes share is not copied.
    ///
    /// ```
    /// use batch_dynamodb::{Table, Write};
    ///
    /// let write = Write::put_json(r#"{"order": "order-7", "by": "alice"}"#)?.table("audit");
    /// assert_eq!(write.get_table(), Some(&Table::new("audit")));
    /// # Ok::<(), batch_dynamodb::ItemError>(())
    /// ```
    pub fn table(mut self, table: impl Into<Table>) -> Self {
        self.table = Some(table.into());
        self
    }

    /// The table that was [set](Self::table).
    #[must_use]
    pub fn get_table(&self) -> Option<&Table> {
        self.table.as_ref()
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
        self.content.into_attributes(self.kind)
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

    /// Adds what `submit` generated. There must be no such attribute yet.
    pub(crate) fn insert(&mut self, name: String, value: AttributeValue) {
        let emptied = Content::Attributes(Attributes::new());
        let content = mem::replace(&mut self.content, emptied);
        let mut attributes = content.into_attributes(self.kind);
        attributes.insert(name, value);
        self.content = Content::Attributes(attributes);
    }

    /// Keeps this copy of the name of its table, which other writes share.
    pub(crate) fn share_table(&mut self, table: &Table) {
        self.table = Some(table.clone());
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

impl Content {
    fn into_attributes(self, kind: Kind) -> Attributes {
        match self {
            Self::Attributes(attributes) => attributes,
            Self::Encoded(encoded) => encoded.into_attributes(kind),
        }
    }
}

/// By what it does: a write that was submitted is still the same.
impl PartialEq for Write {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, &self.table) == (other.kind, &other.table) && self.attributes() == other.attributes()
    }
}

impl fmt::Debug for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sorted: BTreeMap<_, _> = self.attributes().iter().collect();
        let shown: BTreeMap<_, _> =
            sorted.into_iter().take(SHOWN).map(|(name, value)| (name, type_of(value))).collect();
        let mut debug = f.debug_struct("Write");
        debug.field("kind", &self.kind);
        if let Some(table) = &self.table {
            debug.field("table", &table.as_str());
        }
        debug.field("bytes", &self.item_bytes());
        debug.field("count", &self.attributes().len()).field("attributes", &shown).finish()
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
