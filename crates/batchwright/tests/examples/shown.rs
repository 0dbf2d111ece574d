//! The examples, as a reader copies them.
#![expect(
    dead_code,
    unreachable_pub,
    reason = "each is a program, with a main and nothing to be private from"
)]

#[path = "../../examples/bulk_load.rs"]
pub(crate) mod bulk_load;
#[path = "../../examples/choose_destination.rs"]
pub(crate) mod choose_destination;
#[path = "../../examples/cloudwatch.rs"]
pub(crate) mod cloudwatch;
#[path = "../../examples/dynamodb.rs"]
pub(crate) mod dynamodb;
#[path = "../../examples/fifo_per_customer.rs"]
pub(crate) mod fifo_per_customer;
#[path = "../../examples/firehose.rs"]
pub(crate) mod firehose;
#[path = "../../examples/kinesis.rs"]
pub(crate) mod kinesis;
#[path = "../../examples/own_service.rs"]
pub(crate) mod own_service;
#[path = "../../examples/sns.rs"]
pub(crate) mod sns;
#[path = "../../examples/sqs.rs"]
pub(crate) mod sqs;
