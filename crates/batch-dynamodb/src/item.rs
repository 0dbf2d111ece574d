//! What an item weighs: stored, on the wire, and in memory.

use std::collections::HashMap;
use std::iter::Sum;
use std::ops::Add;

use aws_sdk_dynamodb::types::AttributeValue;
use batch_smithy::json::need_escape;

use crate::limits::LEVELS;
use crate::number;
use crate::write::Attributes;

/// The size of an item with these attributes, in bytes as DynamoDB counts: for the limit of 400 KB, and for
/// capacity units. It excludes the 100 bytes per item that are added to billed storage.
///
/// Source: developer guide, "DynamoDB item sizes and formats". An attribute counts its name and its value;
/// names and strings count their UTF-8 bytes, binary values their bytes before base64, a null or a Boolean
/// 1, a list or a map 3, and 1 more for every element. A set counts its members. Values nested deeper than
/// 32 levels, which no item may have, are not counted.
///
/// A number counts 1, 1 for every pair of digits, aligned on the decimal point, from its first
/// significant digit to its last, and 1 if it is negative; at most 21. The guide says "approximately"
/// here; what it leaves open is as others measured it by consumed capacity. Not all agree: where a
/// pair is half a zero that ends or begins the number, as in `120` and `0.012`, some count 1 less.
///
/// ```
/// use std::collections::HashMap;
/// use batch_dynamodb::AttributeValue;
///
/// let item = HashMap::from([
///     ("pk".to_owned(), AttributeValue::S("äöü".to_owned())), // 2 + 6
///     ("n".to_owned(), AttributeValue::N("-12.5".to_owned())), // 1 + (1 + 2 + 1)
/// ]);
/// assert_eq!(batch_dynamodb::item_bytes(&item), 13);
/// ```
#[must_use]
pub fn item_bytes(item: &HashMap<String, AttributeValue>) -> usize {
    Weight::of_attributes(item).item
}

/// What attributes weigh in the three ways that matter, all in bytes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Weight {
    /// As DynamoDB counts an item.
    pub(crate) item: usize,
    /// As JSON, the way the writer writes it.
    pub(crate) wire: usize,
    /// On the heap.
    pub(crate) heap: usize,
}

impl Weight {
    /// The weight of an item, or of the key of a delete.
    pub(crate) fn of_attributes(attributes: &Attributes) -> Self {
        Self::of_map(attributes, 1)
    }

    /// The weight of a map whose values are at this level.
    fn of_map(attributes: &Attributes, level: usize) -> Self {
        let member = |(name, value)| Self::of_text(name) + Self::of(value, level);
        let inside: Self = attributes.iter().map(member).sum();
        Self {
            item: inside.item,
            wire: inside.wire + attributes.len() + brackets_and_commas(attributes.len()), // a colon each
            heap: inside.heap + table_bytes(attributes),
        }
    }

    /// The weight of a value at this level; nothing where no value may be, so that none is nested too
    /// deep for the stack.
    fn of(value: &AttributeValue, level: usize) -> Self {
        match value {
            _ if level > LEVELS => Self::default(),
            AttributeValue::B(blob) => Self::of_blob(blob.as_ref()).tagged(r#"{"B":}"#),
            AttributeValue::Bool(true) => Self { item: 1, wire: r#"{"BOOL":true}"#.len(), heap: 0 },
            AttributeValue::Bool(false) => Self { item: 1, wire: r#"{"BOOL":false}"#.len(), heap: 0 },
            AttributeValue::Bs(set) => {
                Self::of_list(set, set.capacity(), |blob| Self::of_blob(blob.as_ref())).tagged(r#"{"BS":}"#)
            }
            AttributeValue::L(list) => {
                let inside = Self::of_list(list, list.capacity(), |value| Self::of(value, level + 1))
                    .tagged(r#"{"L":}"#);
                Self { item: 3 + list.len() + inside.item, ..inside }
            }
            AttributeValue::M(map) => {
                let inside = Self::of_map(map, level + 1).tagged(r#"{"M":}"#);
                Self { item: 3 + map.len() + inside.item, ..inside }
            }
            AttributeValue::N(text) => Self::of_number(text).tagged(r#"{"N":}"#),
            AttributeValue::Ns(set) => {
                Self::of_list(set, set.capacity(), Self::of_number).tagged(r#"{"NS":}"#)
            }
            AttributeValue::Null(_) => Self { item: 1, wire: r#"{"NULL":true}"#.len(), heap: 0 },
            AttributeValue::S(text) => Self::of_text(text).tagged(r#"{"S":}"#),
            AttributeValue::Ss(set) => Self::of_list(set, set.capacity(), Self::of_text).tagged(r#"{"SS":}"#),
            _ => Self::default(), // a type that the SDK does not know can neither be sent nor sized
        }
    }

    fn of_text(text: &String) -> Self {
        Self { item: text.len(), wire: quoted_bytes(text), heap: text.capacity() }
    }

    /// What is a number needs no escape.
    fn of_number(text: &String) -> Self {
        Self { item: number::bytes(text), wire: 2 + text.len(), heap: text.capacity() }
    }

    fn of_blob(blob: &[u8]) -> Self {
        Self { item: blob.len(), wire: 2 + blob.len().div_ceil(3) * 4, heap: blob.len() }
    }

    fn of_list<T>(list: &[T], capacity: usize, weigh: impl Fn(&T) -> Self) -> Self {
        let inside: Self = list.iter().map(weigh).sum();
        Self {
            item: inside.item,
            wire: inside.wire + brackets_and_commas(list.len()),
            heap: inside.heap + capacity * size_of::<T>(),
        }
    }

    /// The same with the type of the value around it.
    fn tagged(self, braces: &str) -> Self {
        Self { wire: self.wire + braces.len(), ..self }
    }
}

impl Add for Weight {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { item: self.item + other.item, wire: self.wire + other.wire, heap: self.heap + other.heap }
    }
}

impl Sum for Weight {
    fn sum<I: Iterator<Item = Self>>(weights: I) -> Self {
        weights.fold(Self::default(), Self::add)
    }
}

fn brackets_and_commas(elements: usize) -> usize {
    2 + elements.saturating_sub(1)
}

/// What a text comes to as a JSON string.
pub(crate) fn quoted_bytes(text: &str) -> usize {
    let escapes = match need_escape(text) {
        false => 0, // nearly always
        true => text.bytes().map(escape_bytes).sum(),
    };
    2 + text.len() + escapes
}

/// What the escape of a byte adds to it.
fn escape_bytes(byte: u8) -> usize {
    match byte {
        b'"' | b'\\' | b'\x08' | b'\t' | b'\n' | b'\x0c' | b'\r' => 1,
        0..0x20 => r"\u0000".len() - 1,
        _ => 0,
    }
}

/// What the table of a map occupies: an eighth of its places stay free.
fn table_bytes(map: &Attributes) -> usize {
    let places = map.capacity() + map.capacity() / 7 + 1;
    places * (size_of::<(String, AttributeValue)>() + 1)
}

#[cfg(test)]
mod tests;
