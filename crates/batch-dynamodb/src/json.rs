//! JSON text to attributes and back, without a number ever being anything but text.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::limits::LEVELS;
use crate::write::Attributes;
use crate::{ItemError, number};

/// The attributes that the members of this object become: `null` a null, a string, a number or a
/// Boolean the same, an array a list, an object a map.
///
/// Each level is read into the texts of its values before those are read in turn, so that numbers
/// stay text; of a text that is nested too deep, no more is read than the levels that are allowed.
pub(crate) fn attributes(text: &str) -> Result<Attributes, ItemError> {
    let (reader, whole) = Reader::of_object(text)?;
    reader.members(whole, 0)
}

/// The object that these attributes are, with its members in the order of their names; none if one
/// of them has no counterpart in JSON.
pub(crate) fn text(attributes: &Attributes) -> Option<String> {
    let mut json = String::new();
    write_members(attributes, &mut json)?;
    Some(json)
}

/// Reads a text piece by piece, and knows where each piece begins.
pub(crate) struct Reader<'a> {
    text: &'a str,
}

impl<'a> Reader<'a> {
    /// One for this text, which is an object; and the whole of it.
    pub(crate) fn of_object(text: &'a str) -> Result<(Self, &'a RawValue), ItemError> {
        let syntax =
            |error: serde_json::Error| ItemError::Syntax { line: error.line(), column: error.column() };
        let whole: &RawValue = serde_json::from_str(text).map_err(syntax)?;
        if whole.get().starts_with('{') { Ok((Self { text }, whole)) } else { Err(ItemError::NotAnObject) }
    }

    /// Syntax is checked already, except for what an escape stands for.
    pub(crate) fn read<T: Deserialize<'a>>(&self, raw: &'a RawValue) -> Result<T, ItemError> {
        serde_json::from_str(raw.get()).map_err(|_| ItemError::Unreadable { byte: self.place(raw) })
    }

    /// Where this piece of the text begins.
    pub(crate) fn place(&self, raw: &RawValue) -> usize {
        raw.get().as_ptr().addr() - self.text.as_ptr().addr()
    }

    /// The attributes that these members become.
    pub(crate) fn collect(
        &self,
        members: Vec<(String, &'a RawValue)>,
        read: impl Fn(&'a RawValue) -> Result<AttributeValue, ItemError>,
    ) -> Result<Attributes, ItemError> {
        let mut attributes = Attributes::with_capacity(members.len());
        for (name, value) in members {
            match attributes.entry(name) {
                Entry::Occupied(_) => return Err(ItemError::DuplicateName { byte: self.place(value) }),
                Entry::Vacant(vacant) => vacant.insert(read(value)?),
            };
        }
        Ok(attributes)
    }

    fn value(&self, raw: &'a RawValue, level: usize) -> Result<AttributeValue, ItemError> {
        let text = raw.get();
        Ok(match text.as_bytes().first() {
            _ if level > LEVELS => return Err(ItemError::TooDeep { byte: self.place(raw) }),
            Some(b'"') => AttributeValue::S(self.read(raw)?),
            Some(b'[') => {
                let elements: Vec<&RawValue> = self.read(raw)?;
                let values = elements.into_iter().map(|element| self.value(element, level + 1));
                AttributeValue::L(values.collect::<Result<_, _>>()?)
            }
            Some(b'f' | b't') => AttributeValue::Bool(text == "true"),
            Some(b'n') => AttributeValue::Null(true),
            Some(b'{') => AttributeValue::M(self.members(raw, level)?),
            _ => AttributeValue::N(text.to_owned()),
        })
    }

    fn members(&self, raw: &'a RawValue, level: usize) -> Result<Attributes, ItemError> {
        let Members(members) = self.read(raw)?;
        self.collect(members, |value| self.value(value, level + 1))
    }
}

/// The members of an object as they are written, whether or not they share a name.
pub(crate) struct Members<'a>(pub(crate) Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Collect).map(Self)
    }
}

struct Collect;

impl<'de> Visitor<'de> for Collect {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

fn write_members(attributes: &Attributes, json: &mut String) -> Option<()> {
    let sorted: BTreeMap<_, _> = attributes.iter().collect();
    enclosed(json, ['{', '}'], sorted, |(name, value), json| {
        write_text(name, json)?;
        json.push(':');
        write_value(value, json)
    })
}

fn write_value(value: &AttributeValue, json: &mut String) -> Option<()> {
    match value {
        AttributeValue::Bool(true) => json.push_str("true"),
        AttributeValue::Bool(false) => json.push_str("false"),
        AttributeValue::L(list) => enclosed(json, ['[', ']'], list, write_value)?,
        AttributeValue::M(map) => write_members(map, json)?,
        AttributeValue::N(text) => write_number(text, json)?,
        AttributeValue::Null(_) => json.push_str("null"),
        AttributeValue::S(text) => write_text(text, json)?,
        _ => return None, // bytes and sets
    }
    Some(())
}

/// A number as it is, unless JSON does not know its spelling, such as `.5`.
fn write_number(text: &str, json: &mut String) -> Option<()> {
    let is_json = text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        && serde_json::from_str::<&RawValue>(text).is_ok_and(|number| number.get() == text);
    match is_json {
        true => json.push_str(text),
        false => json.push_str(&number::canonical(text).ok()?),
    }
    Some(())
}

fn write_text(text: &str, json: &mut String) -> Option<()> {
    json.push_str(&serde_json::to_string(text).ok()?);
    Some(())
}

fn enclosed<T>(
    json: &mut String,
    [open, close]: [char; 2],
    elements: impl IntoIterator<Item = T>,
    write: impl Fn(T, &mut String) -> Option<()>,
) -> Option<()> {
    json.push(open);
    for (place, element) in elements.into_iter().enumerate() {
        if place > 0 {
            json.push(',');
        }
        write(element, json)?;
    }
    json.push(close);
    Some(())
}

#[cfg(test)]
mod tests;
