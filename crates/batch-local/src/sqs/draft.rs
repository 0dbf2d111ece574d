use std::collections::BTreeMap;

use super::code::{INVALID_PARAMETER_VALUE, MISSING_PARAMETER};
use super::message_attributes::{self, AttributeValue, MessageAttribute};
use super::settings::Settings;
use super::wire::{Attribute, Message};
use super::{digest, text};
use crate::refusal::Refusal;

/// A message on its way into a queue.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) body: String,
    pub(super) attributes: BTreeMap<String, MessageAttribute>,
    pub(super) trace_header: Option<String>,
    pub(super) group_id: Option<String>,
    pub(super) deduplication_id: Option<String>,
    pub(super) bytes: usize,
    pub(super) md5_of_body: String,
    delay_seconds: Option<i64>,
}

impl Draft {
    /// Checks what can be checked without knowing the queue. In a batch, a violation is the whole
    /// request's.
    pub(super) fn read(message: Message) -> Result<Self, Refusal> {
        let body = message.message_body.unwrap_or_default();
        let attributes = message_attributes::read(message.message_attributes.unwrap_or_default())?;
        let counted: usize = attributes.iter().map(|(name, attribute)| name.len() + attribute.bytes()).sum();
        Ok(Self {
            trace_header: trace_header(message.message_system_attributes.unwrap_or_default())?,
            group_id: message.message_group_id,
            deduplication_id: message.message_deduplication_id,
            delay_seconds: message.delay_seconds,
            bytes: body.len() + counted,
            md5_of_body: digest::of_body(&body),
            body,
            attributes,
        })
    }

    /// Checks the ids and the delay against the kind of queue, and fills in the deduplication id
    /// where it comes from the body. In a batch, a violation is the whole request's.
    pub(super) fn check_kind(&mut self, settings: &Settings) -> Result<(), Refusal> {
        if let Some(id) = &self.group_id {
            text::check_token("MessageGroupId", id)?;
        }
        if let Some(id) = &self.deduplication_id {
            text::check_token("MessageDeduplicationId", id)?;
        }
        if settings.fifo { self.check_fifo(settings) } else { Ok(()) }
    }

    /// Checks what only concerns this message. In a batch, a violation is the entry's alone.
    pub(super) fn check_alone(&self, settings: &Settings) -> Result<(), Refusal> {
        if self.body.is_empty() {
            return Err(Refusal::new(
                &MISSING_PARAMETER,
                "The request must contain the parameter MessageBody.",
            ));
        }
        if self.bytes > settings.maximum_message_size {
            let most = settings.maximum_message_size;
            let message = format!(
                "One or more parameters are invalid. Reason: Message must be shorter than {most} bytes."
            );
            return Err(Refusal::new(&INVALID_PARAMETER_VALUE, message));
        }
        text::check_contents(&self.body)?;
        for attribute in self.attributes.values() {
            if let AttributeValue::Text(value) = &attribute.value {
                text::check_contents(value)?;
            }
        }
        if self.delay_seconds.is_some_and(|seconds| !(0..=900).contains(&seconds)) {
            return Err(wrong_delay(self.delay_seconds, "DelaySeconds must be >= 0 and <= 900."));
        }
        if self.deduplication_id.is_some() && !settings.fifo {
            return Err(not_for_this_queue("MessageDeduplicationId"));
        }
        Ok(())
    }

    /// How long the message is hidden at first, in seconds.
    pub(super) fn delay_seconds(&self, settings: &Settings) -> u64 {
        match self.delay_seconds.and_then(|seconds| u64::try_from(seconds).ok()) {
            Some(seconds) if !settings.fifo => seconds,
            _ => settings.delay_seconds,
        }
    }

    fn check_fifo(&mut self, settings: &Settings) -> Result<(), Refusal> {
        if self.group_id.is_none() {
            return Err(Refusal::new(
                &MISSING_PARAMETER,
                "The request must contain the parameter MessageGroupId.",
            ));
        }
        // Zero is what the parameter means if it is left out.
        if self.delay_seconds.is_some_and(|seconds| seconds != 0) {
            return Err(wrong_delay(self.delay_seconds, NOT_FOR_THIS_QUEUE));
        }
        if self.deduplication_id.is_some() {
            return Ok(());
        }
        if !settings.content_based_deduplication {
            let message = "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly";
            return Err(Refusal::new(&INVALID_PARAMETER_VALUE, message));
        }
        self.deduplication_id = Some(digest::deduplication_id(&self.body));
        Ok(())
    }
}

fn trace_header(attributes: BTreeMap<String, Attribute>) -> Result<Option<String>, Refusal> {
    let mut header = None;
    for (name, attribute) in attributes {
        if name != "AWSTraceHeader" {
            let message = format!(
                "Message system attribute name '{name}' is invalid; the one supported is AWSTraceHeader."
            );
            return Err(Refusal::new(&INVALID_PARAMETER_VALUE, message));
        }
        match message_attributes::read_one(&name, attribute)? {
            MessageAttribute { data_type, value: AttributeValue::Text(text) } if data_type == "String" => {
                header = Some(text);
            }
            _ => {
                let message = "The message system attribute 'AWSTraceHeader' must be of type String.";
                return Err(Refusal::new(&INVALID_PARAMETER_VALUE, message));
            }
        }
    }
    Ok(header)
}

fn wrong_delay(seconds: Option<i64>, reason: &str) -> Refusal {
    let seconds = seconds.unwrap_or_default();
    let message = format!("Value {seconds} for parameter DelaySeconds is invalid. Reason: {reason}");
    Refusal::new(&INVALID_PARAMETER_VALUE, message)
}

fn not_for_this_queue(parameter: &str) -> Refusal {
    let message = format!("{NOT_FOR_THIS_QUEUE} ({parameter})");
    Refusal::new(&INVALID_PARAMETER_VALUE, message)
}

const NOT_FOR_THIS_QUEUE: &str = "The request include parameter that is not valid for this queue type";
