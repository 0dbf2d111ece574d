use std::collections::BTreeMap;

use serde::Serialize;

use super::number::Number;
use crate::json::Blob;

/// The attributes of an item, or of a key, by name.
pub(super) type Attributes = BTreeMap<String, AttributeValue>;

/// The value of an attribute; serialized, it is DynamoDB JSON.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) enum AttributeValue {
    B(Blob),
    #[serde(rename = "BOOL")]
    Bool(bool),
    #[serde(rename = "BS")]
    BinarySet(Vec<Blob>),
    L(Vec<AttributeValue>),
    M(Attributes),
    N(Number),
    #[serde(rename = "NS")]
    NumberSet(Vec<Number>),
    /// Always true.
    #[serde(rename = "NULL")]
    Null(bool),
    S(String),
    #[serde(rename = "SS")]
    StringSet(Vec<String>),
}

impl AttributeValue {
    /// What it counts in the size of an item.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::B(bytes) => bytes.0.len(),
            Self::BinarySet(set) => set.iter().map(|bytes| bytes.0.len()).sum(),
            Self::Bool(_) | Self::Null(_) => 1,
            Self::L(list) => 3 + list.iter().map(|value| 1 + value.bytes()).sum::<usize>(),
            Self::M(map) => 3 + map.len() + bytes_of(map),
            Self::N(number) => number.bytes(),
            Self::NumberSet(set) => set.iter().map(Number::bytes).sum(),
            Self::S(text) => text.len(),
            Self::StringSet(set) => set.iter().map(String::len).sum(),
        }
    }

    /// The name of its type.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::B(_) => "B",
            Self::BinarySet(_) => "BS",
            Self::Bool(_) => "BOOL",
            Self::L(_) => "L",
            Self::M(_) => "M",
            Self::N(_) => "N",
            Self::NumberSet(_) => "NS",
            Self::Null(_) => "NULL",
            Self::S(_) => "S",
            Self::StringSet(_) => "SS",
        }
    }
}

/// What attributes count in the size of an item: their names and their values.
pub(super) fn bytes_of(attributes: &Attributes) -> usize {
    attributes.iter().map(|(name, value)| name.len() + value.bytes()).sum()
}
