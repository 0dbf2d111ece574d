use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, PutRequest};

use super::Write;
use crate::samples::{attributes, b, n, s};
use crate::{ItemError, Table};

#[test]
fn a_put_becomes_a_put_request_and_a_delete_a_delete_request() {
    let item = attributes([("pk", s("a")), ("n", n("1.0"))]);
    let request = Write::put(item.clone()).request();
    assert_eq!(request.put_request().map(PutRequest::item), Some(&item));
    assert!(request.delete_request().is_none());

    let request = Write::delete(item.clone()).request();
    assert_eq!(request.delete_request().map(DeleteRequest::key), Some(&item));
    assert!(request.put_request().is_none());
}

#[test]
fn a_write_gives_back_what_it_was_made_of() {
    let item = attributes([("pk", s("a")), ("b", b(&[1]))]);
    let (put, delete) = (Write::put(item.clone()), Write::delete(item.clone()));
    assert!(delete.is_delete() && !put.is_delete());
    assert_eq!((put.attributes(), put.item_bytes()), (&item, 5));
    assert_ne!(put, delete);
    assert_eq!(put.into_attributes(), item);
}

#[test]
fn a_write_is_for_the_table_that_it_names() {
    let item = attributes([("pk", s("a"))]);
    let write = Write::put(item.clone()).table("audit");
    assert_eq!(write.get_table().map(Table::as_str), Some("audit"));
    assert_eq!(Write::put(item.clone()).get_table(), None);
    assert_ne!(write, Write::put(item.clone()));
    assert_ne!(write, Write::put(item).table("log"));
    assert!(format!("{write:?}").starts_with(r#"Write { kind: Put, table: "audit", bytes: 3"#), "{write:?}");
}

#[test]
fn debug_shows_names_types_and_sizes_and_no_value() {
    let shown = format!("{:?}", Write::put(attributes([("pk", s("secret")), ("n", n("123456"))])));
    assert_eq!(shown, r#"Write { kind: Put, bytes: 13, count: 2, attributes: {"n": "N", "pk": "S"} }"#);
    let many = Write::delete((0..1_000).map(|n| (format!("name-{n:03}"), s("secret"))).collect());
    let shown = format!("{many:?}");
    assert!(shown.contains("count: 1000") && shown.contains("name-009") && shown.len() < 400, "{shown}");
}

#[test]
fn debug_spells_types_as_aws_does() {
    let blob = || Blob::new([1]);
    for (value, spelled) in [
        (AttributeValue::B(blob()), "B"),
        (AttributeValue::Bool(true), "BOOL"),
        (AttributeValue::Bs(vec![blob()]), "BS"),
        (AttributeValue::L(Vec::new()), "L"),
        (AttributeValue::M(attributes([])), "M"),
        (n("1"), "N"),
        (AttributeValue::Ns(vec!["1".to_owned()]), "NS"),
        (AttributeValue::Null(true), "NULL"),
        (s("a"), "S"),
        (AttributeValue::Ss(vec!["a".to_owned()]), "SS"),
    ] {
        let shown = format!("{:?}", Write::put(attributes([("a", value)])));
        assert!(shown.contains(&format!(r#"{{"a": "{spelled}"}}"#)), "{shown}, not {spelled}");
    }
}

#[test]
fn a_value_becomes_the_item_that_its_json_is() {
    let write =
        Write::json(&serde_json::json!({ "pk": "a", "f": 0.1, "l": [null] })).expect("it is an object");
    let expected = attributes([
        ("pk", s("a")),
        ("f", n("0.1")),
        ("l", AttributeValue::L(vec![AttributeValue::Null(true)])),
    ]);
    assert_eq!(write, Write::put(expected));

    assert!(matches!(Write::json(&1), Err(ItemError::NotAnObject)));
    let without_names = std::collections::HashMap::from([([1, 2], 3)]);
    assert!(matches!(Write::json(&without_names), Err(ItemError::Serialize(_))));
}

#[cfg(feature = "serde")]
#[test]
fn a_value_becomes_the_item_that_serde_dynamo_makes_of_it() {
    #[derive(serde::Serialize)]
    struct Order {
        pk: &'static str,
        amount: u64,
        gone: Option<u8>,
    }

    let write = Write::serialize(&Order { pk: "a", amount: u64::MAX, gone: None }).expect("it is a struct");
    let expected = attributes([
        ("pk", s("a")),
        ("amount", n("18446744073709551615")),
        ("gone", AttributeValue::Null(true)),
    ]);
    assert_eq!(write, Write::put(expected));
    assert!(matches!(Write::serialize(&"text"), Err(ItemError::Serialize(_))));
}
