#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "config")]
pub mod config;
#[cfg(any(doc, doctest))]
pub mod guide;

#[cfg(feature = "cloudwatch")]
#[doc(inline)]
pub use batch_cloudwatch as cloudwatch;
#[doc(inline)]
pub use batch_core as core;
#[cfg(feature = "dynamodb")]
#[doc(inline)]
pub use batch_dynamodb as dynamodb;
#[cfg(feature = "kinesis")]
#[doc(inline)]
pub use batch_kinesis as kinesis;
#[cfg(feature = "sqs")]
#[doc(inline)]
pub use batch_sqs as sqs;

#[cfg(feature = "cloudwatch")]
pub use batch_cloudwatch::CloudWatchWriter;
pub use batch_core::{
    Ambiguous, Backoff, Cause, ConfigError, Duplicates, Failure, Linger, Order, Permit, Receipt,
    ReserveError, Sent, Settings, Stats, SubmitError, UnprocessedItem,
};
#[cfg(feature = "dynamodb")]
pub use batch_dynamodb::DynamoDbWriter;
#[cfg(feature = "kinesis")]
pub use batch_kinesis::KinesisWriter;
#[cfg(feature = "sqs")]
pub use batch_sqs::SqsWriter;
