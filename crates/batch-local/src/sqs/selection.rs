use std::collections::BTreeMap;

use super::code::INVALID_ATTRIBUTE_NAME;
use super::digest;
use super::message_attributes::MessageAttribute;
use super::receipt::Receipt;
use super::shelf::Taken;
use super::wire::ReceivedMessage;
use crate::refusal::Refusal;

/// Which attributes of messages a receiver wants to see.
#[derive(Debug)]
pub(super) struct Selection {
    system: Vec<String>,
    own: Vec<String>,
}

impl Selection {
    /// `system` are names of the attributes that the service sets; `own` are names or beginnings
    /// (`colour.*`) of those that the sender set.
    pub(super) fn new(system: Vec<String>, own: Vec<String>) -> Result<Self, Refusal> {
        match system.iter().find(|name| *name != "All" && !SYSTEM.contains(&name.as_str())) {
            None => Ok(Self { system, own }),
            Some(name) => Err(Refusal::new(&INVALID_ATTRIBUTE_NAME, format!("Unknown Attribute {name}."))),
        }
    }

    /// The message as the receiver sees it.
    pub(super) fn show(&self, taken: &Taken, receipt: Receipt) -> ReceivedMessage {
        let message = &taken.message;
        let own: Vec<(&String, &MessageAttribute)> =
            message.attributes.iter().filter(|(name, _)| self.wants(name)).collect();
        ReceivedMessage {
            message_id: message.message_id.clone(),
            receipt_handle: receipt.to_handle(),
            md5_of_body: message.md5_of_body.clone(),
            body: message.body.clone(),
            attributes: self.system_attributes(taken),
            // Of what is shown, so that the receiver can check it.
            md5_of_message_attributes: digest::of_attributes(own.iter().copied()),
            message_attributes: own
                .into_iter()
                .map(|(name, attribute)| (name.clone(), attribute.to_wire()))
                .collect(),
        }
    }

    fn system_attributes(&self, taken: &Taken) -> BTreeMap<&'static str, String> {
        let message = &taken.message;
        let all = self.system.iter().any(|name| name == "All");
        let values = [
            message.trace_header.clone(),
            Some(taken.first_received_millis.to_string()),
            Some(taken.receives.to_string()),
            None,
            message.deduplication_id.clone(),
            message.group_id.clone(),
            Some(SENDER.to_owned()),
            Some(message.sent_millis.to_string()),
            message.sequence_number.clone(),
        ];
        SYSTEM
            .into_iter()
            .zip(values)
            .filter(|(name, _)| all || self.system.iter().any(|wanted| wanted == name))
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }

    fn wants(&self, name: &str) -> bool {
        self.own.iter().any(|wanted| match wanted.strip_suffix(".*") {
            Some(beginning) => name.starts_with(beginning),
            None => wanted == "All" || wanted == name,
        })
    }
}

const SENDER: &str = "AIDALOCALSERVERSENDER";
const SYSTEM: [&str; 9] = [
    "AWSTraceHeader",
    "ApproximateFirstReceiveTimestamp",
    "ApproximateReceiveCount",
    "DeadLetterQueueSourceArn",
    "MessageDeduplicationId",
    "MessageGroupId",
    "SenderId",
    "SentTimestamp",
    "SequenceNumber",
];
