#![doc = include_str!("../README.md")]

mod body;
mod builder;
mod connect;
mod destination;
mod error;
mod item;
mod json;
mod key;
mod limits;
mod number;
mod partition_key;
#[cfg(test)]
mod samples;
mod serializer;
mod service;
mod stats;
mod validate;
mod verdict;
mod write;
mod writer;

pub use builder::{DynamoDbWriterBuilder, KeysGiven, KeysOfTable};
pub use destination::Table;
pub use error::{ConnectError, ItemError};
pub use item::item_bytes;
pub use key::KeyType;
pub use service::{DynamoDb, SentWrite};
pub use stats::DynamoDbStats;
pub use write::Write;
pub use writer::DynamoDbWriter;

#[doc(no_inline)]
pub use batch_core::{
    Backoff, Cause, ConfigError, Duplicates, Failure, Invalid, Linger, OnAmbiguous, Order, Permit, Receipt,
    ReserveError, Sent, Settings, Stats, SubmitError, UnprocessedItem, Writer,
};

/// The value of an attribute, as the SDK has it.
#[doc(no_inline)]
pub use aws_sdk_dynamodb::types::AttributeValue;

/// The SDK crate whose client the writer takes, in the version it takes.
#[doc(no_inline)]
pub use aws_sdk_dynamodb;
