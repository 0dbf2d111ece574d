//! Where servers are laxer than AWS, so that a check shows nothing of ours.

/// Why this check is meaningless on this server, if it is.
pub(crate) fn of(server: &str, service: &str, check: &str) -> Option<&'static str> {
    let is_it = |known: &&(&str, &str, &str, &str)| {
        known.0 == server && known.1 == service && check.contains(known.2)
    };
    KNOWN.iter().find(is_it).map(|(.., reason)| *reason)
}

/// Server, service, a part of the check's name, the reason. Each is checked to be still so.
const KNOWN: &[(&str, &str, &str, &str)] = &[
    ("dynalite", "dynamodb", "nesting of 33 levels", TAKES_IT),
    ("ministack", "cloudwatch", "refused by both", "it validates no datum"),
    ("ministack", "kinesis", "an empty partition key", TAKES_IT),
    ("ministack", "kinesis", "an explicit hash key of 2^128", TAKES_IT),
    ("ministack", "sns", "a subject of 101", TAKES_IT),
    ("ministack", "sns", "an empty body", TAKES_IT),
    ("ministack", "sqs", "a delay of 901 seconds", TAKES_IT),
    ("ministack", "sqs", "eleven attributes", TAKES_IT),
    ("moto", "dynamodb", "a number of 39 digits", TAKES_IT),
    ("moto", "dynamodb", "a set with a member twice", TAKES_IT),
    ("moto", "dynamodb", "an empty set", TAKES_IT),
    ("moto", "dynamodb", "item sizes", "it refuses items from 405,000 bytes on"),
    ("moto", "dynamodb", "nesting of 33 levels", TAKES_IT),
    ("moto", "firehose", "one byte over", TAKES_IT),
    ("moto", "kinesis", "an empty partition key", TAKES_IT),
    ("moto", "sns", "an empty body", TAKES_IT),
    ("moto", "sqs", "a control character", TAKES_IT),
    ("moto", "sqs", "an empty body", TAKES_IT),
    ("moto", "sqs", "eleven attributes", TAKES_IT),
    ("moto", "sqs-fifo", "a control character", TAKES_IT),
    ("moto", "sqs-fifo", "an empty body", TAKES_IT),
    ("roto-aws", "sqs", "a control character", TAKES_IT),
    ("roto-aws", "sqs", "an empty body", TAKES_IT),
    ("roto-aws", "sqs", "eleven attributes", TAKES_IT),
    ("roto-aws", "sqs-fifo", "a control character", TAKES_IT),
    ("roto-aws", "sqs-fifo", "an empty body", TAKES_IT),
];

const TAKES_IT: &str = "it takes what AWS refuses";
