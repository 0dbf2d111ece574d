use aws_sdk_dynamodb::types::AttributeValue;
use proptest::prelude::*;

use super::attributes as read;
use crate::ItemError;
use crate::samples::{any_attributes, attributes, b, n, nested, s};
use crate::wire::{Unchecked, Wire};
use crate::write::Attributes;

#[track_caller]
fn reads(json: &str, expected: Attributes) {
    assert_eq!(read(json).expect("it is an item"), expected, "{json}");
}

/// Checks that the text is refused, for this reason.
#[track_caller]
fn refuses(json: &str, words: &str) -> ItemError {
    let error = read(json).expect_err("it is refused");
    assert!(error.to_string().contains(words), "{error}\ndoes not contain\n{words}");
    error
}

fn written(item: &Attributes) -> String {
    let mut wire = Wire { json: Vec::new(), rules: Unchecked };
    wire.members(item, 1).expect("the SDK knows all types");
    String::from_utf8(wire.json).expect("JSON is text")
}

#[test]
fn a_value_of_every_type_is_read() {
    reads(
        r#" { "b":{"B":"AP8="}, "bool" : { "BOOL" : false }, "bs":{"BS":["AA==",""]},
              "l":{"L":[{"S":"x"},{"L":[]}]}, "m":{"M":{"k":{"NULL":true}}}, "n":{"N":"-1.50"},
              "ns":{"NS":["1","2e1"]}, "s":{"S":"ä\"\u00e4"}, "ss":{"SS":["a","b"]} } "#,
        attributes([
            ("b", b(&[0, 255])),
            ("bool", AttributeValue::Bool(false)),
            ("bs", AttributeValue::Bs([&[0][..], &[]].map(|bytes| bytes.to_vec().into()).into())),
            ("l", AttributeValue::L(vec![s("x"), AttributeValue::L(vec![])])),
            ("m", AttributeValue::M(attributes([("k", AttributeValue::Null(true))]))),
            ("n", n("-1.50")),
            ("ns", AttributeValue::Ns(vec!["1".to_owned(), "2e1".to_owned()])),
            ("s", s("ä\"ä")),
            ("ss", AttributeValue::Ss(vec!["a".to_owned(), "b".to_owned()])),
        ]),
    );
    reads("{}", attributes([]));
    reads(r#"{"\u0061":{"\u0053":""}}"#, attributes([("a", s(""))]));
    reads(r#"{"a":{"B":"\/\/\/\/"}}"#, attributes([("a", b(&[255, 255, 255]))]));
}

#[test]
fn numbers_keep_every_digit() {
    for number in ["12345678901234567890123456789012345678", "0.10", "-0", "1E+3", "123e400", "NaN"] {
        reads(&format!(r#"{{"n":{{"N":"{number}"}}}}"#), attributes([("n", n(number))]));
    }
}

#[test]
fn the_item_of_a_line_of_an_export_is_unwrapped() {
    let item = attributes([("pk", s("a"))]);
    reads(r#"{"Item":{"pk":{"S":"a"}}}"#, item.clone());
    reads(r#"{"Item":{}}"#, attributes([]));
    // Named by its attribute alone, this is an item that has an attribute `Item`.
    reads(r#"{"Item":{"S":"a"}}"#, attributes([("Item", s("a"))]));
    reads(r#"{"Item":{"M":{"pk":{"S":"a"}}}}"#, attributes([("Item", AttributeValue::M(item.clone()))]));
    refuses(r#"{"Item":{"pk":{"S":"a"}},"x":{"S":"a"}}"#, "the value at byte 8");
    refuses(r#"{"Item":{"Item":{"pk":{"S":"a"}}}}"#, "the value at byte 16");
}

#[test]
fn plain_json_is_told_which_method_reads_it() {
    for (json, byte) in [
        (r#"{"pk":"a"}"#, 6),
        (r#"{"pk":{"S":"a"},"n":1}"#, 20),
        (r#"{"pk":{"S":"a","N":"1"}}"#, 6),
        (r#"{"pk":{}}"#, 6),
        (r#"{"pk":{"s":"a"}}"#, 6),
        (r#"{"pk":null}"#, 6),
        (r#"{"l":{"L":["a"]}}"#, 11),
        (r#"{"m":{"M":{"k":[]}}}"#, 15),
    ] {
        let error = refuses(json, &format!("the value at byte {byte} of the JSON text is not DynamoDB JSON"));
        assert!(error.to_string().contains("`Write::put_json`"), "{error}");
    }
}

#[test]
fn a_value_that_is_not_of_its_type_is_told_by_place_and_type() {
    for (json, words) in [
        (r#"{"n":{"N":1}}"#, "byte 10 of the JSON text names the type N, and must be a string with a number"),
        (r#"{"b":{"B":"*"}}"#, "byte 10 of the JSON text names the type B, and must be a string of base64"),
        (r#"{"b":{"B":"AP8"}}"#, "a string of base64"),
        (r#"{"b":{"BOOL":"true"}}"#, "the type BOOL, and must be true or false"),
        (r#"{"s":{"S":null}}"#, "the type S, and must be a string"),
        (r#"{"z":{"NULL":false}}"#, "the type NULL, and must be true"),
        (r#"{"l":{"L":{}}}"#, "the type L, and must be an array"),
        (r#"{"m":{"M":[]}}"#, "the type M, and must be an object"),
        (
            r#"{"s":{"SS":["a",1]}}"#,
            "byte 16 of the JSON text names the type SS, and must be an array of strings",
        ),
        (r#"{"s":{"NS":"1"}}"#, "the type NS"),
        (r#"{"s":{"BS":["-"]}}"#, "byte 12 of the JSON text names the type BS"),
    ] {
        refuses(json, words);
    }
}

#[test]
fn what_is_wrong_with_any_json_is_wrong_here_too() {
    refuses("[]", "is not an object");
    refuses("{", "is not valid JSON at line 1");
    refuses(r#"{"a":{"S":"a"},"a":{"S":"b"}}"#, "the second with its value at byte 19");
    refuses(r#"{"a":{"M":{"b":{"S":""},"b":{"S":""}}}}"#, "the second with its value at byte 28");
    refuses(r#"{"a":{"S":"\ud800"}}"#, "the value at byte 10");
}

#[test]
fn values_are_nested_up_to_32_levels() {
    let item = |levels| attributes([("a", nested(s("x"), levels))]);
    reads(&written(&item(31)), item(31));
    refuses(&written(&item(32)), "nested deeper than 32 levels");
    let lists =
        |levels: usize| format!(r#"{{"a":{}{{"L":[]}}{}}}"#, r#"{"L":["#.repeat(levels), "]}".repeat(levels));
    refuses(&lists(10_000), "nested deeper than 32 levels");
}

#[test]
fn no_error_shows_the_text() {
    for json in [
        r#"{"secret":"secret"}"#,
        r#"{"secret":{"secret":"secret"}}"#,
        r#"{"secret":{"B":"secret"}}"#,
        r#"{"secret":{"SS":{"secret":1}}}"#,
    ] {
        let error = read(json).expect_err("it is refused");
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    }
}

proptest! {
    #[test]
    fn an_item_is_read_from_what_is_sent_of_it(item in any_attributes()) {
        let text = written(&item);
        prop_assert_eq!(&read(&text).expect("it is DynamoDB JSON"), &item);
        let pretty: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        let pretty = serde_json::to_string_pretty(&pretty).expect("it can be written");
        prop_assert_eq!(&read(&pretty).expect("it is DynamoDB JSON"), &item);
        if item.len() > 1 {
            prop_assert_eq!(read(&format!(r#"{{"Item":{text}}}"#)).expect("it is a line of an export"), item);
        }
    }

    #[test]
    fn no_text_is_read_in_part(text in "\\PC{0,40}", at in 0..200_usize, item in any_attributes()) {
        let _ = read(&text);
        let mut written = written(&item);
        let at = written.char_indices().nth(at).map_or(0, |(place, _)| place);
        written.insert_str(at, &text);
        let _ = read(&written);
    }
}
