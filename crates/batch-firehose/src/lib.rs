#![doc = include_str!("../README.md")]

mod accepted;
mod body;
mod destination;
mod firehose;
mod limits;
mod record;
mod service;
mod usage;
mod validate;
mod verdict;

pub use destination::DeliveryStream;
pub use firehose::{Firehose, FirehoseWriter};
pub use record::Record;
pub use service::SentRecord;
pub use usage::{Billed, Cost, Usage};

batch_core::re_export_core!();

/// The SDK crate whose client the writer uses, in the version that it uses.
#[doc(no_inline)]
pub use aws_sdk_firehose;
