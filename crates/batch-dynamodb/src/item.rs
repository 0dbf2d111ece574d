//! What an item weighs: stored, and in memory.

use std::collections::HashMap;
use std::iter::Sum;
use std::ops::Add;

use aws_sdk_dynamodb::types::AttributeValue;

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

/// What attributes occupy on the heap, in bytes.
pub(crate) fn heap_bytes(attributes: &Attributes) -> usize {
    Weight::of_attributes(attributes).heap
}

/// What attributes weigh in two ways, both in bytes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Weight {
    /// As DynamoDB counts an item.
    pub(crate) item: usize,
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
        Self { heap: inside.heap + table_bytes(attributes), ..inside }
    }

    /// The weight of a value at this level; nothing where no value may be, so that none is nested too
    /// deep for the stack.
    fn of(value: &AttributeValue, level: usize) -> Self {
        match value {
            _ if level > LEVELS => Self::default(),
            AttributeValue::B(blob) => Self::of_blob(blob.as_ref()),
            AttributeValue::Bool(_) | AttributeValue::Null(_) => Self { item: 1, heap: 0 },
            AttributeValue::Bs(set) => {
                Self::of_list(set, set.capacity(), |blob| Self::of_blob(blob.as_ref()))
            }
            AttributeValue::L(list) => {
                let inside = Self::of_list(list, list.capacity(), |value| Self::of(value, level + 1));
                Self { item: 3 + list.len() + inside.item, ..inside }
            }
            AttributeValue::M(map) => {
                let inside = Self::of_map(map, level + 1);
                Self { item: 3 + map.len() + inside.item, ..inside }
            }
            AttributeValue::N(text) => Self::of_number(text),
            AttributeValue::Ns(set) => Self::of_list(set, set.capacity(), Self::of_number),
            AttributeValue::S(text) => Self::of_text(text),
            AttributeValue::Ss(set) => Self::of_list(set, set.capacity(), Self::of_text),
            _ => Self::default(), // a type that the SDK does not know can neither be sent nor sized
        }
    }

    fn of_text(text: &String) -> Self {
        Self { item: text.len(), heap: text.capacity() }
    }

    fn of_number(text: &String) -> Self {
        Self { item: number::bytes(text), heap: text.capacity() }
    }

    fn of_blob(blob: &[u8]) -> Self {
        Self { item: blob.len(), heap: blob.len() }
    }

    fn of_list<T>(list: &[T], capacity: usize, weigh: impl Fn(&T) -> Self) -> Self {
        let inside: Self = list.iter().map(weigh).sum();
        Self { heap: inside.heap + capacity * size_of::<T>(), ..inside }
    }
}

impl Add for Weight {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { item: self.item + other.item, heap: self.heap + other.heap }
    }
}

impl Sum for Weight {
    fn sum<I: Iterator<Item = Self>>(weights: I) -> Self {
        weights.fold(Self::default(), Self::add)
    }
}

/// What the table of a map occupies: an eighth of its places stay free.
fn table_bytes(map: &Attributes) -> usize {
    let places = map.capacity() + map.capacity() / 7 + 1;
    places * (size_of::<(String, AttributeValue)>() + 1)
}

#[cfg(test)]
mod tests;
