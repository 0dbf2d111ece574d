#![doc = include_str!("../README.md")]

mod accepted;
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

batch_core::re_export_core!();

/// The SDK crate whose client the writer uses, in the version that it uses.
#[doc(no_inline)]
pub use aws_sdk_kinesis;
