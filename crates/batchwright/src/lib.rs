#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "config")]
pub mod config;

#[doc(inline)]
pub use batch_core as core;
#[cfg(feature = "sqs")]
#[doc(inline)]
pub use batch_sqs as sqs;

pub use batch_core::{
    Ambiguous, Backoff, Cause, ConfigError, Duplicates, Failure, Linger, Order, Permit, Receipt,
    ReserveError, Sent, Settings, Stats, SubmitError, UnprocessedItem,
};
#[cfg(feature = "sqs")]
pub use batch_sqs::SqsWriter;
