//! The attributes of a message: their names, types and values.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::code::PARAMETER_VALUE_INVALID;
use super::form::Part;
use crate::refusal::Refusal;
use crate::{AttributeValue, MessageAttribute, sqs};

/// Reads the attributes of one message.
pub(super) fn read(message: &Part<'_>) -> Result<BTreeMap<String, MessageAttribute>, Refusal> {
    let mut attributes = BTreeMap::new();
    for entry in message.list("MessageAttributes.entry") {
        let name = entry.get("Name").unwrap_or_default();
        if !sqs::is_attribute_name(name) {
            return Err(invalid(format!("the name {name:?} of a message attribute is invalid")));
        }
        if attributes.insert(name.to_owned(), read_one(name, &entry)?).is_some() {
            return Err(invalid(format!("the message attribute {name:?} is there twice")));
        }
    }
    Ok(attributes)
}

fn read_one(name: &str, entry: &Part<'_>) -> Result<MessageAttribute, Refusal> {
    let data_type = entry.get("Value.DataType").unwrap_or_default();
    let (text, blob) = (entry.get("Value.StringValue"), entry.get("Value.BinaryValue"));
    let value = match (data_type, text, blob) {
        ("Binary", None, Some(blob)) => AttributeValue::Binary(STANDARD.decode(blob).unwrap_or_default()),
        ("Number", Some(text), None) if !is_number(text) => {
            return Err(invalid(format!("Could not cast message attribute {name:?} value to number.")));
        }
        ("String.Array", Some(text), None) if !is_array(text) => {
            return Err(invalid(format!("the message attribute {name:?} is not an array of single values")));
        }
        ("Number" | "String" | "String.Array", Some(text), None) => AttributeValue::Text(text.to_owned()),
        _ => {
            return Err(invalid(format!(
                "the message attribute {name:?} has no type and value that belong together"
            )));
        }
    };
    match &value {
        AttributeValue::Binary(bytes) if bytes.is_empty() => Err(empty(name)),
        AttributeValue::Text(text) if text.is_empty() => Err(empty(name)),
        _ => Ok(MessageAttribute { data_type: data_type.to_owned(), value }),
    }
}

fn is_number(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    text.is_empty() || text.bytes().all(is_part) && text.parse::<f64>().is_ok()
}

fn is_array(text: &str) -> bool {
    let values = serde_json::from_str::<Vec<serde_json::Value>>(text);
    text.is_empty()
        || values.is_ok_and(|values| !values.iter().any(|value| value.is_array() || value.is_object()))
}

fn empty(name: &str) -> Refusal {
    invalid(format!("The message attribute {name:?} must contain non-empty message attribute value."))
}

fn invalid(message: String) -> Refusal {
    Refusal::new(&PARAMETER_VALUE_INVALID, message)
}
