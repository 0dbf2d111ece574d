#![doc = include_str!("../README.md")]

mod backoff;
mod buffer;
mod error;
mod failure;
mod key;
mod limits;
mod plan;
mod sent;
mod service;
mod settings;
mod stats;
mod unprocessed;
mod writer;

pub use backoff::Backoff;
pub use buffer::{
    Admission, Batch, BatchId, Buffer, Charge, Garbage, Grant, Output, Place, Refused, Resolution, Ticket,
    Watermark, Withdrawn,
};
pub use error::{ConfigError, ReserveError, SubmitError};
pub use failure::Failure;
pub use key::Key;
pub use limits::{LimitPolicy, Load};
pub use sent::Sent;
pub use service::{Invalid, Measure, Reply, Service, Verdict};
pub use settings::{Duplicates, Linger, OnAmbiguous, Order, Settings};
pub use stats::Stats;
pub use unprocessed::{Cause, UnprocessedItem};
pub use writer::{Permit, Receipt, Writer, WriterBuilder};

/// What every entry is charged beside its heap, in bytes: the entry itself, what the buffer knows of it,
/// its lane, its identity, its failures and its receipt, and as much again for what grows by doubling.
///
/// It covers entries of up to 192 bytes beside their heap. Of a larger type, every entry is charged twice
/// the excess on top.
pub const ENTRY_OVERHEAD_BYTES: usize = 1_408;
