#![doc = include_str!("../README.md")]

mod body;
mod builder;
mod destination;
mod discovery;
mod error;
mod hash_key;
mod limits;
mod member;
mod partition_key;
mod record;
mod serializer;
mod service;
mod validate;
mod verdict;
mod writer;

pub use builder::{GivenLimits, KinesisWriterBuilder, LimitsOfStream};
pub use destination::Stream;
pub use error::ConnectError;
pub use hash_key::HashKey;
pub use record::Record;
pub use service::{Kinesis, SentRecord};
pub use writer::KinesisWriter;

#[doc(no_inline)]
pub use batch_core::{
    Backoff, Cause, ConfigError, Duplicates, Failure, Invalid, Linger, OnAmbiguous, Order, Permit, Receipt,
    ReserveError, Sent, Settings, Stats, SubmitError, UnprocessedItem, Writer,
};

/// The SDK crate whose client the writer takes, in the version it takes.
#[doc(no_inline)]
pub use aws_sdk_kinesis;
