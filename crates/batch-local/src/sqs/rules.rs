//! Which attributes a queue can have, and which values they may take.

use std::ops::RangeInclusive;

/// What is allowed for one attribute.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) name: &'static str,
    pub(super) only_fifo: bool,
    values: Values,
}

#[derive(Debug)]
enum Values {
    Any,
    Numbers(RangeInclusive<u64>),
    OneOf(&'static [&'static str]),
}

impl Rule {
    pub(super) fn allows(&self, value: &str) -> bool {
        match &self.values {
            Values::Any => true,
            Values::Numbers(range) => {
                let plain = value.bytes().all(|byte| byte.is_ascii_digit());
                plain && value.parse().is_ok_and(|number| range.contains(&number))
            }
            Values::OneOf(allowed) => allowed.contains(&value),
        }
    }

    const fn new(name: &'static str, values: Values) -> Self {
        Self { name, only_fifo: false, values }
    }

    const fn fifo(name: &'static str, values: Values) -> Self {
        Self { name, only_fifo: true, values }
    }
}

pub(super) fn rule_of(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.name == name)
}

/// What a queue has if nothing else is asked for.
pub(super) const DEFAULTS: [(&str, &str); 6] = [
    ("DelaySeconds", "0"),
    ("MaximumMessageSize", "1048576"),
    ("MessageRetentionPeriod", "345600"),
    ("ReceiveMessageWaitTimeSeconds", "0"),
    ("SqsManagedSseEnabled", "true"),
    ("VisibilityTimeout", "30"),
];

/// What a FIFO queue has besides.
pub(super) const FIFO_DEFAULTS: [(&str, &str); 3] = [
    ("ContentBasedDeduplication", "false"),
    ("DeduplicationScope", "queue"),
    ("FifoThroughputLimit", "perQueue"),
];

const BOOLEAN: Values = Values::OneOf(&["false", "true"]);

static RULES: [Rule; 15] = [
    Rule::fifo("ContentBasedDeduplication", BOOLEAN),
    Rule::fifo("DeduplicationScope", Values::OneOf(&["messageGroup", "queue"])),
    Rule::new("DelaySeconds", Values::Numbers(0..=900)),
    Rule::fifo("FifoQueue", Values::OneOf(&["true"])),
    Rule::fifo("FifoThroughputLimit", Values::OneOf(&["perMessageGroupId", "perQueue"])),
    Rule::new("KmsDataKeyReusePeriodSeconds", Values::Numbers(60..=86_400)),
    Rule::new("KmsMasterKeyId", Values::Any),
    Rule::new("MaximumMessageSize", Values::Numbers(1_024..=1_048_576)),
    Rule::new("MessageRetentionPeriod", Values::Numbers(60..=1_209_600)),
    Rule::new("Policy", Values::Any),
    Rule::new("ReceiveMessageWaitTimeSeconds", Values::Numbers(0..=20)),
    Rule::new("RedriveAllowPolicy", Values::Any),
    Rule::new("RedrivePolicy", Values::Any),
    Rule::new("SqsManagedSseEnabled", BOOLEAN),
    Rule::new("VisibilityTimeout", Values::Numbers(0..=43_200)),
];
