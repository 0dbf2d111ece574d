//! Rejects what the service would reject in a write, apart from the size of an item.

use std::collections::HashSet;
use std::hash::Hash;

use aws_sdk_dynamodb::types::AttributeValue;
use batch_core::Invalid;
use batch_smithy::check::{at_most, refuse};

use crate::encoded::Unencoded;
use crate::key::{KeyAttribute, KeySchema, ScalarType};
use crate::kind::Kind;
use crate::limits::{ATTRIBUTE_NAME_BYTES, LEVELS, NUMBER_DIGITS, NUMBER_POWERS};
use crate::number::{self, Fault};
use crate::wire::Rules;
use crate::write::{self, Attributes, type_of};

/// What an item or a key may hold: what is wrong with it, and how much it is.
pub(crate) struct Checked {
    /// The bytes so far, as DynamoDB counts an item.
    pub(crate) item_bytes: usize,
    limit: usize,
}

impl Checked {
    /// Nothing so far, and no more than this.
    pub(crate) fn up_to(limit: usize) -> Self {
        Self { item_bytes: 0, limit }
    }

    #[inline]
    fn count(&mut self, bytes: usize) -> Result<(), Unencoded> {
        self.item_bytes += bytes;
        if self.item_bytes > self.limit { Err(Unencoded::TooLarge) } else { Ok(()) }
    }
}

impl Rules for Checked {
    type Fault = Unencoded;

    #[inline]
    fn name(&mut self, name: &str) -> Result<(), Unencoded> {
        name_of_attribute(name)?;
        self.count(name.len())
    }

    /// Checks a value at this level, and no deeper than values may be nested.
    fn value(&mut self, value: &AttributeValue, level: usize) -> Result<(), Unencoded> {
        if level > LEVELS {
            refuse(format!(
                "lists and maps are nested above the limit of {LEVELS} levels; flatten them, or store them as a string"
            ))?;
        }
        let bytes = match value {
            AttributeValue::S(text) => text.len(),
            AttributeValue::N(text) => number::valid_bytes(text).or_else(no_number)?,
            AttributeValue::B(blob) => blob.as_ref().len(),
            AttributeValue::Bool(_) | AttributeValue::Null(true) => 1,
            AttributeValue::Bs(set) => members(set, |blob| Ok((blob.as_ref(), blob.as_ref().len())))?,
            AttributeValue::L(list) => 3 + list.len(),
            AttributeValue::M(map) => 3 + map.len(),
            AttributeValue::Ns(set) => members(set, |text| {
                number::canonical(text).map(|canonical| (canonical, number::bytes(text))).or_else(no_number)
            })?,
            AttributeValue::Null(false) => {
                refuse("a value is `Null(false)`, but DynamoDB accepts only `Null(true)`; use that")?
            }
            AttributeValue::Ss(set) => members(set, |text| Ok((text.as_str(), text.len())))?,
            other => refuse(format!("a value is {}; update the SDK", type_of(other)))?,
        };
        self.count(bytes)
    }

    fn unknown() -> Unencoded {
        Invalid::new("a value is of a type that the SDK does not know; update the SDK").into()
    }
}

/// Checks a write to a table with these keys, apart from the size of its item. It reports the first attribute
/// at fault by name, whatever order the map has.
pub(crate) fn write(kind: Kind, attributes: &Attributes, schema: &KeySchema) -> Result<(), Invalid> {
    for of_table in schema.attributes() {
        key(of_table, kind, attributes)?;
    }
    other_keys(kind, attributes, schema)?;
    let faults = attributes.iter().filter_map(|(name, value)| Some((name, attribute(name, value)?)));
    match faults.min_by(|(one, _), (other, _)| one.cmp(other)) {
        None => Ok(()),
        Some((name, reason)) => Err(reason.at(place(name))),
    }
}

/// The value of this attribute of the table's key, if it can be one.
pub(crate) fn key<'a>(
    key: &KeyAttribute,
    kind: Kind,
    attributes: &'a Attributes,
) -> Result<&'a AttributeValue, Invalid> {
    match write::attribute(attributes, &key.name) {
        None => Err(missing(key, kind, attributes)),
        Some(value) => key_value(key, value, TABLE).map(|()| value),
    }
}

/// Checks the keys of indexes in an item, and that the key of a delete has nothing beside the table's.
pub(crate) fn other_keys(kind: Kind, attributes: &Attributes, schema: &KeySchema) -> Result<(), Invalid> {
    match kind {
        Kind::Delete => nothing_beside(attributes, schema),
        Kind::Put => index_keys(attributes, schema),
    }
}

/// What is wrong with an attribute.
fn attribute(name: &str, value: &AttributeValue) -> Option<Invalid> {
    let mut rules = Checked::up_to(usize::MAX);
    let fault = rules.name(name).and_then(|()| deeply(&mut rules, value, 1)).err()?;
    match fault {
        Unencoded::Invalid(reason) => Some(reason),
        Unencoded::TooLarge => None,
    }
}

fn deeply(rules: &mut Checked, value: &AttributeValue, level: usize) -> Result<(), Unencoded> {
    rules.value(value, level)?;
    match value {
        AttributeValue::L(list) => list.iter().try_for_each(|value| deeply(rules, value, level + 1)),
        AttributeValue::M(map) => map.iter().try_for_each(|(name, value)| {
            rules.name(name)?;
            deeply(rules, value, level + 1)
        }),
        _ => Ok(()),
    }
}

fn place(name: &str) -> String {
    format!("attribute {name:?}")
}

fn name_of_attribute(name: &str) -> Result<(), Invalid> {
    if name.is_empty() {
        return refuse(EMPTY_NAME);
    }
    at_most("bytes in the name of an attribute", name.len(), ATTRIBUTE_NAME_BYTES, "shorten it")
}

/// The bytes of a set, which has members and no duplicates; those of each member stand beside what tells it
/// from others.
fn members<'a, T, K: Eq + Hash>(
    set: &'a [T],
    member: impl Fn(&'a T) -> Result<(K, usize), Invalid>,
) -> Result<usize, Invalid> {
    if set.is_empty() {
        return refuse("a set is empty, which DynamoDB does not accept; omit it, or send a list");
    }
    let mut seen = HashSet::with_capacity(set.len());
    let mut sum = 0;
    for one in set {
        let (identity, bytes) = member(one)?;
        if !seen.insert(identity) {
            return refuse("a set has a duplicate member; remove it, or send a list");
        }
        sum += bytes;
    }
    Ok(sum)
}

fn no_number<T>(fault: Fault) -> Result<T, Invalid> {
    refuse(match fault {
        Fault::NotANumber => String::from("a number is not in decimal notation; send it as a string"),
        Fault::TooManyDigits(digits) => format!(
            "a number of {digits} significant digits is above the limit of {NUMBER_DIGITS}; round it, or send it as a \
             string"
        ),
        Fault::TooLarge => format!(
            "a number is 10^{} or more, above the limit; send it as a string",
            NUMBER_POWERS.end() + 1
        ),
        Fault::TooSmall => format!(
            "a number is closer to 0 than the limit of 10^{}; send it as a string, or as 0",
            NUMBER_POWERS.start()
        ),
    })
}

fn missing(key: &KeyAttribute, kind: Kind, attributes: &Attributes) -> Invalid {
    let KeyAttribute { name, scalar_type, role } = key;
    let what = match kind {
        Kind::Delete => "key of the delete",
        Kind::Put => "item",
    };
    let is_line_of_an_export = attributes_of_an_export(attributes);
    let way_out = if is_line_of_an_export { DYNAMODB_JSON } else { "add it" };
    Invalid::new(format!("the {what} lacks the {role} {name:?} of the table, a {scalar_type}; {way_out}"))
}

fn key_value(key: &KeyAttribute, value: &AttributeValue, whose: &str) -> Result<(), Invalid> {
    let KeyAttribute { name, scalar_type, role } = key;
    if ScalarType::of(value) != Some(*scalar_type) {
        return refuse(format!(
            "the attribute {name:?} is of type {}, and {whose} {role} of that name is a {scalar_type}; {}",
            type_of(value),
            if is_dynamodb_json(value) { DYNAMODB_JSON } else { "convert it" },
        ));
    }
    let bytes = match value {
        AttributeValue::B(blob) => blob.as_ref().len(),
        AttributeValue::S(text) => text.len(),
        _ => return Ok(()), // every number fits
    };
    if bytes == 0 {
        return refuse(format!(
            "{whose} {role} {name:?} is empty, which DynamoDB does not accept; set a value{}",
            if whose == INDEX { ", or omit it" } else { "" },
        ));
    }
    let what = format_args!("bytes in {whose} {role} {name:?}");
    at_most(what, bytes, role.limit(), "shorten it, or hash it")
}

/// Whether this is how a line of an export has its one attribute, the item.
fn attributes_of_an_export(attributes: &Attributes) -> bool {
    match attributes.get("Item") {
        Some(AttributeValue::M(item)) if attributes.len() == 1 => item.values().all(is_dynamodb_json),
        _ => false,
    }
}

/// Whether this is what becomes of a value in DynamoDB JSON: a map that names the type of its one value.
fn is_dynamodb_json(value: &AttributeValue) -> bool {
    const TYPES: [&str; 10] = ["B", "BOOL", "BS", "L", "M", "N", "NS", "NULL", "S", "SS"];
    match value {
        AttributeValue::M(map) if map.len() == 1 => map.keys().all(|name| TYPES.contains(&name.as_str())),
        _ => false,
    }
}

/// Checks what the item has of the keys of indexes. What it lacks keeps it out of the index.
fn index_keys(item: &Attributes, schema: &KeySchema) -> Result<(), Invalid> {
    schema.indexes.iter().try_for_each(|key| match write::attribute(item, &key.name) {
        Some(value) => key_value(key, value, INDEX),
        None => Ok(()),
    })
}

fn nothing_beside(key: &Attributes, schema: &KeySchema) -> Result<(), Invalid> {
    if key.len() == schema.attributes().count() {
        return Ok(()); // it has those of the table
    }
    let beside = key.keys().filter(|name| schema.attributes().all(|key| key.name != **name));
    match beside.min() {
        None => Ok(()),
        Some(name) => Err(Invalid::new(BESIDE).at(place(name))),
    }
}

const TABLE: &str = "the table's";

const INDEX: &str = "an index's";

const DYNAMODB_JSON: &str =
    "this looks like DynamoDB JSON; read it with `Write::from_dynamodb_json` in place of `Write::put_json`";

const BESIDE: &str =
    "the key of the delete has an attribute that is not part of the table's primary key; remove it";

const EMPTY_NAME: &str = "the name of an attribute is empty; set one";

#[cfg(test)]
mod tests;
