//! DynamoDB JSON to attributes.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::code::{invalid, invalid_values};
use super::number::Number;
use super::value::{AttributeValue, Attributes};
use crate::refusal::{Refusal, SERIALIZATION};

/// The attributes that the text is, each of which is valid by itself.
///
/// Every level is read into the texts of its values before those are read in turn, so that nothing
/// deeper than allowed is read at all.
pub(super) fn attributes(text: &RawValue) -> Result<Attributes, Refusal> {
    members(text, 1)
}

fn members(text: &RawValue, level: usize) -> Result<Attributes, Refusal> {
    let members: BTreeMap<String, &RawValue> = parse(text)?;
    members
        .into_iter()
        .map(|(name, text)| {
            check_name(&name)?;
            Ok((name, value(text, level)?))
        })
        .collect()
}

/// The value of one attribute, which has exactly one type.
fn value(text: &RawValue, level: usize) -> Result<AttributeValue, Refusal> {
    if level > MOST_LEVELS {
        return Err(invalid(
            "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit",
        ));
    }
    let members: BTreeMap<String, Option<&RawValue>> = parse(text)?;
    let mut typed = members
        .iter()
        .filter_map(|(name, text)| Some((name.as_str(), (*text)?)))
        .filter(|(name, _)| TYPES.contains(name));
    match (typed.next(), typed.next()) {
        (Some((name, text)), None) => of_type(name, text, level),
        (Some(_), Some(_)) => Err(invalid(
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
        )),
        (None, _) => Err(invalid(
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
        )),
    }
}

fn of_type(name: &str, text: &RawValue, level: usize) -> Result<AttributeValue, Refusal> {
    Ok(match name {
        "B" => AttributeValue::B(parse(text)?),
        "BOOL" => AttributeValue::Bool(parse(text)?),
        "BS" => AttributeValue::BinarySet(set(parse(text)?, "Binary sets should not be empty")?),
        "L" => {
            let elements: Vec<&RawValue> = parse(text)?;
            let values = elements.into_iter().map(|element| value(element, level + 1));
            AttributeValue::L(values.collect::<Result<_, _>>()?)
        }
        "M" => AttributeValue::M(members(text, level + 1)?),
        "N" => AttributeValue::N(Number::parse(&parse::<String>(text)?)?),
        "NS" => {
            let texts: Vec<String> = parse(text)?;
            let numbers = texts.iter().map(|text| Number::parse(text)).collect::<Result<_, _>>()?;
            AttributeValue::NumberSet(set(numbers, "An number set  may not be empty")?)
        }
        "NULL" => match parse(text)? {
            true => AttributeValue::Null(true),
            false => return Err(invalid_values("Null attribute value types must have the value of true")),
        },
        "SS" => AttributeValue::StringSet(set(parse(text)?, "An string set  may not be empty")?),
        _ => AttributeValue::S(parse(text)?),
    })
}

/// The members of a set, of which there is at least one and no two are equal.
fn set<T: Ord>(members: Vec<T>, if_empty: &str) -> Result<Vec<T>, Refusal> {
    if members.is_empty() {
        return Err(invalid_values(if_empty));
    }
    if members.iter().collect::<BTreeSet<_>>().len() < members.len() {
        return Err(invalid_values("Input collection contains duplicates."));
    }
    Ok(members)
}

fn check_name(name: &str) -> Result<(), Refusal> {
    match name.len() {
        0 => Err(invalid_values("Attribute name must not be empty")),
        1..=MOST_NAME_BYTES => Ok(()),
        _ => Err(invalid_values("Attribute name is too large, must be less than 65536 bytes")),
    }
}

fn parse<'a, T: Deserialize<'a>>(text: &'a RawValue) -> Result<T, Refusal> {
    serde_json::from_str(text.get()).map_err(|error| Refusal::new(&SERIALIZATION, error.to_string()))
}

/// The attribute itself is the first level; every list or map around a value is one more.
const MOST_LEVELS: usize = 32;
const MOST_NAME_BYTES: usize = 65_535;
const TYPES: [&str; 10] = ["B", "BOOL", "BS", "L", "M", "N", "NS", "NULL", "S", "SS"];
