#![doc = include_str!("../README.md")]

mod attribute;
mod body;
mod builder;
mod characters;
mod deduplication;
mod destination;
mod limits;
mod lookup;
mod message;
mod serializer;
mod service;
mod validate;
mod verdict;
mod wire;
mod writer;

pub use attribute::AttributeValue;
pub use builder::SqsWriterBuilder;
pub use destination::Queue;
pub use message::Message;
pub use service::{SentMessage, Sqs};
pub use writer::SqsWriter;

#[doc(no_inline)]
pub use batch_core::{
    Backoff, Cause, ConfigError, Duplicates, Failure, Invalid, Linger, OnAmbiguous, Order, Permit, Receipt,
    ReserveError, Sent, Settings, Stats, SubmitError, UnprocessedItem, Writer,
};

/// The SDK crate whose client the writer takes, in the version it takes.
#[doc(no_inline)]
pub use aws_sdk_sqs;
