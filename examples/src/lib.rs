//! The Lambda handlers that the READMEs show; the programs are in `bin`.
#![expect(clippy::disallowed_methods, reason = "a program may look at the clock")]

/// One handler for each service, and one through the umbrella.
pub mod lambda {
    /// To a CloudWatch namespace.
    pub mod cloudwatch;
    /// To a DynamoDB table.
    pub mod dynamodb;
    /// To a delivery stream of Amazon Data Firehose.
    pub mod firehose;
    /// To a Kinesis data stream.
    pub mod kinesis;
    /// To an SNS topic.
    pub mod sns;
    /// To an SQS queue.
    pub mod sqs;
    /// To an SQS queue, through the umbrella.
    pub mod umbrella;
}
