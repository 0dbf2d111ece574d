//! DynamoDB JSON to attributes: JSON in which each value stands in an object that names its type.
//!
//! What this crate wrote itself is read by `decode.rs`, which trusts it.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64_simd::STANDARD;
use serde_json::value::RawValue;

use crate::ItemError;
use crate::json::{Members, Reader};
use crate::limits::LEVELS;
use crate::write::Attributes;

/// The attributes that the members of this object are, or those of the item in its one member `Item`.
pub(crate) fn attributes(text: &str) -> Result<Attributes, ItemError> {
    let (reader, whole) = Reader::of_object(text)?;
    let reader = Typed(reader);
    let Members(members) = reader.0.read(whole)?;
    match reader.wrapped(&members)? {
        Some(item) => reader.members(item, 0),
        None => reader.attributes(members, 0),
    }
}

/// A type, as its values name it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Type {
    B,
    Bool,
    Bs,
    L,
    M,
    N,
    Ns,
    Null,
    S,
    Ss,
}

impl Type {
    fn named(name: &str) -> Option<Self> {
        TYPES.iter().find(|(known, ..)| *known == name).map(|(_, of, _)| *of)
    }

    /// Its name, and what its values are.
    fn described(self) -> (&'static str, &'static str) {
        let (named, _, expected) = TYPES[self as usize];
        (named, expected)
    }
}

/// In the order of the variants.
const TYPES: [(&str, Type, &str); 10] = [
    ("B", Type::B, "a string of base64"),
    ("BOOL", Type::Bool, "true or false"),
    ("BS", Type::Bs, "an array of strings of base64"),
    ("L", Type::L, "an array"),
    ("M", Type::M, "an object"),
    ("N", Type::N, "a string with a number in it"),
    ("NS", Type::Ns, "an array of strings with numbers in them"),
    ("NULL", Type::Null, "true"),
    ("S", Type::S, "a string"),
    ("SS", Type::Ss, "an array of strings"),
];

struct Typed<'a>(Reader<'a>);

impl<'a> Typed<'a> {
    /// The item that is wrapped in an object of these members, as in a line of an export.
    fn wrapped(&self, members: &[(String, &'a RawValue)]) -> Result<Option<&'a RawValue>, ItemError> {
        match members {
            [(name, item)] if name == "Item" && is_object(item) && self.typed(item)?.is_none() => {
                Ok(Some(item))
            }
            _ => Ok(None),
        }
    }

    fn members(&self, raw: &'a RawValue, level: usize) -> Result<Attributes, ItemError> {
        let Members(members) = self.0.read(raw)?;
        self.attributes(members, level)
    }

    fn attributes(
        &self,
        members: Vec<(String, &'a RawValue)>,
        level: usize,
    ) -> Result<Attributes, ItemError> {
        self.0.collect(members, |value| self.value(value, level + 1))
    }

    /// The value that this object names the type of. Each level of a value is two of JSON.
    fn value(&self, raw: &'a RawValue, level: usize) -> Result<AttributeValue, ItemError> {
        if level > LEVELS {
            return Err(ItemError::TooDeep { byte: self.0.place(raw) });
        }
        let Some((of, value)) = self.typed(raw)? else {
            return Err(ItemError::Untyped { byte: self.0.place(raw) });
        };
        Ok(match of {
            Type::B => AttributeValue::B(self.blob(value, of)?),
            Type::Bool => match value.get() {
                "false" => AttributeValue::Bool(false),
                "true" => AttributeValue::Bool(true),
                _ => return Err(self.mistyped(value, of)),
            },
            Type::Bs => AttributeValue::Bs(self.elements(value, of, |element| self.blob(element, of))?),
            Type::L => AttributeValue::L(self.elements(value, of, |element| self.value(element, level + 1))?),
            Type::M if is_object(value) => AttributeValue::M(self.members(value, level)?),
            Type::N => AttributeValue::N(self.text(value, of)?),
            Type::Ns => AttributeValue::Ns(self.elements(value, of, |element| self.text(element, of))?),
            Type::Null if value.get() == "true" => AttributeValue::Null(true),
            Type::S => AttributeValue::S(self.text(value, of)?),
            Type::Ss => AttributeValue::Ss(self.elements(value, of, |element| self.text(element, of))?),
            Type::M | Type::Null => return Err(self.mistyped(value, of)),
        })
    }

    /// The type that this object names, and the value of it; none if it is no such object.
    fn typed(&self, raw: &'a RawValue) -> Result<Option<(Type, &'a RawValue)>, ItemError> {
        if !is_object(raw) {
            return Ok(None);
        }
        let Members(members) = self.0.read(raw)?;
        Ok(match &members[..] {
            [(name, value)] => Type::named(name).map(|of| (of, *value)),
            _ => None,
        })
    }

    fn elements<T>(
        &self,
        raw: &'a RawValue,
        of: Type,
        read: impl Fn(&'a RawValue) -> Result<T, ItemError>,
    ) -> Result<Vec<T>, ItemError> {
        if !raw.get().starts_with('[') {
            return Err(self.mistyped(raw, of));
        }
        let elements: Vec<&RawValue> = self.0.read(raw)?;
        elements.into_iter().map(read).collect()
    }

    fn text(&self, raw: &'a RawValue, of: Type) -> Result<String, ItemError> {
        if raw.get().starts_with('"') { self.0.read(raw) } else { Err(self.mistyped(raw, of)) }
    }

    fn blob(&self, raw: &'a RawValue, of: Type) -> Result<Blob, ItemError> {
        let text = self.text(raw, of)?;
        STANDARD.decode_to_vec(text).map(Blob::new).map_err(|_| self.mistyped(raw, of))
    }

    fn mistyped(&self, raw: &RawValue, of: Type) -> ItemError {
        let (named, expected) = of.described();
        ItemError::Mistyped { byte: self.0.place(raw), named, expected }
    }
}

fn is_object(raw: &RawValue) -> bool {
    raw.get().starts_with('{')
}

#[cfg(test)]
mod tests;
