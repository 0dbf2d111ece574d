//! A value in a JSON text by its JSON pointer (RFC 6901), found without reading more of the text than is before it.

use std::fmt;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Deserializer;
use serde_json::value::RawValue;

use crate::member::{Is, Problem};

/// A JSON pointer, taken apart.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Pointer {
    /// As it was given.
    text: String,
    tokens: Vec<String>,
}

impl Pointer {
    /// The pointer that this text is, if it is one to a part of a document.
    pub(crate) fn parse(text: String) -> Result<Self, &'static str> {
        let rest = text.strip_prefix('/').ok_or("does not begin with \"/\"")?;
        let tokens = rest.split('/').map(unescape).collect::<Option<_>>();
        let tokens: Vec<_> = tokens.ok_or("has a \"~\" that is part of neither \"~0\" nor \"~1\"")?;
        if tokens.len() > MOST_TOKENS { Err("has more than 100 parts") } else { Ok(Self { text, tokens }) }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The value that it points to. Of several members with one name, the first counts.
    pub(crate) fn find<'a>(&self, json: &'a [u8]) -> Result<&'a RawValue, Problem> {
        let mut found = None;
        let seed = Step { tokens: &self.tokens, found: &mut found };
        // What stops in the middle of a text gets an error; it does not matter once the value is found.
        let end = seed.deserialize(&mut Deserializer::from_slice(json));
        match (found, end) {
            (Some(value), _) => Ok(value),
            (None, Ok(())) => Err(Problem::Missing),
            // A number or a string on the way may be more than `serde_json` reads, and still be JSON.
            (None, Err(_)) => match serde_json::from_slice::<IgnoredAny>(json) {
                Ok(_) => Err(Problem::Missing),
                Err(_) => Err(Problem::NotJson),
            },
        }
    }
}

/// A token as the names of members are written; none if it has an escape that does not exist.
fn unescape(token: &str) -> Option<String> {
    let mut parts = token.split('~');
    let mut name = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        name.push(match part.as_bytes().first()? {
            b'0' => '~',
            b'1' => '/',
            _ => return None,
        });
        name.push_str(&part[1..]);
    }
    Some(name)
}

/// The place in an array that a token names: digits without a needless zero.
fn index(token: &str) -> Option<usize> {
    let is_index = token == "0" || token.starts_with(|first: char| matches!(first, '1'..='9'));
    if is_index && token.bytes().all(|byte| byte.is_ascii_digit()) { token.parse().ok() } else { None }
}

/// The rest of the way from a value on.
struct Step<'a, 'de> {
    tokens: &'a [String],
    found: &'a mut Option<&'de RawValue>,
}

impl<'de> DeserializeSeed<'de> for Step<'_, 'de> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        if self.tokens.is_empty() {
            *self.found = Some(serde::Deserialize::deserialize(value)?);
            return Ok(());
        }
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Step<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let (name, tokens) = self.tokens.split_first().expect("the way goes on");
        while let Some(is_it) = members.next_key_seed(Is(name))? {
            if is_it {
                return members.next_value_seed(Step { tokens, found: self.found });
            }
            members.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let (token, tokens) = self.tokens.split_first().expect("the way goes on");
        let Some(index) = index(token) else {
            while elements.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        };
        for _ in 0..index {
            if elements.next_element::<IgnoredAny>()?.is_none() {
                return Ok(());
            }
        }
        elements.next_element_seed(Step { tokens, found: self.found }).map(drop)
    }

    // The way ends before its goal.

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}

/// `serde_json` descends 127 levels.
const MOST_TOKENS: usize = 100;

#[cfg(test)]
mod tests;
