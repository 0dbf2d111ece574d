//! Values for tests.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use proptest::collection::{btree_set, hash_map, vec};
use proptest::prelude::*;

use crate::key::{KeyAttribute, KeySchema, Role, ScalarType};
use crate::write::Attributes;

pub(crate) fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub(crate) fn n(text: &str) -> AttributeValue {
    AttributeValue::N(text.to_owned())
}

pub(crate) fn b(bytes: &[u8]) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes))
}

pub(crate) fn attributes<const N: usize>(members: [(&str, AttributeValue); N]) -> Attributes {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The keys `pk` and, if it has a type, `sk`.
pub(crate) fn schema(partition: ScalarType, sort: Option<ScalarType>) -> KeySchema {
    KeySchema {
        partition: key("pk", partition, Role::Partition),
        sort: sort.map(|sort| key("sk", sort, Role::Sort)),
        indexes: Vec::new(),
    }
}

pub(crate) fn key(name: &str, scalar_type: ScalarType, role: Role) -> KeyAttribute {
    KeyAttribute { name: name.to_owned(), scalar_type, role }
}

/// This value within this many lists, or maps.
pub(crate) fn nested(value: AttributeValue, levels: usize) -> AttributeValue {
    (0..levels).fold(value, |inner, level| match level % 2 {
        0 => AttributeValue::L(vec![inner]),
        _ => AttributeValue::M(attributes([("m", inner)])),
    })
}

/// Any text, most of it such as needs an escape here and there.
pub(crate) fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,12}",
        "[a-z\"\\\\\t\n\r]{0,12}",
        "\\PC{0,6}",
        any::<char>().prop_map(String::from),
        ("[a-z\"é]{1,3}", 0..300_usize).prop_map(|(text, times)| text.repeat(times)),
    ]
}

pub(crate) fn any_number() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i64>().prop_map(|integer| integer.to_string()),
        "-?[0-9]{1,19}\\.[0-9]{1,19}",
        "-?[1-9](\\.[0-9]{1,37})?e-?[0-9]{1,2}",
    ]
}

pub(crate) fn any_json_number() -> impl Strategy<Value = String> {
    "-?(0|[1-9][0-9]{0,18})(\\.[0-9]{1,19})?([eE][-+]?[0-9]{1,2})?"
}

fn any_blob() -> impl Strategy<Value = Blob> {
    vec(any::<u8>(), 0..9).prop_map(Blob::new)
}

/// Any value that JSON has a form for.
pub(crate) fn any_json_value() -> impl Strategy<Value = AttributeValue> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(AttributeValue::Bool),
        any_json_number().prop_map(AttributeValue::N),
        Just(AttributeValue::Null(true)),
        any_text().prop_map(AttributeValue::S),
    ];
    nesting(leaf)
}

/// Any value that DynamoDB takes, but for the digits of some numbers.
pub(crate) fn any_value() -> impl Strategy<Value = AttributeValue> {
    let leaf = prop_oneof![
        any_blob().prop_map(AttributeValue::B),
        any::<bool>().prop_map(AttributeValue::Bool),
        vec(any_blob(), 1..4).prop_map(AttributeValue::Bs),
        any_number().prop_map(AttributeValue::N),
        btree_set(any_number(), 1..4).prop_map(|set| AttributeValue::Ns(set.into_iter().collect())),
        Just(AttributeValue::Null(true)),
        any_text().prop_map(AttributeValue::S),
        btree_set(any_text(), 1..4).prop_map(|set| AttributeValue::Ss(set.into_iter().collect())),
    ];
    nesting(leaf)
}

pub(crate) fn any_attributes() -> impl Strategy<Value = Attributes> {
    hash_map(any_text(), any_value(), 0..5)
}

fn nesting(leaf: impl Strategy<Value = AttributeValue> + 'static) -> impl Strategy<Value = AttributeValue> {
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(AttributeValue::L),
            hash_map(any_text(), inner, 0..4).prop_map(AttributeValue::M),
        ]
    })
}
