#![doc = include_str!("../README.md")]

mod attribute;
mod body;
mod characters;
mod destination;
mod direct;
mod limits;
mod lookup;
mod message;
mod response;
mod serializer;
mod service;
mod sqs;
mod usage;
mod validate;
mod verdict;
mod wire;

pub use attribute::AttributeValue;
pub use destination::Queue;
pub use message::Message;
pub use service::SentMessage;
pub use sqs::{Sqs, SqsWriter};
pub use usage::Usage;

batch_core::re_export_core!();

#[doc(no_inline)]
pub use batch_smithy::{Billed, Cost};

/// The SDK crate whose client the writer uses, in the version that it uses.
#[doc(no_inline)]
pub use aws_sdk_sqs;
