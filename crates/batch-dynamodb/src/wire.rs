//! Attributes in the form in which they travel: JSON in which each value stands under the name of its type.
//!
//! Written by hand: a write has a dozen short texts, so that what a text costs beside its bytes
//! decides. Through `serde_json` a write costs twice as much.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64_simd::STANDARD;
use batch_smithy::json::push_escaped;

use crate::limits::LEVELS;
use crate::write::Attributes;

/// What is written, and the rules that it is held to on the way.
pub(crate) struct Wire<R> {
    pub(crate) json: Vec<u8>,
    pub(crate) rules: R,
}

/// What names and values are held to. Each is shown before it is written.
pub(crate) trait Rules {
    type Fault;

    fn name(&mut self, name: &str) -> Result<(), Self::Fault>;

    /// A value at this level, itself alone: what a list or a map holds comes after it.
    fn value(&mut self, value: &AttributeValue, level: usize) -> Result<(), Self::Fault>;

    /// The value is of a type that has no form, because the SDK does not know it.
    fn unknown() -> Self::Fault;
}

/// No rules: only what has no form is not written.
pub(crate) struct Unchecked;

#[derive(Debug)]
pub(crate) struct Unknown;

impl Rules for Unchecked {
    type Fault = Unknown;

    #[inline]
    fn name(&mut self, _: &str) -> Result<(), Unknown> {
        Ok(())
    }

    #[inline]
    fn value(&mut self, _: &AttributeValue, _: usize) -> Result<(), Unknown> {
        Ok(())
    }

    fn unknown() -> Unknown {
        Unknown
    }
}

impl<R: Rules> Wire<R> {
    /// The members of an object, with its braces.
    pub(crate) fn members(&mut self, attributes: &Attributes, level: usize) -> Result<(), R::Fault> {
        self.enclosed(["{", "}"], attributes, |wire, (name, value)| wire.member(name, value, level))
    }

    #[inline]
    pub(crate) fn member(
        &mut self,
        name: &str,
        value: &AttributeValue,
        level: usize,
    ) -> Result<(), R::Fault> {
        self.rules.name(name)?;
        self.text(["\"", "\":"], name);
        self.value(value, level)
    }

    /// A value under the name of its type.
    fn value(&mut self, value: &AttributeValue, level: usize) -> Result<(), R::Fault> {
        self.rules.value(value, level)?;
        match value {
            AttributeValue::B(blob) => self.blob([r#"{"B":""#, r#""}"#], blob),
            AttributeValue::Bool(true) => self.raw(r#"{"BOOL":true}"#),
            AttributeValue::Bool(false) => self.raw(r#"{"BOOL":false}"#),
            AttributeValue::Bs(set) => {
                return self.enclosed([r#"{"BS":["#, "]}"], set, |wire, blob| {
                    wire.blob(["\"", "\""], blob);
                    Ok(())
                });
            }
            AttributeValue::L(list) => {
                return self.enclosed([r#"{"L":["#, "]}"], list, |wire, value| wire.value(value, level + 1));
            }
            AttributeValue::M(map) => {
                self.raw(r#"{"M":"#);
                self.members(map, level + 1)?;
                self.raw("}");
            }
            AttributeValue::N(text) => self.text([r#"{"N":""#, r#""}"#], text),
            AttributeValue::Ns(set) => return self.texts([r#"{"NS":["#, "]}"], set),
            AttributeValue::Null(true) => self.raw(r#"{"NULL":true}"#),
            AttributeValue::S(text) => self.text([r#"{"S":""#, r#""}"#], text),
            AttributeValue::Ss(set) => return self.texts([r#"{"SS":["#, "]}"], set),
            _ => return Err(R::unknown()),
        }
        Ok(())
    }

    fn texts(&mut self, around: [&str; 2], texts: &[String]) -> Result<(), R::Fault> {
        self.enclosed(around, texts, |wire, text| {
            wire.text(["\"", "\""], text);
            Ok(())
        })
    }

    /// Elements with commas between them, and something around all of them.
    pub(crate) fn enclosed<T>(
        &mut self,
        [open, close]: [&str; 2],
        elements: impl IntoIterator<Item = T>,
        write: impl Fn(&mut Self, T) -> Result<(), R::Fault>,
    ) -> Result<(), R::Fault> {
        self.raw(open);
        let mut elements = elements.into_iter();
        if let Some(first) = elements.next() {
            write(self, first)?;
        }
        for element in elements {
            self.raw(",");
            write(self, element)?;
        }
        self.raw(close);
        Ok(())
    }

    /// A text, its quotes a part of what is around it.
    #[inline]
    pub(crate) fn text(&mut self, [open, close]: [&str; 2], text: &str) {
        self.raw(open);
        push_escaped(&mut self.json, text);
        self.raw(close);
    }

    fn blob(&mut self, [open, close]: [&str; 2], blob: &Blob) {
        self.raw(open);
        STANDARD.encode_append(blob, &mut self.json);
        self.raw(close);
    }

    #[inline]
    pub(crate) fn raw(&mut self, json: &str) {
        self.json.extend_from_slice(json.as_bytes());
    }
}

/// The bytes of these members and their braces, to the byte where no text needs an escape and none is nested
/// too deep.
pub(crate) fn likely_bytes(attributes: &Attributes, level: usize) -> usize {
    let member = |(name, value): (&String, &AttributeValue)| {
        "\"\":,".len() + name.len() + likely_value_bytes(value, level)
    };
    "{}".len() + attributes.iter().map(member).sum::<usize>() - usize::from(!attributes.is_empty())
}

fn likely_value_bytes(value: &AttributeValue, level: usize) -> usize {
    let list =
        |around: &str, elements: usize, bytes: usize| around.len() + bytes + elements.saturating_sub(1);
    let texts = |set: &[String]| set.iter().map(|text| 2 + text.len()).sum();
    match value {
        _ if level > LEVELS => 0,
        AttributeValue::B(blob) => r#"{"B":""}"#.len() + STANDARD.encoded_length(blob.as_ref().len()),
        AttributeValue::Bs(set) => {
            let bytes = set.iter().map(|blob| 2 + STANDARD.encoded_length(blob.as_ref().len())).sum();
            list(r#"{"BS":[]}"#, set.len(), bytes)
        }
        AttributeValue::L(elements) => {
            let bytes = elements.iter().map(|value| likely_value_bytes(value, level + 1)).sum();
            list(r#"{"L":[]}"#, elements.len(), bytes)
        }
        AttributeValue::M(map) => r#"{"M":}"#.len() + likely_bytes(map, level + 1),
        AttributeValue::N(text) | AttributeValue::S(text) => r#"{"N":""}"#.len() + text.len(),
        AttributeValue::Ns(set) => list(r#"{"NS":[]}"#, set.len(), texts(set)),
        AttributeValue::Ss(set) => list(r#"{"SS":[]}"#, set.len(), texts(set)),
        AttributeValue::Bool(false) => r#"{"BOOL":false}"#.len(),
        _ => r#"{"NULL":true}"#.len(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Unchecked, Wire, likely_bytes};
    use crate::samples::any_attributes;

    proptest! {
        #[test]
        fn the_bytes_are_known_before_but_for_escapes(attributes in any_attributes()) {
            let mut wire = Wire { json: Vec::new(), rules: Unchecked };
            wire.members(&attributes, 1).expect("the SDK knows all types");
            let escapes: usize = wire.json.iter().filter(|&&byte| byte == b'\\').count();
            let likely = likely_bytes(&attributes, 1);
            match escapes {
                0 => prop_assert_eq!(likely, wire.json.len()),
                _ => prop_assert!(likely < wire.json.len()),
            }
        }
    }
}
