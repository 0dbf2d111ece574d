//! Attributes, read from the form in which they travel.

use std::fmt;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64_simd::STANDARD;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::write::Attributes;

/// The attributes of an object that a [`Wire`](crate::wire::Wire) wrote.
pub(crate) fn attributes(json: &[u8]) -> Attributes {
    let Members(attributes) = serde_json::from_slice(json).expect("it is what this crate wrote");
    attributes
}

struct Members(Attributes);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ReadMembers)
    }
}

struct ReadMembers;

impl<'de> Visitor<'de> for ReadMembers {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut attributes = Attributes::new();
        while let Some((name, Value(value))) = map.next_entry()? {
            attributes.insert(name, value);
        }
        Ok(Members(attributes))
    }
}

struct Value(AttributeValue);

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ReadValue).map(Self)
    }
}

struct ReadValue;

impl<'de> Visitor<'de> for ReadValue {
    type Value = AttributeValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value under the name of its type")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<AttributeValue, A::Error> {
        let name: Option<&str> = map.next_key()?;
        Ok(match name {
            Some("B") => AttributeValue::B(map.next_value::<Bytes>()?.0),
            Some("BOOL") => AttributeValue::Bool(map.next_value()?),
            Some("BS") => AttributeValue::Bs(
                map.next_value::<Vec<Bytes>>()?.into_iter().map(|Bytes(blob)| blob).collect(),
            ),
            Some("L") => AttributeValue::L(
                map.next_value::<Vec<Value>>()?.into_iter().map(|Value(value)| value).collect(),
            ),
            Some("M") => AttributeValue::M(map.next_value::<Members>()?.0),
            Some("N") => AttributeValue::N(map.next_value()?),
            Some("NS") => AttributeValue::Ns(map.next_value()?),
            Some("NULL") => AttributeValue::Null(map.next_value()?),
            Some("S") => AttributeValue::S(map.next_value()?),
            Some("SS") => AttributeValue::Ss(map.next_value()?),
            _ => return Err(A::Error::custom("a value has no type that DynamoDB knows")),
        })
    }
}

struct Bytes(Blob);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(deserializer)?;
        let bytes = STANDARD.decode_to_vec(text).map_err(|_| D::Error::custom("bytes are not in base64"))?;
        Ok(Self(Blob::new(bytes)))
    }
}
