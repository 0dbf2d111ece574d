use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;

use super::attributes;
use super::code::INVALID_PARAMETER;
use super::form::Part;
use super::topic::Settings;
use crate::MessageAttribute;
use crate::refusal::Refusal;
use crate::sqs::{deduplication_id, is_token};

/// A valid message on its way into a topic.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) body: String,
    pub(super) subject: Option<String>,
    pub(super) structure: Option<String>,
    pub(super) attributes: BTreeMap<String, MessageAttribute>,
    pub(super) group_id: Option<String>,
    pub(super) deduplication_id: Option<String>,
    pub(super) bytes: usize,
}

impl Draft {
    /// Reads a message for a topic with these settings, and fills in the deduplication id where it comes from
    /// the body. In a batch, a violation is the whole request's.
    pub(super) fn read(message: &Part<'_>, settings: &Settings) -> Result<Self, Refusal> {
        let get = |name| message.get(name).map(str::to_owned);
        let attributes = attributes::read(message)?;
        let counted: usize = attributes.iter().map(|(name, attribute)| name.len() + attribute.bytes()).sum();
        let body = get("Message").unwrap_or_default();
        let mut draft = Self {
            bytes: body.len() + counted,
            body,
            subject: get("Subject"),
            structure: get("MessageStructure"),
            attributes,
            group_id: get("MessageGroupId"),
            deduplication_id: get("MessageDeduplicationId"),
        };
        draft.check_content()?;
        draft.check_ids(settings)?;
        if settings.fifo && draft.deduplication_id.is_none() {
            draft.deduplication_id = Some(deduplication_id(&draft.body));
        }
        Ok(draft)
    }

    fn check_content(&self) -> Result<(), Refusal> {
        if self.body.is_empty() {
            return Err(invalid("Empty message"));
        }
        let is_allowed =
            |character: char| !character.is_control() && !matches!(character, '\u{2028}' | '\u{2029}');
        if let Some(subject) = &self.subject
            && !((1..=100).contains(&subject.chars().count()) && subject.chars().all(is_allowed))
        {
            return Err(invalid("Subject"));
        }
        match self.structure.as_deref() {
            None => Ok(()),
            Some("json") if serde_json::from_str::<Structure>(&self.body).is_ok() => Ok(()),
            Some("json") => {
                Err(invalid("Message Structure - JSON message body failed to parse, or has no default"))
            }
            Some(_) => Err(invalid("MessageStructure")),
        }
    }

    fn check_ids(&self, settings: &Settings) -> Result<(), Refusal> {
        for (name, id) in
            [("MessageGroupId", &self.group_id), ("MessageDeduplicationId", &self.deduplication_id)]
        {
            if id.as_deref().is_some_and(|id| !is_token(id)) {
                return Err(invalid(name));
            }
        }
        match (settings.fifo, &self.group_id, &self.deduplication_id) {
            (false, _, Some(_)) => Err(invalid(
                "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid \
                 for this topic type",
            )),
            (true, None, _) => Err(invalid("The MessageGroupId parameter is required for FIFO topics")),
            (true, Some(_), None) if !settings.content_based_deduplication => Err(invalid(
                "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided \
                 explicitly",
            )),
            _ => Ok(()),
        }
    }
}

/// The refusal of a parameter.
pub(super) fn invalid(parameter: &str) -> Refusal {
    Refusal::new(&INVALID_PARAMETER, format!("Invalid parameter: {parameter}"))
}

/// A JSON object with a text under `default`, and no key twice.
struct Structure;

impl<'de> Deserialize<'de> for Structure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self)
    }
}

impl<'de> Visitor<'de> for Structure {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        let (mut keys, mut is_complete) = (BTreeSet::new(), false);
        while let Some((key, value)) = map.next_entry::<String, Value>()? {
            is_complete |= key == "default" && value.is_string();
            if !keys.insert(key) {
                return Err(A::Error::custom("twice"));
            }
        }
        is_complete.then_some(self).ok_or_else(|| A::Error::custom("no default"))
    }
}
