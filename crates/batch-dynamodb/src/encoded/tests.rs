use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use proptest::prelude::*;

use super::{Encoded, SchemaId, Unencoded};
use crate::key::{KeySchema, Role, ScalarType};
use crate::kind::Kind;
use crate::limits::ITEM_BYTES;
use crate::samples::{
    any_attributes, any_number, any_text, any_value, attributes, b, key, n, nested, s, schema,
};
use crate::write::Attributes;
use crate::{Write, item_bytes, validate};

fn encoded(kind: Kind, item: &Attributes, schema: &KeySchema) -> Result<Encoded, Unencoded> {
    Encoded::of(kind, item, schema, SchemaId::unique())
}

fn strings() -> KeySchema {
    schema(ScalarType::String, None)
}

/// What stands in a request for a write of these attributes.
fn json(kind: Kind, item: &Attributes, schema: &KeySchema) -> String {
    let encoded = encoded(kind, item, schema).expect("it is valid");
    String::from_utf8(encoded.json().to_vec()).expect("JSON is text")
}

#[test]
fn a_write_begins_with_its_key() {
    let both = schema(ScalarType::String, Some(ScalarType::Number));
    let item = attributes([("a", s("x")), ("sk", n("1.50")), ("pk", s("\""))]);
    let expected = r#"{"PutRequest":{"Item":{"pk":{"S":"\""},"sk":{"N":"1.50"},"a":{"S":"x"}}}}"#;
    assert_eq!(json(Kind::Put, &item, &both), expected);
    let key = attributes([("sk", n("7")), ("pk", s("a"))]);
    let expected = r#"{"DeleteRequest":{"Key":{"pk":{"S":"a"},"sk":{"N":"7"}}}}"#;
    assert_eq!(json(Kind::Delete, &key, &both), expected);
}

#[test]
fn an_item_above_the_limit_is_not_encoded_unless_it_is_invalid_as_well() {
    let item = |bytes: usize, value| attributes([("pk", s("a")), ("x", s(&"x".repeat(bytes))), ("y", value)]);
    let most = ITEM_BYTES - "pkaxy".len() - 1;
    let reason = |bytes, value| encoded(Kind::Put, &item(bytes, value), &strings()).err();
    assert!(reason(most, AttributeValue::Null(true)).is_none());
    assert!(matches!(reason(most + 1, AttributeValue::Null(true)), Some(Unencoded::TooLarge)));
    for bytes in [most + 1, 3 * most] {
        assert!(matches!(reason(bytes, n("one")), Some(Unencoded::Invalid(_))), "{bytes}");
    }
}

#[test]
fn a_write_keeps_nothing_but_its_encoding_until_it_is_read() {
    let item = attributes([("pk", s("a")), ("x", n("1"))]);
    let (keys, id) = (strings(), SchemaId::unique());
    let mut write = Write::put(item.clone());
    assert!(!write.is_encoded(id));
    write.encode(&keys, id).expect("it is valid");
    let bytes = r#"{"PutRequest":{"Item":{"pk":{"S":"a"},"x":{"N":"1"}}}}"#.len();
    assert_eq!(write.heap_bytes(), bytes);
    assert_eq!(write.attributes(), &item);
    assert!(write.heap_bytes() > bytes + 100, "what was read is charged too");
    assert!(write.is_encoded(id));
    assert_eq!(write.heap_bytes(), bytes, "and forgotten when it is submitted again");
    assert!(!write.is_encoded(SchemaId::unique()), "another table may have other keys");
    assert_eq!(write.into_attributes(), item);
}

#[test]
fn what_was_generated_is_added_to_a_write_that_was_submitted_before() {
    let mut write = Write::put(attributes([("pk", s("a"))]));
    write.encode(&strings(), SchemaId::unique()).expect("it is valid");
    write.insert("id".to_owned(), n("7"));
    assert_eq!(write, Write::put(attributes([("pk", s("a")), ("id", n("7"))])));
}

/// Any value, also such as the service would reject.
fn any_broken_value() -> impl Strategy<Value = AttributeValue> {
    prop_oneof![
        any_value(),
        Just(AttributeValue::Null(false)),
        "[-+0-9.eE]{0,6}".prop_map(AttributeValue::N),
        "[1-9]{36,40}".prop_map(AttributeValue::N),
        "[1-9][eE]-?1[0-9]{2}".prop_map(AttributeValue::N),
        prop::collection::vec("[ab]", 0..3).prop_map(AttributeValue::Ss),
        prop::collection::vec("[01](\\.0)?", 0..3).prop_map(AttributeValue::Ns),
        prop::collection::vec("[ab]".prop_map(Blob::new), 0..3).prop_map(AttributeValue::Bs),
        (any_value(), 30..34_usize).prop_map(|(value, levels)| nested(value, levels)),
        Just(AttributeValue::M(attributes([("", s("x"))]))),
    ]
}

fn any_schema() -> impl Strategy<Value = KeySchema> {
    let any_type = || prop::sample::select(vec![ScalarType::Binary, ScalarType::Number, ScalarType::String]);
    (any_type(), prop::option::of(any_type()), prop::option::of(any_type())).prop_map(
        |(partition, sort, index)| {
            let indexes =
                index.map(|scalar_type| key("a", scalar_type, Role::Partition)).into_iter().collect();
            KeySchema { indexes, ..schema(partition, sort) }
        },
    )
}

/// A value that may be part of a key, most of them of this type.
fn any_key_value() -> impl Strategy<Value = AttributeValue> {
    prop_oneof![
        any_text().prop_map(AttributeValue::S),
        any_number().prop_map(AttributeValue::N),
        any_text().prop_map(|text| b(text.as_bytes())),
    ]
}

fn any_item() -> impl Strategy<Value = Attributes> {
    let names = prop::sample::select(vec!["a", "b", "", "pk", "sk"]).prop_map(str::to_owned);
    let others = prop::collection::hash_map(names, any_broken_value(), 0..3);
    (others, prop::option::of(any_key_value()), prop::option::of(any_key_value())).prop_map(
        |(mut item, partition, sort)| {
            item.extend(partition.map(|value| ("pk".to_owned(), value)));
            item.extend(sort.map(|value| ("sk".to_owned(), value)));
            item
        },
    )
}

fn any_kind() -> impl Strategy<Value = Kind> {
    prop::sample::select(vec![Kind::Delete, Kind::Put])
}

proptest! {
    #[test]
    fn what_is_encoded_is_read_again_as_it_was(mut item in any_attributes(), partition in any_text()) {
        prop_assume!(!partition.is_empty() && !item.contains_key(""));
        item.insert("pk".to_owned(), s(&partition));
        if let Ok(encoded) = encoded(Kind::Put, &item, &strings()) {
            prop_assert_eq!(&encoded.decode(Kind::Put), &item);
            prop_assert_eq!(encoded.item_bytes(), item_bytes(&item));
            prop_assert_eq!(encoded.attributes(Kind::Put), &item);
            prop_assert_eq!(encoded.into_attributes(Kind::Put), item);
        }
    }

    #[test]
    fn one_pass_finds_whatever_is_wrong(kind in any_kind(), item in any_item(), schema in any_schema()) {
        let one_pass = Encoded::in_one_pass(kind, &item, &schema, SchemaId::unique());
        let reason = validate::write(kind, &item, &schema).err();
        prop_assert_eq!(one_pass.is_err(), reason.is_some(), "{:?}", reason);
        if let (Some(reason), Err(Unencoded::Invalid(found))) = (reason, encoded(kind, &item, &schema)) {
            prop_assert_eq!((found.to_string(), found.place()), (reason.to_string(), reason.place()));
        }
    }

    #[test]
    fn the_key_of_an_encoded_write_is_that_of_its_attributes(kind in any_kind(), item in any_item(), schema in any_schema()) {
        if let Ok(encoded) = encoded(kind, &item, &schema) {
            let key = encoded.key(kind, &schema);
            prop_assert!(key.is_some());
            prop_assert_eq!(key, schema.key_of(&item));
        }
    }

    #[test]
    fn a_write_is_equal_to_what_it_was_encoded_from(kind in any_kind(), item in any_item(), schema in any_schema()) {
        let original = match kind {
            Kind::Delete => Write::delete(item),
            Kind::Put => Write::put(item),
        };
        let mut write = original.clone();
        let result = write.encode(&schema, SchemaId::unique());
        prop_assert_eq!(result.is_ok(), write.encoded().is_some());
        prop_assert_eq!(&write, &original);
        prop_assert_eq!(format!("{write:?}"), format!("{original:?}"));
        prop_assert_eq!((write.to_json(), write.item_bytes()), (original.to_json(), original.item_bytes()));
        prop_assert_eq!(write.request(), original.request());
    }
}
