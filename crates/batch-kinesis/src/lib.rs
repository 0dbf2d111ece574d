#![doc = include_str!("../README.md")]

mod accepted;
mod aggregate;
mod body;
mod destination;
mod discovery;
mod groups;
mod hash_key;
mod kinesis;
mod known_key;
mod kpl;
mod limits;
mod member;
mod partition_key;
mod pointer;
mod record;
mod sent;
mod serializer;
mod service;
mod shard_map;
mod shards;
mod usage;
mod validate;
mod verdict;

pub use aggregate::Aggregate;
pub use destination::Stream;
pub use hash_key::HashKey;
pub use kinesis::{Kinesis, KinesisWriter};
pub use record::Record;
pub use sent::SentRecord;
pub use usage::Usage;

batch_core::re_export_core!();

#[doc(no_inline)]
pub use batch_smithy::{Billed, Cost};

/// The SDK crate whose client the writer uses, in the version that it uses.
#[doc(no_inline)]
pub use aws_sdk_kinesis;
