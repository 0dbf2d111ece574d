use super::number::Number;
use super::value::{AttributeValue, Attributes};
use crate::json::Blob;

/// A primary key; two that are equal name the same item, however their numbers were written.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Key(Vec<Scalar>);

#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Scalar {
    B(Blob),
    N(Number),
    S(String),
}

impl Key {
    /// The key that these attributes of an item are; none if one is missing or cannot be part of a
    /// key.
    pub(super) fn of<'a>(names: impl IntoIterator<Item = &'a String>, item: &Attributes) -> Option<Self> {
        names.into_iter().map(|name| Scalar::of(item.get(name)?)).collect::<Option<_>>().map(Self)
    }
}

impl Scalar {
    fn of(value: &AttributeValue) -> Option<Self> {
        match value {
            AttributeValue::B(bytes) => Some(Self::B(bytes.clone())),
            AttributeValue::N(number) => Some(Self::N(number.clone())),
            AttributeValue::S(text) => Some(Self::S(text.clone())),
            _ => None,
        }
    }
}
