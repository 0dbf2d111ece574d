//! Rejects what the service would reject in a message, apart from its size.

use std::time::Duration;

use batch_core::Invalid;
use batch_smithy::check::{at_most, attribute_name, characters, made_of, refuse, token};

use crate::limits::{ATTRIBUTE_TYPE, ATTRIBUTES, DELAY_SECONDS, ENTRY_ID, NUMBER_DIGITS, NUMBER_POWERS};
use crate::{AttributeValue, Message};

/// Checks a message for a FIFO or a standard queue.
pub(crate) fn message(message: &Message, fifo: bool) -> Result<(), Invalid> {
    body(message.body())?;
    if let Some(id) = message.get_id() {
        entry_id(id)?;
    }
    if let Some(wait) = message.get_delay() {
        delay(wait, fifo)?;
    }
    match message.get_group() {
        Some(id) => group(id)?,
        None if fifo => return refuse(NO_GROUP),
        None => {}
    }
    match message.get_deduplication_id() {
        Some(_) if !fifo => return refuse(NOT_FIFO),
        Some(id) => token("deduplication id", id)?,
        None => {}
    }
    if let Some(header) = message.get_trace_header() {
        trace_header(header)?;
    }
    attributes(message)
}

/// Checks a group id.
pub(crate) fn group(group: &str) -> Result<(), Invalid> {
    token("group", group)
}

/// The characters of an entry's id and of a queue's name.
pub(crate) fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_')
}

fn body(body: &str) -> Result<(), Invalid> {
    if body.is_empty() {
        return refuse("the body is empty, which SQS does not accept; send a placeholder such as {}");
    }
    text("body", body)
}

fn text(what: &str, text: &str) -> Result<(), Invalid> {
    match crate::characters::refused(text) {
        None => Ok(()),
        Some((place, _)) => refuse(format!(
            "the character at byte {place} of the {what} is not allowed; encode the {what}, for example in base64"
        )),
    }
}

fn entry_id(id: &str) -> Result<(), Invalid> {
    characters("id", id, ENTRY_ID, "shorten it")?;
    if id.is_empty() {
        return refuse("the id is empty; omit it to let the writer generate one");
    }
    made_of("id", id, is_name_character, "letters, digits, '-' and '_'")
}

fn delay(delay: Duration, fifo: bool) -> Result<(), Invalid> {
    if fifo {
        return refuse(format!(
            "a delay of {delay:?} for one message is not allowed on a FIFO queue; set the delay of the queue"
        ));
    }
    if delay > Duration::from_secs(DELAY_SECONDS) {
        return refuse(format!(
            "a delay of {} s is above the limit of {DELAY_SECONDS} s; submit the message later",
            delay.as_secs_f64()
        ));
    }
    if delay.subsec_nanos() > 0 {
        return refuse(format!(
            "a delay of {} s is not a whole number of seconds; round it",
            delay.as_secs_f64()
        ));
    }
    Ok(())
}

/// Checks a trace header: fields `name=value`, of which `Root` is the id of a trace (X-Ray guide, tracing header).
fn trace_header(header: &str) -> Result<(), Invalid> {
    let fields = || header.split(';').map(|field| field.split_once('='));
    let is_field = |(name, value): (&str, &str)| is_visible(name) && is_visible(value);
    let root = fields().flatten().find_map(|(name, value)| (name == "Root").then_some(value));
    match fields().all(|field| field.is_some_and(is_field)) && root.is_some_and(is_trace_id) {
        true => Ok(()),
        false => refuse(NO_TRACE_HEADER),
    }
}

/// Whether this is the id of a trace: a version, the time in eight hexadecimal digits, and 24 more.
fn is_trace_id(id: &str) -> bool {
    let is_hex =
        |text: &str, digits| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let rest = id.strip_prefix("1-").and_then(|rest| rest.split_once('-'));
    rest.is_some_and(|(time, number)| is_hex(time, 8) && is_hex(number, 24))
}

fn is_visible(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn attributes(message: &Message) -> Result<(), Invalid> {
    let attributes = message.attributes();
    at_most("attributes", attributes.len(), ATTRIBUTES, "put some of them into the body")?;
    for (name, value) in attributes {
        attribute(name, value).map_err(|invalid| invalid.at(format!("attribute {name:?}")))?;
    }
    Ok(())
}

fn attribute(name: &str, value: &AttributeValue) -> Result<(), Invalid> {
    if name == TRACE_HEADER {
        return refuse(NOT_SYSTEM);
    }
    attribute_name(name)?;
    attribute_type(value)?;
    attribute_value(value)
}

fn attribute_type(value: &AttributeValue) -> Result<(), Invalid> {
    let (data_type, Some(label), _) = value.parts() else { return Ok(()) };
    if label.is_empty() {
        return refuse("the label of an attribute is empty; omit it");
    }
    let count = data_type.len() + 1 + label.chars().count();
    at_most("characters in the type of an attribute", count, ATTRIBUTE_TYPE, "shorten its label")?;
    text("label of an attribute", label)
}

fn attribute_value(value: &AttributeValue) -> Result<(), Invalid> {
    let (_, _, bytes) = value.parts();
    if bytes.is_empty() {
        return refuse("the value of an attribute is empty, which SQS does not accept; omit the attribute");
    }
    match value {
        AttributeValue::Binary { .. } => Ok(()),
        AttributeValue::Number { text, .. } if is_number(text) => Ok(()),
        AttributeValue::Number { .. } => refuse(format!(
            "the value of an attribute is not a number of up to {NUMBER_DIGITS} digits between \
             10^{} and 10^{}; send it as a string",
            NUMBER_POWERS.start(),
            NUMBER_POWERS.end(),
        )),
        AttributeValue::String { text: value, .. } => text("value of an attribute", value),
    }
}

/// Whether this is a decimal number, with or without sign, fraction and exponent, within the
/// limits. Zeros before its first and after its last other digit do not count.
fn is_number(text: &str) -> bool {
    if (1..=NUMBER_DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return true; // the usual one
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()),
        None => (unsigned, Some(0)),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, fraction].concat();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let Some(exponent) = exponent else { return false };
    let significant = digits.trim_matches('0');
    let Some(first) = digits.find(|digit| digit != '0') else { return true };
    let power = (whole.len() as i64 - 1 - first as i64).saturating_add(exponent);
    // Of those that begin with the last power, the power itself is the only one within the limits.
    let is_beyond = power == *NUMBER_POWERS.end() && significant != "1";
    significant.len() <= NUMBER_DIGITS && NUMBER_POWERS.contains(&power) && !is_beyond
}

/// The one system attribute that a message may be sent with (API, `SendMessageBatchRequestEntry`).
const TRACE_HEADER: &str = "AWSTraceHeader";

const NOT_SYSTEM: &str = "an attribute is named AWSTraceHeader, but AWS X-Ray reads only the system attribute of that name; \
                          set it with `Message::trace_header`";

const NO_TRACE_HEADER: &str = "the trace header is not one of AWS X-Ray, which is made of fields such as \
                               Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1; correct or omit it";

const NO_GROUP: &str = "the message has no group, and a FIFO queue needs one; set it with `Message::group`, or for all \
                        messages with `Sqs::default_group`";

const NOT_FIFO: &str = "the message has a deduplication id, which only FIFO queues accept; use `Message::id` to detect \
                        duplicates inside the writer";

#[cfg(test)]
mod tests;
