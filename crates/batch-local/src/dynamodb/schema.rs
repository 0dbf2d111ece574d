use super::code::{invalid, invalid_values};
use super::key::Key;
use super::value::{AttributeValue, Attributes};
use super::wire::{KeyType, ScalarType};
use crate::refusal::Refusal;

/// Which attributes the keys of a table and of its indexes are made of.
#[derive(Clone, Debug)]
pub(super) struct Schema {
    pub(super) keys: Vec<KeyAttribute>,
    /// Each with the name of its index.
    pub(super) index_keys: Vec<(String, KeyAttribute)>,
}

/// An attribute that is part of a key.
#[derive(Clone, Debug)]
pub(super) struct KeyAttribute {
    pub(super) name: String,
    pub(super) key_type: KeyType,
    pub(super) scalar: ScalarType,
}

impl Schema {
    /// The key of an item, which may be written into the table.
    pub(super) fn key_of_item(&self, item: &Attributes) -> Result<Key, Refusal> {
        for (index, key) in &self.index_keys {
            key.check_in_index(index, item)?;
        }
        self.read(item)
    }

    /// The key that these attributes are, all of them.
    pub(super) fn key(&self, attributes: &Attributes) -> Result<Key, Refusal> {
        if attributes.len() != self.keys.len() || self.misfit(attributes).is_some() {
            return Err(mismatch());
        }
        self.read(attributes)
    }

    /// The attributes of an item that its key is made of.
    pub(super) fn key_attributes(&self, item: &Attributes) -> Attributes {
        let attributes = self.keys.iter().filter_map(|key| item.get_key_value(&key.name));
        attributes.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// What is wrong with the first key attribute that is missing or has another type.
    pub(super) fn misfit(&self, item: &Attributes) -> Option<String> {
        self.keys.iter().find_map(|key| {
            let name = &key.name;
            match item.get(name) {
                None => Some(format!("Missing the key {name} in the item")),
                Some(value) if value.type_name() == key.scalar.name() => None,
                Some(value) => {
                    let (expected, actual) = (key.scalar.name(), value.type_name());
                    Some(format!("Type mismatch for key {name} expected: {expected} actual: {actual}"))
                }
            }
        })
    }

    fn read(&self, attributes: &Attributes) -> Result<Key, Refusal> {
        for key in &self.keys {
            if let Some(value) = attributes.get(&key.name) {
                key.check_size(value)?;
                if let Some(empty) = emptiness(value) {
                    let name = &key.name;
                    return Err(invalid(format!(
                        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty {empty} value. Key: {name}"
                    )));
                }
            }
        }
        Key::of(self.keys.iter().map(|key| &key.name), attributes).ok_or_else(mismatch)
    }
}

impl KeyAttribute {
    /// An item without the attribute is merely not in the index.
    fn check_in_index(&self, index: &str, item: &Attributes) -> Result<(), Refusal> {
        let Some(value) = item.get(&self.name) else { return Ok(()) };
        let (name, expected, actual) = (&self.name, self.scalar.name(), value.type_name());
        if expected != actual {
            return Err(invalid_values(&format!(
                "Type mismatch for Index Key {name} Expected: {expected} Actual: {actual} IndexName: {index}"
            )));
        }
        if let Some(empty) = emptiness(value) {
            return Err(invalid(format!(
                "One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty {empty} value. IndexName: {index}, IndexKey: {name}"
            )));
        }
        self.check_size(value)
    }

    fn check_size(&self, value: &AttributeValue) -> Result<(), Refusal> {
        match self.key_type {
            KeyType::Hash if value.bytes() > MOST_HASH_BYTES => {
                Err(invalid_values("Size of hashkey has exceeded the maximum size limit of2048 bytes"))
            }
            KeyType::Range if value.bytes() > MOST_RANGE_BYTES => Err(invalid_values(
                "Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
            )),
            _ => Ok(()),
        }
    }
}

/// The refusal of attributes that are no key of the table.
pub(super) fn mismatch() -> Refusal {
    invalid("The provided key element does not match the schema")
}

/// What the value is, if it is empty.
fn emptiness(value: &AttributeValue) -> Option<&'static str> {
    match value {
        AttributeValue::B(bytes) if bytes.0.is_empty() => Some("binary"),
        AttributeValue::S(text) if text.is_empty() => Some("string"),
        _ => None,
    }
}

const MOST_HASH_BYTES: usize = 2_048;
const MOST_RANGE_BYTES: usize = 1_024;
