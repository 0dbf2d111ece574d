#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod backoff;
mod buffer;
mod error;
mod failure;
mod key;
mod latency;
mod limits;
mod measure;
#[cfg(feature = "metrics")]
pub mod metrics;
mod observer;
mod plan;
mod quota;
mod rate;
mod reply;
mod rules;
mod sent;
mod service;
mod settings;
mod stats;
mod unprocessed;
mod writer;

pub use backoff::Backoff;
pub use buffer::{
    Admission, Answers, Batch, BatchId, Buffer, Charge, Deliveries, Garbage, Grant, Output, Place, Refused,
    Resolution, ScopeId, Ticket, Watermark, Withdrawn,
};
pub use error::{ConfigError, ConnectError, ReserveError, SubmitError};
pub use failure::Failure;
pub use key::Key;
pub use latency::Latency;
pub use limits::{LimitPolicy, Load};
pub use measure::{Carrier, Growth, Invalid, Measure};
pub use observer::{
    Answer, EntriesAnswered, Observer, RequestFinished, RequestOutcome, RequestStarted, Sample, VerdictCounts,
};
pub use quota::Quota;
pub use rate::Rate;
pub use reply::{Class, Refusal, Reply, Responses, Unread, Verdict, Verdicts};
pub use rules::{Duplicates, Linger, OnAmbiguous, Order};
pub use sent::Sent;
pub use service::Service;
pub use settings::Settings;
pub use stats::{CauseCounts, Stats};
pub use unprocessed::{Cause, UnprocessedItem};
#[cfg(feature = "trace")]
pub use writer::trace::names as trace;
#[cfg(feature = "sink")]
pub use writer::{EntrySink, SinkError};
pub use writer::{Permit, Receipt, Scope, Writer, WriterBuilder, WriterLabel};

/// The memory in bytes that each entry is charged in addition to its heap.
///
/// It is what an entry allocates at its worst moment, when it was handed back and waits to be collected, and up to 15 %
/// more: the entry itself, what is known of it, its lane, its identity, its failures and its receipt. One that waits
/// to be sent for the first time takes about half of that.
///
/// It is meant for entry types of at most 192 bytes (`size_of`). For a larger type, each entry is charged
/// twice the excess in addition.
pub const ENTRY_OVERHEAD_BYTES: usize = 500;

/// Re-exports what the crate of a service offers of this one: one list for all of them.
#[doc(hidden)]
#[macro_export]
macro_rules! re_export_core {
    () => {
        #[doc(no_inline)]
        pub use $crate::{
            Backoff, Cause, ConfigError, ConnectError, Duplicates, Failure, Invalid, Linger, Observer,
            OnAmbiguous, Order, Permit, Rate, Receipt, ReserveError, Scope, Sent, Settings, Stats,
            SubmitError, UnprocessedItem,
        };

        #[doc(inline)]
        pub use $crate::{Writer, WriterBuilder};

        $crate::re_export_sink!();
    };
}

/// Whether there is a sink depends on the features of this crate, not on those of the service's.
#[cfg(feature = "sink")]
#[doc(hidden)]
#[macro_export]
macro_rules! re_export_sink {
    () => {
        #[doc(no_inline)]
        pub use $crate::{EntrySink, SinkError};
    };
}

/// There is no sink to re-export.
#[cfg(not(feature = "sink"))]
#[doc(hidden)]
#[macro_export]
macro_rules! re_export_sink {
    () => {};
}
