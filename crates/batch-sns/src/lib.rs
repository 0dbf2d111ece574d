#![doc = include_str!("../README.md")]

mod destination;
mod limits;
mod message;
mod service;
mod sns;
mod usage;
mod validate;
mod verdict;

pub use destination::Topic;
pub use message::Message;
pub use service::SentMessage;
pub use sns::{Sns, SnsWriter};
pub use usage::{Billed, Cost, Usage};

batch_core::re_export_core!();

/// The SDK crate whose client the writer uses, in the version that it uses.
#[doc(no_inline)]
pub use aws_sdk_sns;
