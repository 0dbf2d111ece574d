//! The promises of the writer, one test each, under paused time: what waits, for how long exactly,
//! who gets an entry back, and what a handle, a receipt, a permit or a runtime leaves when it goes.
//! The service is scripted, in `writer/fake.rs`. Only `stress.rs` and
//! `races.rs` run on a real clock.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may fail loudly and use paused time"
)]

mod abandoned;
mod cancel;
mod drops;
mod duplicates;
mod fake;
mod fickle;
mod flush;
mod flush_by;
mod forgetful;
mod isolation;
mod lanes;
mod linger;
mod log;
mod merging;
#[cfg(feature = "metrics")]
mod metrics;
mod observer;
#[cfg(all(feature = "metrics", feature = "trace"))]
mod outage;
mod owners;
mod pace;
mod patience;
mod permits;
mod races;
mod reasons;
mod receipts;
mod retries;
mod room;
mod runtimes;
mod scopes;
mod service;
mod settings;
mod shutdown;
#[cfg(feature = "sink")]
mod sink;
mod stress;
mod stuck;
mod submit_by;
mod support;
#[cfg(feature = "trace")]
mod trace;
mod types;
mod verdicts;
mod wakes;
