use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use batch_core::Invalid;
use proptest::prelude::*;

use crate::Write;
use crate::encoded::SchemaId;
use crate::key::{KeySchema, Role, ScalarType};
use crate::samples::{any_text, any_value, attributes, b, key, n, nested, s, schema};

fn validate(write: &Write, schema: &KeySchema) -> Result<(), Invalid> {
    super::write(write.kind(), write.attributes(), schema)
}

/// Checks what a table of these keys says to the write: nothing, or a reason that contains these
/// words.
#[track_caller]
fn check(write: &Write, schema: &KeySchema, expected: Result<(), &str>) {
    match (validate(write, schema), expected) {
        (Ok(()), Ok(())) => {}
        (Err(reason), Err(words)) => {
            assert!(reason.to_string().contains(words), "{reason}\ndoes not contain\n{words}");
        }
        (found, _) => panic!("{found:?} instead of {expected:?}"),
    }
}

fn strings() -> KeySchema {
    schema(ScalarType::String, None)
}

/// The same for an item with a key and this attribute.
#[track_caller]
fn attribute(value: AttributeValue, expected: Result<(), &str>) {
    check(&Write::put(attributes([("pk", s("a")), ("x", value)])), &strings(), expected);
}

#[track_caller]
fn partition_key(value: AttributeValue, scalar_type: ScalarType, expected: Result<(), &str>) {
    for write in [Write::put, Write::delete] {
        check(&write(attributes([("pk", value.clone())])), &schema(scalar_type, None), expected);
    }
}

#[test]
fn an_item_has_all_attributes_of_its_key() {
    let both = schema(ScalarType::String, Some(ScalarType::Number));
    check(&Write::put(attributes([("pk", s("a")), ("sk", n("1"))])), &both, Ok(()));
    check(
        &Write::put(attributes([("sk", n("1"))])),
        &both,
        Err(r#"the item lacks the partition key "pk" of the table, a string (S)"#),
    );
    check(
        &Write::put(attributes([("pk", s("a"))])),
        &both,
        Err(r#"the item lacks the sort key "sk" of the table, a number (N)"#),
    );
    check(
        &Write::delete(attributes([("pk", s("a"))])),
        &both,
        Err(r#"the key of the delete lacks the sort key "sk""#),
    );
}

#[test]
fn a_key_is_of_its_type() {
    let words = r#""pk" is of type N, and the table's partition key of that name is a string (S)"#;
    partition_key(n("1"), ScalarType::String, Err(words));
    partition_key(s("1"), ScalarType::Number, Err("is of type S"));
    partition_key(s("1"), ScalarType::Binary, Err("is a binary (B)"));
    partition_key(AttributeValue::Null(true), ScalarType::String, Err("is of type NULL"));
    partition_key(n("one"), ScalarType::Number, Err("is not in decimal notation"));
}

#[test]
fn a_key_in_dynamodb_json_is_recognized() {
    let item = |text: &str| Write::put_json(text).expect("it is JSON");
    let words = "this looks like DynamoDB JSON; read it with `Write::from_dynamodb_json`";
    for text in [
        r#"{"pk": {"S": "a"}}"#,
        r#"{"pk": {"N": "1"}, "x": {"BOOL": true}}"#,
        r#"{"Item": {"pk": {"S": "a"}}}"#,
    ] {
        check(&item(text), &strings(), Err(words));
    }
    for text in [r#"{"pk": {"s": "a"}}"#, r#"{"pk": {}}"#, r#"{"pk": {"S": "a", "N": "1"}}"#] {
        check(&item(text), &strings(), Err("is a string (S); convert it"));
    }
    for text in [r#"{"Item": "a"}"#, r#"{"Item": {"pk": "a"}}"#, r#"{"Item": {"pk": {"S": "a"}}, "x": 1}"#] {
        check(&item(text), &strings(), Err("a string (S); add it"));
    }
}

#[test]
fn a_key_is_neither_empty_nor_too_long() {
    partition_key(s("a"), ScalarType::String, Ok(()));
    partition_key(s(&"ä".repeat(1_024)), ScalarType::String, Ok(()));
    partition_key(b(&[0; 2_048]), ScalarType::Binary, Ok(()));
    partition_key(s(""), ScalarType::String, Err(r#"the table's partition key "pk" is empty"#));
    partition_key(b(&[]), ScalarType::Binary, Err(r#"the table's partition key "pk" is empty"#));
    let words = r#"2049 bytes in the table's partition key "pk" are above the limit of 2048"#;
    partition_key(s(&"a".repeat(2_049)), ScalarType::String, Err(words));

    let both = schema(ScalarType::String, Some(ScalarType::String));
    let sorted = |sort: usize| Write::put(attributes([("pk", s("a")), ("sk", s(&"a".repeat(sort)))]));
    check(&sorted(1_024), &both, Ok(()));
    check(
        &sorted(1_025),
        &both,
        Err(r#"1025 bytes in the table's sort key "sk" are above the limit of 1024"#),
    );
    check(&sorted(0), &both, Err(r#"the table's sort key "sk" is empty"#));
}

#[test]
fn a_delete_has_the_key_and_nothing_else() {
    check(&Write::delete(attributes([("pk", s("a"))])), &strings(), Ok(()));
    let more = attributes([("pk", s("a")), ("y", n("1")), ("x", n("1"))]);
    check(
        &Write::delete(more),
        &strings(),
        Err("has an attribute that is not part of the table's primary key"),
    );
}

#[test]
fn an_item_may_lack_the_key_of_an_index_and_has_it_right_otherwise() {
    let mut indexed = strings();
    indexed.indexes =
        vec![key("day", ScalarType::Number, Role::Partition), key("name", ScalarType::String, Role::Sort)];
    let with = |name, value| Write::put(attributes([("pk", s("a")), (name, value)]));
    check(&Write::put(attributes([("pk", s("a"))])), &indexed, Ok(()));
    check(&with("day", n("1")), &indexed, Ok(()));
    check(
        &with("day", s("1")),
        &indexed,
        Err(r#""day" is of type S, and an index's partition key of that name"#),
    );
    check(&with("name", s("")), &indexed, Err(r#"an index's sort key "name" is empty"#));
    check(&with("name", s(&"a".repeat(1_025))), &indexed, Err("1025 bytes"));
    let key = Write::delete(attributes([("pk", s("a")), ("day", s("1"))]));
    check(&key, &indexed, Err("not part of the table's primary key"));
}

#[test]
fn empty_strings_bytes_lists_and_maps_are_fine_outside_of_keys() {
    for value in [s(""), b(&[]), AttributeValue::L(vec![]), AttributeValue::M(attributes([]))] {
        attribute(value, Ok(()));
    }
    attribute(AttributeValue::Ss(vec![String::new(), "a".to_owned()]), Ok(()));
}

#[test]
fn a_name_has_1_to_65535_bytes_on_every_level() {
    let named = |bytes: usize| attributes([(&*"n".repeat(bytes), s("v"))]);
    let item =
        |bytes: usize| Write::put(named(bytes).into_iter().chain(attributes([("pk", s("a"))])).collect());
    check(&item(65_535), &strings(), Ok(()));
    check(
        &item(65_536),
        &strings(),
        Err("65536 bytes in the name of an attribute are above the limit of 65535"),
    );
    check(&item(0), &strings(), Err("the name of an attribute is empty"));
    attribute(AttributeValue::M(named(65_535)), Ok(()));
    attribute(AttributeValue::M(named(65_536)), Err("65536 bytes"));
    attribute(AttributeValue::M(named(0)), Err("the name of an attribute is empty"));
}

#[test]
fn a_set_has_members_and_none_twice() {
    let texts = |members: &[&str]| members.iter().map(|&member| member.to_owned()).collect::<Vec<_>>();
    let blobs =
        |members: &[&[u8]]| AttributeValue::Bs(members.iter().map(|&member| Blob::new(member)).collect());
    attribute(AttributeValue::Ss(texts(&["a", "A"])), Ok(()));
    attribute(AttributeValue::Ns(texts(&["1", "-1", "10"])), Ok(()));
    attribute(blobs(&[&[], &[0], &[0, 0]]), Ok(()));
    for empty in [AttributeValue::Ss(vec![]), AttributeValue::Ns(vec![]), AttributeValue::Bs(vec![])] {
        attribute(empty, Err("a set is empty"));
    }
    attribute(AttributeValue::Ss(texts(&["a", "b", "a"])), Err("a set has a duplicate member"));
    attribute(AttributeValue::Ns(texts(&["1", "2", "1.0"])), Err("a set has a duplicate member"));
    attribute(AttributeValue::Ns(texts(&["0", "-0e7"])), Err("a set has a duplicate member"));
    attribute(blobs(&[&[1], &[1]]), Err("a set has a duplicate member"));
    attribute(AttributeValue::Ns(texts(&["1", "x"])), Err("is not in decimal notation"));
}

#[test]
fn a_number_has_38_digits_within_its_range_wherever_it_is() {
    let wherever = |text: &str| {
        [
            n(text),
            nested(n(text), 5),
            AttributeValue::Ns(vec![text.to_owned()]),
            AttributeValue::L(vec![s("a"), n(text)]),
        ]
    };
    for (text, expected) in [
        ("99999999999999999999999999999999999999", Ok(())),
        ("0", Ok(())),
        ("1e125", Ok(())),
        ("1e-130", Ok(())),
        (
            "123456789012345678901234567890123456789",
            Err("a number of 39 significant digits is above the limit of 38"),
        ),
        ("1e126", Err("a number is 10^126 or more")),
        ("-1e126", Err("a number is 10^126 or more")),
        ("1e-131", Err("closer to 0 than the limit of 10^-130")),
        ("NaN", Err("is not in decimal notation")),
    ] {
        for value in wherever(text) {
            attribute(value, expected);
        }
    }
}

#[test]
fn values_are_nested_up_to_32_levels() {
    attribute(nested(s("a"), 31), Ok(()));
    attribute(nested(s("a"), 32), Err("lists and maps are nested above the limit of 32"));
    attribute(nested(s("a"), 1_000), Err("nested above the limit"));
    attribute(nested(AttributeValue::L(vec![]), 31), Ok(()));
}

#[test]
fn a_null_is_true() {
    attribute(AttributeValue::Null(true), Ok(()));
    attribute(AttributeValue::Null(false), Err("a value is `Null(false)`"));
}

#[test]
fn of_several_faults_the_one_of_the_first_name_is_told() {
    let item = attributes([("pk", s("a")), ("b", n("x")), ("a", AttributeValue::Null(false)), ("c", n("x"))]);
    for _ in 0..20 {
        let write = Write::put(item.clone().into_iter().collect());
        let reason = validate(&write, &strings()).expect_err("it is refused");
        assert_eq!(
            (reason.to_string().contains("a value is `Null(false)`"), reason.place()),
            (true, Some(r#"attribute "a""#))
        );
    }
}

#[test]
fn no_reason_shows_a_value() {
    let secret = "hunter2";
    for value in [
        n(secret),
        AttributeValue::Ss(vec![secret.to_owned(), secret.to_owned()]),
        AttributeValue::Ns(vec![secret.to_owned()]),
        AttributeValue::M(attributes([(secret, AttributeValue::Null(false))])),
    ] {
        let write = Write::put(attributes([("pk", s("a")), ("x", value)]));
        let reason = validate(&write, &strings()).expect_err("it is invalid").to_string();
        assert!(!reason.contains(secret), "{reason}");
    }
}

proptest! {
    #[test]
    fn no_write_makes_the_rules_panic(name in any_text(), value in any_value(), partition in any_value()) {
        let attributes = attributes([("pk", partition), (&name, value)]);
        for write in [Write::put(attributes.clone()), Write::delete(attributes)] {
            let _ = (validate(&write, &strings()), write.heap_bytes(), format!("{write:?}"), write.to_json());
            let _ = write.clone().encode(&strings(), SchemaId::unique());
        }
    }
}
