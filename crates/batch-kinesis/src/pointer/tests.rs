use proptest::prelude::*;
use serde_json::{Value, json};

use super::Pointer;
use crate::member::Problem;
use crate::member::tests::any_json;

/// What a pointer finds in a text.
fn find(pointer: &str, json: &str) -> Result<String, Problem> {
    let pointer = Pointer::parse(pointer.to_owned()).expect("it is a pointer");
    pointer.find(json.as_bytes()).map(|value| value.get().to_owned())
}

#[track_caller]
fn check(pointer: &str, json: &str, expected: Result<&str, Problem>) {
    assert_eq!(find(pointer, json).as_deref().map_err(|&problem| problem), expected, "{pointer} in {json}");
}

/// The document and the pointers of RFC 6901, section 5.
#[test]
fn the_examples_of_the_standard_are_found() {
    let document =
        r#"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}"#;
    for (pointer, expected) in [
        ("/foo", r#"["bar","baz"]"#),
        ("/foo/0", r#""bar""#),
        ("/", "0"),
        ("/a~1b", "1"),
        ("/c%d", "2"),
        ("/e^f", "3"),
        ("/g|h", "4"),
        ("/i\\j", "5"),
        ("/k\"l", "6"),
        ("/ ", "7"),
        ("/m~0n", "8"),
    ] {
        check(pointer, document, Ok(expected));
    }
}

#[test]
fn an_escape_is_read_once() {
    check("/~01", r#"{"/":1,"~1":2,"~01":3}"#, Ok("2"));
    check("/~1~0", r#"{"/~":1}"#, Ok("1"));
    for (text, words) in
        [("", "begin"), ("a/b", "begin"), ("/~", "\"~\""), ("/a~2", "\"~\""), ("/~~0", "\"~\"")]
    {
        let reason = Pointer::parse(text.to_owned()).expect_err("it is no pointer");
        assert!(reason.contains(words), "{text}: {reason}");
    }
}

#[test]
fn a_value_is_found_a_hundred_levels_deep() {
    let json = format!("{}7{}", r#"{"a":["#.repeat(50), "]}".repeat(50));
    check(&"/a/0".repeat(50), &json, Ok("7"));
    let reason = Pointer::parse("/a".repeat(101)).expect_err("it is too deep");
    assert!(reason.contains("100"), "{reason}");
    let deeper = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    check("/0/0", &deeper, Ok(&deeper[2..deeper.len() - 2]));
    check("/1", &deeper, Err(Problem::Missing));
}

#[test]
fn a_place_in_an_array_is_digits_without_a_needless_zero() {
    let digits = r#"{"a":[0,1,2,3,4,5,6,7,8,9,10]}"#;
    check("/a/0", digits, Ok("0"));
    check("/a/10", digits, Ok("10"));
    for token in ["11", "01", "00", "-", "-1", "+1", "1e0", "", "x", "99999999999999999999999999"] {
        check(&format!("/a/{token}"), digits, Err(Problem::Missing));
    }
    check("/0", r#"{"0":1}"#, Ok("1"));
    check("/1/0", "[1,[2]]", Ok("2"));
}

#[test]
fn a_way_that_ends_before_its_goal_finds_nothing() {
    for value in ["1", "1e999", "-5", "0.5", "true", "null", r#""text""#, r#""\ud800""#, "[]", "{}"] {
        check("/user/id", &format!(r#"{{"user":{value},"id":1}}"#), Err(Problem::Missing));
        check("/user", value, Err(Problem::Missing));
    }
    check("/user/id", r#"{"user":{"ID":1}}"#, Err(Problem::Missing));
}

#[test]
fn the_first_of_a_name_counts_at_every_level() {
    check("/a/b", r#"{"a":{"b":1,"b":2},"a":{"b":3}}"#, Ok("1"));
    check("/a/b", r#"{"a":{},"a":{"b":3}}"#, Err(Problem::Missing));
    check("/a/b", r#"{"\u0061":{"\u0062":1}}"#, Ok("1"));
}

#[test]
fn nothing_behind_the_value_is_looked_at() {
    check("/a/b", r#"{"a":{"b":1,"#, Ok("1"));
    check("/a/1", r#"{"a":[0,1 no JSON"#, Ok("1"));
    for broken in ["", "{", r#"{"a":{"b":"#, r#"{"a":{"c":1}"#, "{\"\u{0}", "x"] {
        check("/a/b", broken, Err(Problem::NotJson));
    }
}

/// Every pointer to a part of this value.
fn pointers(value: &Value, here: &str, found: &mut Vec<String>) {
    found.push(here.to_owned());
    match value {
        Value::Array(elements) => {
            for (place, element) in elements.iter().enumerate() {
                pointers(element, &format!("{here}/{place}"), found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let token = name.replace('~', "~0").replace('/', "~1");
                pointers(member, &format!("{here}/{token}"), found);
            }
        }
        _ => {}
    }
}

proptest! {
    #[test]
    fn what_is_found_is_what_serde_json_finds(document in any_json(), strange in "(/([a-z01]|~0|~1|-){0,3}){1,4}") {
        let document = json!({ "a": document, "~/": [1, { "0": 2 }] });
        let mut all = vec![strange];
        pointers(&document, "", &mut all);
        for pointer in all.iter().filter(|pointer| !pointer.is_empty()) {
            for text in [document.to_string(), format!("{document:#}")] {
                let found = find(pointer, &text).map(|value| serde_json::from_str::<Value>(&value).expect("it is JSON"));
                prop_assert_eq!(found.ok(), document.pointer(pointer).cloned(), "{}", pointer);
            }
        }
    }
}
