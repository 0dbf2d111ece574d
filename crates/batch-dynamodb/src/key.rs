use std::borrow::Cow;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use batch_core::Key;

use crate::limits::{PARTITION_KEY_BYTES, SORT_KEY_BYTES};
use crate::number;
use crate::wire::{Unchecked, Wire};
use crate::write::{Attributes, attribute};

/// The type of an attribute that is part of a key.
///
/// ```
/// use batch_dynamodb::ScalarType;
///
/// assert_eq!(ScalarType::Number.to_string(), "number (N)");
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ScalarType {
    /// Bytes, type `B`.
    Binary,
    /// A number, type `N`. Number keys are compared by value: `1`, `1.0` and `1e0` are equal.
    Number,
    /// Text, type `S`.
    String,
}

/// What identifies an item of a table, and what its indexes need.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct KeySchema {
    pub(crate) partition: KeyAttribute,
    pub(crate) sort: Option<KeyAttribute>,
    /// The key attributes of the table's indexes, as far as they are known. An item may lack them.
    pub(crate) indexes: Vec<KeyAttribute>,
}

/// An attribute that is part of a key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct KeyAttribute {
    pub(crate) name: String,
    pub(crate) scalar_type: ScalarType,
    pub(crate) role: Role,
}

/// Which part of a key an attribute is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Role {
    Partition,
    Sort,
}

impl KeySchema {
    /// What distinguishes the item of these attributes from every other of the table: the attributes of its
    /// key as they travel. `None` if one is missing or of another type.
    pub(crate) fn key_of(&self, attributes: &Attributes) -> Option<Key<'static>> {
        let mut wire = Wire { json: Vec::new(), rules: Unchecked };
        for key in self.attributes() {
            if !wire.json.is_empty() {
                wire.raw(",");
            }
            let value = key.canonical(attribute(attributes, &key.name)?)?;
            wire.member(&key.name, &value, 1).ok()?;
        }
        Some(Key::from(wire.json))
    }

    /// The attributes of the table's own key.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = &KeyAttribute> {
        [&self.partition].into_iter().chain(&self.sort)
    }
}

impl KeyAttribute {
    /// Whether equal keys have no other spelling of this value.
    pub(crate) fn is_canonical(&self, value: &AttributeValue) -> bool {
        match value {
            AttributeValue::N(text) => number::canonical(text).is_ok_and(|canonical| canonical == *text),
            _ => true,
        }
    }

    /// The value as equal keys share it and no others have it; none if it is of another type.
    fn canonical<'a>(&self, value: &'a AttributeValue) -> Option<Cow<'a, AttributeValue>> {
        if ScalarType::of(value) != Some(self.scalar_type) {
            return None;
        }
        match value {
            AttributeValue::N(text) => {
                Some(Cow::Owned(AttributeValue::N(number::canonical(text).ok()?.into_owned())))
            }
            _ => Some(Cow::Borrowed(value)),
        }
    }
}

impl ScalarType {
    /// The type of this value, if it can be part of a key.
    pub(crate) fn of(value: &AttributeValue) -> Option<Self> {
        match value {
            AttributeValue::B(_) => Some(Self::Binary),
            AttributeValue::N(_) => Some(Self::Number),
            AttributeValue::S(_) => Some(Self::String),
            _ => None,
        }
    }
}

impl Role {
    /// The most bytes of such a part of a key.
    pub(crate) fn limit(self) -> usize {
        match self {
            Self::Partition => PARTITION_KEY_BYTES,
            Self::Sort => SORT_KEY_BYTES,
        }
    }
}

/// The type, and how the service spells it.
impl fmt::Display for ScalarType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Binary => "binary (B)",
            Self::Number => "number (N)",
            Self::String => "string (S)",
        })
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Partition => "partition key",
            Self::Sort => "sort key",
        })
    }
}

#[cfg(test)]
mod tests {
    use batch_core::Key;
    use proptest::prelude::*;

    use super::ScalarType;
    use crate::samples::{attributes, b, n, s, schema};

    #[test]
    fn a_key_is_what_the_attributes_of_the_key_alone_are_on_the_wire() {
        let item = attributes([("pk", s("ä\"")), ("x", n("1"))]);
        let expected = Key::from(r#""pk":{"S":"ä\""}"#);
        assert_eq!(schema(ScalarType::String, None).key_of(&item), Some(expected));
        let item = attributes([("sk", n("1.50")), ("pk", b(&[0, 255]))]);
        let expected = Key::from(r#""pk":{"B":"AP8="},"sk":{"N":"1.5"}"#);
        assert_eq!(schema(ScalarType::Binary, Some(ScalarType::Number)).key_of(&item), Some(expected));
    }

    #[test]
    fn numbers_of_equal_value_are_one_key() {
        let numbers = schema(ScalarType::Number, Some(ScalarType::Number));
        let item = |partition, sort| attributes([("pk", n(partition)), ("sk", n(sort))]);
        let first = item("1", "0");
        for (partition, sort) in [("1.0", "0.0"), ("1e0", "-0"), ("+01", "0e9")] {
            assert_eq!(numbers.key_of(&first), numbers.key_of(&item(partition, sort)), "{partition} {sort}");
        }
        assert_ne!(numbers.key_of(&first), numbers.key_of(&item("0", "1")));
        assert_ne!(numbers.key_of(&first), numbers.key_of(&item("-1", "0")));
    }

    #[test]
    fn a_key_of_another_type_or_without_a_part_is_none() {
        let strings = schema(ScalarType::String, Some(ScalarType::String));
        assert_eq!(strings.key_of(&attributes([("pk", n("1")), ("sk", s("a"))])), None);
        assert_eq!(strings.key_of(&attributes([("pk", s("a")), ("sk", n("1"))])), None);
        assert_eq!(strings.key_of(&attributes([("pk", s("a"))])), None);
        assert_eq!(strings.key_of(&attributes([])), None);
        assert_eq!(schema(ScalarType::Number, None).key_of(&attributes([("pk", n("one"))])), None);
    }

    proptest! {
        #[test]
        fn keys_of_two_parts_are_equal_exactly_when_both_parts_are(
            one in ("[ab]{0,3}", "[ab]{0,3}"), other in ("[ab]{0,3}", "[ab]{0,3}"),
        ) {
            let strings = schema(ScalarType::String, Some(ScalarType::String));
            let key = |(partition, sort): &(String, String)| {
                let item = attributes([("pk", s(partition)), ("sk", s(sort))]);
                strings.key_of(&item).map(|key| key.as_bytes().to_vec())
            };
            prop_assert_eq!(key(&one) == key(&other), one == other);
        }
    }
}
