use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::code::{INVALID_PARAMETER_VALUE, UNSUPPORTED_OPERATION};
use super::wire::Attribute;
use crate::refusal::{Refusal, SERIALIZATION};

/// A message attribute.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct MessageAttribute {
    /// The data type: `String`, `Number` or `Binary`, with an optional custom label, as in `String.colour`.
    pub data_type: String,
    /// The value.
    pub value: AttributeValue,
}

/// The value of a message attribute.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AttributeValue {
    /// The bytes of a `Binary` attribute.
    Binary(Vec<u8>),
    /// The text of a `String` or `Number` attribute.
    Text(String),
}

/// Checks the attributes of one message: how many, their names, types and values.
pub(super) fn read(
    attributes: BTreeMap<String, Attribute>,
) -> Result<BTreeMap<String, MessageAttribute>, Refusal> {
    if attributes.len() > MOST {
        let message = format!(
            "Number of message attributes [{}] exceeds the allowed maximum [{MOST}].",
            attributes.len()
        );
        return Err(Refusal::new(&INVALID_PARAMETER_VALUE, message));
    }
    attributes
        .into_iter()
        .map(|(name, attribute)| {
            check_name(&name)?;
            let attribute = read_one(&name, attribute)?;
            Ok((name, attribute))
        })
        .collect()
}

/// Checks one attribute but for its name.
pub(super) fn read_one(name: &str, attribute: Attribute) -> Result<MessageAttribute, Refusal> {
    if attribute.string_list_values.is_some_and(|list| !list.is_empty())
        || attribute.binary_list_values.is_some_and(|list| !list.is_empty())
    {
        return Err(Refusal::new(&UNSUPPORTED_OPERATION, "Message attribute list values are not supported."));
    }
    let data_type = attribute.data_type.unwrap_or_default();
    check_type(name, &data_type)?;
    let value = if base(&data_type) == "Binary" {
        let (Some(text), None) = (attribute.binary_value, attribute.string_value) else {
            return Err(wrong_field(name, &data_type, "BinaryValue"));
        };
        AttributeValue::Binary(decode(&text)?)
    } else {
        let (Some(text), None) = (attribute.string_value, attribute.binary_value) else {
            return Err(wrong_field(name, &data_type, "StringValue"));
        };
        AttributeValue::Text(text)
    };
    check_value(name, &data_type, &value)?;
    Ok(MessageAttribute { data_type, value })
}

impl MessageAttribute {
    /// What it counts besides its name, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        let value = match &self.value {
            AttributeValue::Binary(bytes) => bytes.len(),
            AttributeValue::Text(text) => text.len(),
        };
        self.data_type.len() + value
    }

    pub(super) fn to_wire(&self) -> Attribute {
        let (string_value, binary_value) = match &self.value {
            AttributeValue::Binary(bytes) => (None, Some(STANDARD.encode(bytes))),
            AttributeValue::Text(text) => (Some(text.clone()), None),
        };
        let data_type = Some(self.data_type.clone());
        Attribute { string_value, binary_value, data_type, ..Attribute::default() }
    }
}

/// Whether an attribute may have this name.
pub(crate) fn is_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let dots = name.starts_with('.') || name.ends_with('.') || name.contains("..");
    let reserved = lower.starts_with("aws.") || lower.starts_with("amazon.");
    is_word(name) && !dots && !reserved
}

fn check_name(name: &str) -> Result<(), Refusal> {
    if is_name(name) {
        return Ok(());
    }
    let message = format!(
        "Message (user) attribute name '{name}' is invalid: it can contain up to 256 alphanumerics, underscores, hyphens and periods, no two periods in succession nor at an end, and must not start with AWS. or Amazon."
    );
    Err(Refusal::new(&INVALID_PARAMETER_VALUE, message))
}

fn check_type(name: &str, data_type: &str) -> Result<(), Refusal> {
    if matches!(base(data_type), "Binary" | "Number" | "String") && is_word(data_type) {
        return Ok(());
    }
    let message = format!(
        "The message attribute '{name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String."
    );
    Err(Refusal::new(&INVALID_PARAMETER_VALUE, message))
}

fn check_value(name: &str, data_type: &str, value: &AttributeValue) -> Result<(), Refusal> {
    let message = match value {
        AttributeValue::Binary(bytes) if bytes.is_empty() => empty(name, data_type),
        AttributeValue::Text(text) if text.is_empty() => empty(name, data_type),
        AttributeValue::Text(text) if base(data_type) == "Number" && !is_number(text) => {
            format!("Can't cast the value of message (user) attribute '{name}' to a number.")
        }
        _ => return Ok(()),
    };
    Err(Refusal::new(&INVALID_PARAMETER_VALUE, message))
}

fn empty(name: &str, data_type: &str) -> String {
    format!("Message (user) attribute '{name}' must contain a non-empty value of type '{data_type}'.")
}

fn wrong_field(name: &str, data_type: &str, field: &str) -> Refusal {
    let message = format!("The message attribute '{name}' with type '{data_type}' must use field '{field}'.");
    Refusal::new(&INVALID_PARAMETER_VALUE, message)
}

fn decode(text: &str) -> Result<Vec<u8>, Refusal> {
    STANDARD.decode(text).map_err(|error| Refusal::new(&SERIALIZATION, format!("not base64: {error}")))
}

fn base(data_type: &str) -> &str {
    data_type.split('.').next().unwrap_or(data_type)
}

fn is_word(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    (1..=256).contains(&text.len()) && text.bytes().all(plain)
}

/// A decimal number within the limits; not the infinities and the like that a parser of floats takes besides.
fn is_number(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    text.bytes().all(plain) && text.parse::<f64>().is_ok() && is_within(text)
}

/// Whether a decimal number has no more digits that count than it may, and the first of them at a power of ten where it
/// may be.
fn is_within(number: &str) -> bool {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let Ok(exponent) = exponent.parse::<i64>() else { return false };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let whole = whole.trim_start_matches(['+', '-']);
    let digits = format!("{whole}{fraction}");
    let Some(zeros) = digits.find(|digit| digit != '0') else { return true };
    let power = (whole.len() as i64 - 1 - zeros as i64).saturating_add(exponent);
    let digits = digits.trim_matches('0');
    // The last power itself is within the limits, and nothing above it.
    let is_beyond = power == *POWERS.end() && digits != "1";
    digits.len() <= MOST_DIGITS && POWERS.contains(&power) && !is_beyond
}

const MOST: usize = 10;
const MOST_DIGITS: usize = 38;
/// The powers of ten between which the first digit of a number lies.
const POWERS: RangeInclusive<i64> = -128..=126;

#[cfg(test)]
mod tests {
    use super::is_number;

    #[test]
    fn a_number_has_38_digits_and_a_limited_magnitude() {
        let digits = "1".repeat(38);
        for number in
            ["0", "-0.0", "0e999", "+1.50", ".5", "1e126", "-1e126", "9.9e125", "1e-128", "0.1e-127", &digits]
        {
            assert!(is_number(number), "{number}");
        }
        for number in [
            "",
            "x",
            "1e",
            "inf",
            "NaN",
            "1e127",
            "10e126",
            "1.1e126",
            "-9.9e126",
            "1e-129",
            "0.1e-128",
            "1e99999999999999999999",
        ] {
            assert!(!is_number(number), "{number}");
        }
        assert!(is_number(&format!("0.00{digits}00")));
        assert!(!is_number(&format!("{digits}1")));
        assert!(!is_number(&format!("{digits}.1")));
    }
}
