//! A partition key that is copied from another attribute.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use batch_core::Invalid;

use crate::key::{KeyAttribute, ScalarType};
use crate::number;
use crate::write::{Attributes, type_of};

/// The value of the partition key, from this attribute of the item.
///
/// A number becomes a string as it is written, a string the number that it spells, a string bytes
/// as its UTF-8.
pub(crate) fn copied(
    from: &str,
    attributes: &Attributes,
    partition: &KeyAttribute,
) -> Result<AttributeValue, Invalid> {
    let KeyAttribute { name, scalar_type, .. } = partition;
    let Some(value) = attributes.get(from) else {
        return Err(Invalid::new(format!(
            "the item has neither the partition key {name:?} nor the attribute {from:?} to copy it from; add one"
        )));
    };
    converted(value, *scalar_type).ok_or_else(|| {
        Invalid::new(format!(
            "the attribute {from:?} ({}) cannot become the partition key {name:?}, a {scalar_type}; set the partition \
             key of the item",
            type_of(value)
        ))
    })
}

fn converted(value: &AttributeValue, scalar_type: ScalarType) -> Option<AttributeValue> {
    match (value, scalar_type) {
        (AttributeValue::B(_), ScalarType::Binary)
        | (AttributeValue::N(_), ScalarType::Number)
        | (AttributeValue::S(_), ScalarType::String) => Some(value.clone()),
        (AttributeValue::N(text), ScalarType::String) => Some(AttributeValue::S(text.clone())),
        (AttributeValue::S(text), ScalarType::Binary) => Some(AttributeValue::B(Blob::new(text.as_bytes()))),
        (AttributeValue::S(text), ScalarType::Number) => {
            number::check(text).is_ok().then(|| AttributeValue::N(text.clone()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::copied;
    use crate::key::{Role, ScalarType};
    use crate::samples::{attributes, b, key, n, s};

    /// Checks what a partition key of this type becomes from this value, or what the reason says.
    #[track_caller]
    fn check(value: AttributeValue, scalar_type: ScalarType, expected: Result<AttributeValue, &str>) {
        let partition = key("pk", scalar_type, Role::Partition);
        let item = attributes([("id", value)]);
        match (copied("id", &item, &partition), expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected),
            (Err(reason), Err(words)) => assert!(reason.to_string().contains(words), "{reason}, not {words}"),
            (found, expected) => panic!("{found:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn a_value_of_the_type_of_the_key_stays_as_it_is() {
        check(s("a"), ScalarType::String, Ok(s("a")));
        check(n("1.50"), ScalarType::Number, Ok(n("1.50")));
        check(b(&[0, 255]), ScalarType::Binary, Ok(b(&[0, 255])));
    }

    #[test]
    fn numbers_and_strings_become_what_the_key_needs() {
        check(n("1.50"), ScalarType::String, Ok(s("1.50")));
        check(s("1.50"), ScalarType::Number, Ok(n("1.50")));
        check(s("ä"), ScalarType::Binary, Ok(b("ä".as_bytes())));
    }

    #[test]
    fn what_cannot_be_converted_is_refused_by_type_and_not_by_value() {
        check(
            s("secret"),
            ScalarType::Number,
            Err(r#"the attribute "id" (S) cannot become the partition key "pk""#),
        );
        check(s(&"1".repeat(39)), ScalarType::Number, Err("a number (N)"));
        check(n("1"), ScalarType::Binary, Err(r#""id" (N) cannot become"#));
        check(b(&[1]), ScalarType::String, Err(r#""id" (B) cannot become"#));
        check(AttributeValue::Bool(true), ScalarType::String, Err(r#""id" (BOOL) cannot become"#));
        check(AttributeValue::Null(true), ScalarType::String, Err(r#""id" (NULL) cannot become"#));
    }

    #[test]
    fn an_item_without_the_attribute_is_told_so() {
        let partition = key("pk", ScalarType::String, Role::Partition);
        let reason = copied("id", &attributes([]), &partition).expect_err("there is none").to_string();
        assert!(reason.contains(r#"neither the partition key "pk" nor the attribute "id""#), "{reason}");
    }
}
