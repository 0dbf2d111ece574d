use std::collections::BTreeMap;

use super::code::{INVALID_ATTRIBUTE_NAME, INVALID_ATTRIBUTE_VALUE};
use super::rules::{DEFAULTS, FIFO_DEFAULTS, rule_of};
use crate::refusal::Refusal;

/// The attributes of a queue, checked.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) content_based_deduplication: bool,
    pub(super) deduplication_per_group: bool,
    pub(super) delay_seconds: u64,
    pub(super) fifo: bool,
    pub(super) maximum_message_size: usize,
    pub(super) retention_seconds: u64,
    pub(super) visibility_seconds: u64,
    pub(super) wait_seconds: u64,
    /// Every attribute as it is shown.
    values: BTreeMap<&'static str, String>,
}

impl Settings {
    /// The settings of a queue that is created with these attributes.
    pub(super) fn new(given: &BTreeMap<String, String>) -> Result<Self, Refusal> {
        let fifo = is_fifo(given)?;
        let mut values: BTreeMap<&'static str, String> = defaults(fifo);
        for (name, value) in given {
            let rule = rule_of(name).ok_or_else(|| unknown(name))?;
            if rule.only_fifo && !fifo {
                let message = format!("You can specify the {name} only when FifoQueue is set to true.");
                return Err(Refusal::new(&INVALID_ATTRIBUTE_NAME, message));
            }
            if !rule.allows(value) {
                return Err(invalid(name));
            }
            values.insert(rule.name, value.clone());
        }
        check_throughput(&values)?;
        Ok(Self::of(fifo, values))
    }

    /// Whether a queue with these settings may be created again with `given` attributes.
    pub(super) fn agree_with(&self, given: &BTreeMap<String, String>) -> bool {
        given.iter().all(|(name, value)| self.values.get(name.as_str()) == Some(value))
    }

    pub(super) fn values(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.values.iter().map(|(name, value)| (*name, value.as_str()))
    }

    fn of(fifo: bool, values: BTreeMap<&'static str, String>) -> Self {
        let number = |name: &str| values.get(name).and_then(|value| value.parse().ok()).unwrap_or(0);
        let is = |name: &str, expected: &str| values.get(name).is_some_and(|value| value == expected);
        Self {
            content_based_deduplication: is("ContentBasedDeduplication", "true"),
            deduplication_per_group: is("DeduplicationScope", "messageGroup"),
            delay_seconds: number("DelaySeconds"),
            fifo,
            maximum_message_size: usize::try_from(number("MaximumMessageSize")).unwrap_or(usize::MAX),
            retention_seconds: number("MessageRetentionPeriod"),
            visibility_seconds: number("VisibilityTimeout"),
            wait_seconds: number("ReceiveMessageWaitTimeSeconds"),
            values,
        }
    }
}

/// FIFO is chosen once, by an attribute that has a single valid value.
fn is_fifo(given: &BTreeMap<String, String>) -> Result<bool, Refusal> {
    match given.get("FifoQueue").map(String::as_str) {
        None => Ok(false),
        Some("true") => Ok(true),
        Some("false") => Err(unknown("FifoQueue")),
        Some(_) => Err(invalid("FifoQueue")),
    }
}

fn defaults(fifo: bool) -> BTreeMap<&'static str, String> {
    let more: &[_] = if fifo { &FIFO_DEFAULTS } else { &[] };
    DEFAULTS.iter().chain(more).map(|(name, value)| (*name, (*value).to_owned())).collect()
}

/// High throughput needs deduplication within groups.
fn check_throughput(values: &BTreeMap<&'static str, String>) -> Result<(), Refusal> {
    let value = |name| values.get(name).map(String::as_str);
    let per_group = value("FifoThroughputLimit") == Some("perMessageGroupId");
    if per_group && value("DeduplicationScope") != Some("messageGroup") {
        return Err(invalid("FifoThroughputLimit"));
    }
    Ok(())
}

fn unknown(name: &str) -> Refusal {
    Refusal::new(&INVALID_ATTRIBUTE_NAME, format!("Unknown Attribute {name}."))
}

fn invalid(name: &str) -> Refusal {
    Refusal::new(&INVALID_ATTRIBUTE_VALUE, format!("Invalid value for the parameter {name}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_valid_up_to_their_bounds_and_not_beyond() {
        let check = |name: &str, value: &str, fifo: bool, expected: Result<(), &str>| {
            let mut given = BTreeMap::from([(name.to_owned(), value.to_owned())]);
            if fifo {
                given.insert("FifoQueue".to_owned(), "true".to_owned());
            }
            let got = Settings::new(&given).map(|_| ()).map_err(|refusal| refusal.query_code().to_owned());
            assert_eq!(got, expected.map_err(str::to_owned), "{name}={value}");
        };
        const VALUE: Result<(), &str> = Err("InvalidAttributeValue");
        const NAME: Result<(), &str> = Err("InvalidAttributeName");
        check("DelaySeconds", "900", false, Ok(()));
        check("DelaySeconds", "901", false, VALUE);
        check("DelaySeconds", "-1", false, VALUE);
        check("DelaySeconds", "+1", false, VALUE);
        check("MaximumMessageSize", "1023", false, VALUE);
        check("MaximumMessageSize", "1024", false, Ok(()));
        check("MaximumMessageSize", "1048576", false, Ok(()));
        check("MaximumMessageSize", "1048577", false, VALUE);
        check("MessageRetentionPeriod", "59", false, VALUE);
        check("MessageRetentionPeriod", "60", false, Ok(()));
        check("MessageRetentionPeriod", "1209600", false, Ok(()));
        check("MessageRetentionPeriod", "1209601", false, VALUE);
        check("ReceiveMessageWaitTimeSeconds", "20", false, Ok(()));
        check("ReceiveMessageWaitTimeSeconds", "21", false, VALUE);
        check("VisibilityTimeout", "43200", false, Ok(()));
        check("VisibilityTimeout", "43201", false, VALUE);
        check("ContentBasedDeduplication", "true", true, Ok(()));
        check("ContentBasedDeduplication", "yes", true, VALUE);
        check("ContentBasedDeduplication", "true", false, NAME);
        check("DeduplicationScope", "messageGroup", true, Ok(()));
        check("DeduplicationScope", "group", true, VALUE);
        check("FifoThroughputLimit", "perMessageGroupId", true, VALUE);
        check("FifoThroughputLimit", "perQueue", true, Ok(()));
        check("FifoQueue", "false", false, NAME);
        check("FifoQueue", "1", false, VALUE);
        check("QueueArn", "arn", false, NAME);
        check("Colour", "blue", false, NAME);
    }
}
