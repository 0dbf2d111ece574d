//! One top-level member of a JSON text, found without reading more of it than is before it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer as _, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::Deserializer;
use serde_json::value::RawValue;

/// Why a member gives no text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Problem {
    /// It is the empty string.
    Empty,
    /// There is none of that name.
    Missing,
    /// The text is not a JSON object, at least not up to the member.
    NotAnObject,
    /// The text is not JSON, at least not up to the value.
    NotJson,
    /// It is null, which is no value.
    Null,
    /// It is a string with an escape that does not encode a character: half a surrogate pair.
    Unreadable,
}

/// The text of the first member of this name.
pub(crate) fn text(json: &[u8], name: &str) -> Result<String, Problem> {
    text_of(find(json, name)?)
}

/// The text of a value: a string's characters, a number's digits as they are
/// written, `true`, `false`, an object or an array without the whitespace around its parts.
pub(crate) fn text_of(value: &RawValue) -> Result<String, Problem> {
    let value = value.get();
    let text = match value.as_bytes().first() {
        Some(b'"') => serde_json::from_str(value).map_err(|_| Problem::Unreadable)?,
        Some(b'n') => return Err(Problem::Null),
        Some(b'{' | b'[') => compact(value),
        _ => value.to_owned(),
    };
    if text.is_empty() { Err(Problem::Empty) } else { Ok(text) }
}

impl Problem {
    /// In words, about the member of this name.
    pub(crate) fn of_member(self, name: &str) -> Cow<'static, str> {
        match self {
            Self::Missing => format!("the data has no member {name:?} at its top level").into(),
            Self::NotAnObject | Self::NotJson => {
                format!("the data is not a JSON object, so it has no member {name:?}").into()
            }
            other => other.of(format_args!("member {name:?}")),
        }
    }

    /// In words, about the value at this JSON pointer.
    pub(crate) fn at_pointer(self, pointer: &str) -> Cow<'static, str> {
        match self {
            Self::Missing => format!("the data has no value at {pointer:?}").into(),
            Self::NotAnObject | Self::NotJson => {
                format!("the data is not JSON, so it has no value at {pointer:?}").into()
            }
            other => other.of(format_args!("value at {pointer:?}")),
        }
    }

    fn of(self, what: fmt::Arguments<'_>) -> Cow<'static, str> {
        let problem = match self {
            Self::Empty => "is empty",
            Self::Missing | Self::NotAnObject | Self::NotJson => "is not there",
            Self::Null => "is null",
            Self::Unreadable => "contains half a surrogate pair",
        };
        format!("the {what} of the data {problem}").into()
    }
}

fn find<'a>(json: &'a [u8], name: &str) -> Result<&'a RawValue, Problem> {
    let mut found = None;
    let end = Deserializer::from_slice(json).deserialize_map(Find { name, found: &mut found });
    // Whoever stops in the middle of an object gets an error; it does not matter once all is found.
    match (found, end) {
        (Some(value), _) => Ok(value),
        (None, Ok(())) => Err(Problem::Missing),
        (None, Err(_)) => Err(Problem::NotAnObject),
    }
}

/// Takes the value of the first member of this name, and goes no further.
struct Find<'a, 'de> {
    name: &'a str,
    found: &'a mut Option<&'de RawValue>,
}

impl<'de> Visitor<'de> for Find<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(is_it) = members.next_key_seed(Is(self.name))? {
            if is_it {
                *self.found = Some(members.next_value()?);
                return Ok(());
            }
            members.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

/// Whether a name is this one, compared without a copy.
pub(crate) struct Is<'a>(pub(crate) &'a str);

impl<'de> DeserializeSeed<'de> for Is<'_> {
    type Value = bool;

    fn deserialize<D: serde::Deserializer<'de>>(self, name: D) -> Result<bool, D::Error> {
        name.deserialize_str(self)
    }
}

impl Visitor<'_> for Is<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<bool, E> {
        Ok(name == self.0)
    }
}

/// The JSON text without whitespace outside of its strings.
fn compact(json: &str) -> String {
    let (mut in_string, mut is_escaped) = (false, false);
    let mut is_kept = |character: char| {
        let is_kept = in_string || !character.is_ascii_whitespace();
        in_string ^= character == '"' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        is_kept
    };
    json.chars().filter(|&character| is_kept(character)).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{Problem, compact, text};

    #[track_caller]
    fn check(json: &str, expected: Result<&str, Problem>) {
        assert_eq!(text(json.as_bytes(), "id").as_deref().map_err(|&problem| problem), expected, "{json}");
    }

    #[test]
    fn a_member_of_every_type_gives_its_text() {
        check(r#"{"id":"station-17"}"#, Ok("station-17"));
        check(r#"{"id":"\u00e4 \"b\"\n\ud83d\ude00"}"#, Ok("ä \"b\"\n\u{1f600}"));
        check(r#"{"id":17}"#, Ok("17"));
        check(r#"{"id":-0.50e+10}"#, Ok("-0.50e+10"));
        check(r#"{"id":123456789012345678901234567890.12345}"#, Ok("123456789012345678901234567890.12345"));
        check(r#"{"id":1e999}"#, Ok("1e999"));
        check(r#"{"id":true}"#, Ok("true"));
        check(r#"{"id":false}"#, Ok("false"));
        check(
            "{\"id\": { \"b\" : [ 1 , \" \\\" ,\" ],\n\t\"a\" : null } }",
            Ok(r#"{"b":[1," \" ,"],"a":null}"#),
        );
        check(r#"{"id":[ ]}"#, Ok("[]"));
    }

    #[test]
    fn a_member_without_a_value_gives_none() {
        check(r#"{"id":null}"#, Err(Problem::Null));
        check(r#"{"id":""}"#, Err(Problem::Empty));
        check(r#"{"id":"\ud800"}"#, Err(Problem::Unreadable));
        check(r#"{}"#, Err(Problem::Missing));
        check(r#"{"ID":1,"iD":2," id":3}"#, Err(Problem::Missing));
    }

    #[test]
    fn only_the_top_level_counts_and_there_the_first_of_a_name() {
        check(r#"{"a":{"id":1},"b":[{"id":2}],"id":3}"#, Ok("3"));
        check(r#"{"a":{"id":1}}"#, Err(Problem::Missing));
        check(r#"{"id":1,"id":2}"#, Ok("1"));
        check(r#"{"i\u0064":1}"#, Ok("1"));
        check(" \n{ \"x\" : \"}\" , \"id\" : 1 } ", Ok("1"));
    }

    #[test]
    fn what_is_no_object_has_no_members() {
        for json in [
            "",
            "x",
            "17",
            "\"id\"",
            "[{\"id\":1}]",
            "null",
            "{",
            "{\"x\":1",
            "{\"id\":",
            "{\"id\":\"a",
            "{id:1}",
        ] {
            check(json, Err(Problem::NotAnObject));
        }
        assert_eq!(text(b"{\"\xff\":1,\"id\":2}", "id"), Err(Problem::NotAnObject));
        assert_eq!(text(b"{\"id\":\"\xff\"}", "id"), Err(Problem::NotAnObject));
    }

    #[test]
    fn nothing_behind_the_member_is_looked_at() {
        check(r#"{"id":1,"#, Ok("1"));
        check(r#"{"id":1 no JSON"#, Ok("1"));
    }

    pub(crate) fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..4).prop_map(Value::from_iter),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_value_is_found_whatever_is_around_it_and_however_it_is_laid_out(before in any_json(), value in any_json()) {
            let expected = match &value {
                Value::Null => Err(Problem::Null),
                Value::String(text) if text.is_empty() => Err(Problem::Empty),
                Value::String(text) => Ok(text.clone()),
                other => Ok(other.to_string()),
            };
            let json = json!({ "before": before, "id": value });
            prop_assert_eq!(text(json.to_string().as_bytes(), "id"), expected.clone());
            let pretty = serde_json::to_string_pretty(&json).expect("it can be written");
            prop_assert_eq!(text(pretty.as_bytes(), "id"), expected);
            prop_assert_eq!(compact(&pretty), json.to_string());
        }
    }
}
