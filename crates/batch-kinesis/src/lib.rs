#![doc = include_str!("../README.md")]

mod body;
mod destination;
mod discovery;
mod hash_key;
mod kinesis;
mod limits;
mod member;
mod partition_key;
mod record;
mod serializer;
mod service;
mod validate;
mod verdict;

pub use destination::Stream;
pub use hash_key::HashKey;
pub use kinesis::{Kinesis, KinesisWriter};
pub use record::Record;
pub use service::SentRecord;

#[doc(no_inline)]
pub use batch_core::{
    Backoff, Cause, ConfigError, ConnectError, Duplicates, Failure, Invalid, Linger, OnAmbiguous, Order,
    Permit, Receipt, ReserveError, Sent, Settings, Stats, SubmitError, UnprocessedItem,
};

#[doc(inline)]
pub use batch_core::{Writer, WriterBuilder};

/// The SDK crate whose client the writer takes, in the version it takes.
#[doc(no_inline)]
pub use aws_sdk_kinesis;
