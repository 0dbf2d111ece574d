use aws_sdk_dynamodb::types::AttributeValue;
use proptest::collection::hash_map;
use proptest::prelude::*;

use super::{attributes as read, text};
use crate::ItemError;
use crate::samples::{any_json_number, any_json_value, any_text, attributes, b, n, nested, s};
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

#[test]
fn every_json_value_becomes_an_attribute_of_its_kind() {
    reads(
        r#" { "s" : "a\n\u00e4" , "n":1.50,"t":true,"f":false,"z":null, "l":[1,"x",[]], "m":{"k":{}} } "#,
        attributes([
            ("s", s("a\nä")),
            ("n", n("1.50")),
            ("t", AttributeValue::Bool(true)),
            ("f", AttributeValue::Bool(false)),
            ("z", AttributeValue::Null(true)),
            ("l", AttributeValue::L(vec![n("1"), s("x"), AttributeValue::L(vec![])])),
            ("m", AttributeValue::M(attributes([("k", AttributeValue::M(attributes([])))]))),
        ]),
    );
    reads("{}", attributes([]));
    reads(r#"{"\u0061":""}"#, attributes([("a", s(""))]));
}

#[test]
fn numbers_stay_as_they_are_written() {
    for number in ["12345678901234567890123456789012345678", "0.1", "-0", "1E+3", "1e-130", "1.0", "123e400"]
    {
        reads(&format!(r#"{{"n":{number}}}"#), attributes([("n", n(number))]));
    }
}

#[test]
fn what_is_not_json_is_told_by_its_place() {
    refuses("", "at line 1, column 0");
    refuses("{\n  \"a\": 1,\n  secret\n}", "at line 3, column 3");
    refuses(r#"{"a":01}"#, "at line 1, column 7");
    refuses(r#"{"a":1} x"#, "at line 1, column 9");
    refuses("{\"a\":\"\n\"}", "at line 1, column 6");
    refuses(r#"{"a":"\ud800"}"#, "the value at byte 5");
    refuses(r#"{"a":NaN}"#, "is not valid JSON");
}

#[test]
fn what_is_no_object_is_no_item() {
    for json in ["[]", "1", "null", r#""text""#, "true", " [1]"] {
        refuses(json, "is not an object");
    }
}

#[test]
fn two_members_of_one_name_are_refused() {
    refuses(r#"{"a":1,"a":1}"#, "at byte 11");
    refuses(r#"{"a":{"b":1,"\u0062":2}}"#, "at byte 21");
    reads(r#"{"a":{"a":1}}"#, attributes([("a", AttributeValue::M(attributes([("a", n("1"))])))]));
}

#[test]
fn values_are_nested_up_to_32_levels() {
    let lists = |levels: usize| format!(r#"{{"a":{}0{}}}"#, "[".repeat(levels), "]".repeat(levels));
    assert!(read(&lists(31)).is_ok());
    refuses(&lists(32), "the value at byte 37 of the JSON text is nested deeper than 32 levels");
    refuses(&lists(10_000), "nested deeper than 32 levels");
    let objects = |levels: usize| format!("{}0{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
    assert!(read(&objects(32)).is_ok(), "the outermost is the item");
    refuses(&objects(33), "nested deeper than 32 levels");
    refuses(&objects(10_000), "nested deeper than 32 levels");
    refuses(&format!(r#"{{"a":{}"#, "[".repeat(10_000)), "is not valid JSON");
}

#[test]
fn no_error_shows_the_text() {
    for json in [
        r#"{"secret":"secret","secret":1}"#,
        r#"{"secret":secret}"#,
        r#""secret""#,
        r#"{"secret":"secret\ud800"}"#,
    ] {
        let error = read(json).expect_err("it is refused");
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    }
}

#[test]
fn attributes_are_written_in_the_order_of_their_names() {
    let item = attributes([
        ("b", AttributeValue::M(attributes([("y", n("1.0")), ("x", AttributeValue::Null(true))]))),
        ("a", AttributeValue::L(vec![AttributeValue::Bool(true), AttributeValue::Bool(false), s("\"")])),
    ]);
    assert_eq!(text(&item).as_deref(), Some(r#"{"a":[true,false,"\""],"b":{"x":null,"y":1.0}}"#));
    assert_eq!(text(&attributes([])).as_deref(), Some("{}"));
}

#[test]
fn numbers_that_json_spells_otherwise_keep_their_value() {
    for (number, expected) in [(".5", "0.5"), ("+7", "7"), ("007", "7"), ("5.", "5"), ("1e+2", "1e+2")] {
        let json = text(&attributes([("n", n(number))]));
        assert_eq!(json, Some(format!(r#"{{"n":{expected}}}"#)), "{number}");
    }
}

#[test]
fn what_json_has_no_form_for_has_no_text() {
    let set = AttributeValue::Ss(vec!["a".to_owned()]);
    for value in [b(&[1]), set.clone(), nested(set, 2), n("NaN"), n("1 "), n(r#"1,"x":2"#)] {
        assert_eq!(text(&attributes([("a", value)])), None);
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again_digit_for_digit(item in hash_map(any_text(), any_json_value(), 0..5)) {
        let json = text(&item).expect("JSON has a form for it");
        prop_assert_eq!(read(&json).expect("it is an item"), item);
    }

    #[test]
    fn every_digit_of_a_number_is_kept(number in any_json_number()) {
        reads(&format!(r#"{{"n":[{number}]}}"#), attributes([("n", AttributeValue::L(vec![n(&number)]))]));
    }

    #[test]
    fn no_text_makes_it_panic(text in "[\\[\\]{}\",:a\\\\u0-9e.-]{0,40}") {
        let _ = read(&text).map_err(|error| error.to_string());
    }
}
