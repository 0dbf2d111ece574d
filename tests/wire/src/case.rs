//! What is measured: entries of one shape, sent under one set of conditions.

use std::fmt;
use std::time::Duration;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// A destination, as `cargo xtask soak` names it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ValueEnum)]
pub(crate) enum Name {
    /// Amazon CloudWatch, requests uncompressed.
    #[value(name = "cloudwatch")]
    CloudWatch,
    /// Amazon DynamoDB, puts of four attributes, each of a key of its own.
    #[value(name = "dynamodb")]
    DynamoDb,
    /// Amazon Data Firehose.
    Firehose,
    /// Amazon Kinesis Data Streams.
    Kinesis,
    /// An Amazon SNS standard topic.
    SnsStandard,
    /// An Amazon SQS FIFO queue, ten groups.
    SqsFifo,
    /// An Amazon SQS standard queue.
    SqsStandard,
}

/// Which partition keys the records of a stream have.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum Keys {
    /// So many keys in turn, given by the user.
    Cycle(u32),
    /// A key of its own for each record, given by the user.
    Each,
    /// None that the user cares about: any that spreads the records.
    Random,
}

/// What the entries are.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Shape {
    pub(crate) service: Name,
    /// The content of an entry, in bytes; a metric has no content.
    pub(crate) bytes: usize,
    pub(crate) keys: Keys,
}

/// Entries of one shape under one set of conditions.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Case {
    pub(crate) shape: Shape,
    /// How many requests are in flight at once.
    pub(crate) in_flight: usize,
    /// How long the server waits before it responds.
    pub(crate) latency: Duration,
    /// One entry in this many fails on its own; none does at 0.
    pub(crate) failing: u64,
    /// How many entries the writer holds at most, where that is not left to it.
    pub(crate) inside: Option<usize>,
}

impl Name {
    /// Those that are measured unless one is asked for.
    pub(crate) const USUAL: [Self; 6] = [
        Self::SqsStandard,
        Self::SnsStandard,
        Self::Kinesis,
        Self::Firehose,
        Self::DynamoDb,
        Self::CloudWatch,
    ];

    /// Whether its entries have a content that may be of any size.
    pub(crate) fn has_content(self) -> bool {
        self != Self::CloudWatch
    }
}

impl Shape {
    pub(crate) fn new(service: Name, bytes: usize) -> Self {
        Self { service, bytes: if service.has_content() { bytes } else { 0 }, keys: Keys::Random }
    }

    pub(crate) fn with_keys(self, keys: Keys) -> Self {
        Self { keys, ..self }
    }
}

impl Case {
    /// Eight requests in flight, a server that responds at once, and no failure.
    pub(crate) fn new(shape: Shape) -> Self {
        Self { shape, in_flight: 8, latency: Duration::ZERO, failing: 0, inside: None }
    }

    pub(crate) fn in_flight(self, in_flight: usize) -> Self {
        Self { in_flight, ..self }
    }

    pub(crate) fn latency(self, latency: Duration) -> Self {
        Self { latency, ..self }
    }

    pub(crate) fn failing(self, failing: u64) -> Self {
        Self { failing, ..self }
    }

    pub(crate) fn inside(self, entries: usize) -> Self {
        Self { inside: Some(entries), ..self }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CloudWatch => "CloudWatch",
            Self::DynamoDb => "DynamoDB",
            Self::Firehose => "Firehose",
            Self::Kinesis => "Kinesis",
            Self::SnsStandard => "SNS",
            Self::SqsFifo => "SQS FIFO",
            Self::SqsStandard => "SQS",
        })
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.service)?;
        match self.bytes {
            0 => {}
            bytes if bytes % 1_024 == 0 => write!(f, " {} KiB", bytes / 1_024)?,
            bytes => write!(f, " {bytes} B")?,
        }
        match (self.service, self.keys) {
            (Name::Kinesis, Keys::Each) => f.write_str(", a key each"),
            (Name::Kinesis, Keys::Cycle(keys)) => write!(f, ", {keys} keys"),
            (Name::SqsFifo, _) => f.write_str(", 10 groups"),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.shape)?;
        if self.in_flight != 8 {
            write!(f, ", {} in flight", self.in_flight)?;
        }
        if !self.latency.is_zero() {
            write!(f, ", {} ms", self.latency.as_millis())?;
        }
        if self.failing > 0 {
            write!(f, ", 1 in {} fails", self.failing)?;
        }
        self.inside.map_or(Ok(()), |entries| write!(f, ", {entries} inside"))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Case, Keys, Name, Shape};

    #[test]
    fn a_case_is_named_by_what_is_not_usual() {
        let check = |case: Case, expected: &str| assert_eq!(case.to_string(), expected);
        check(Case::new(Shape::new(Name::SqsStandard, 100)), "SQS 100 B");
        check(Case::new(Shape::new(Name::CloudWatch, 100)), "CloudWatch");
        check(Case::new(Shape::new(Name::SqsFifo, 1_024)), "SQS FIFO 1 KiB, 10 groups");
        let keyed = Shape::new(Name::Kinesis, 10_240).with_keys(Keys::Cycle(100));
        check(Case::new(keyed).in_flight(1), "Kinesis 10 KiB, 100 keys, 1 in flight");
        let slow = Case::new(keyed.with_keys(Keys::Random)).latency(Duration::from_millis(10));
        check(slow.failing(100).inside(7), "Kinesis 10 KiB, 10 ms, 1 in 100 fails, 7 inside");
    }
}
