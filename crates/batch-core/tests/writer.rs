//! The promises of the writer, one test each, under paused time: what waits, for how long exactly,
//! who gets an entry back, and what a handle, a receipt, a permit or a runtime leaves when it goes.
//! The service is scripted, in `writer/fake.rs`. Only `stress.rs` and
//! `races.rs` run on a real clock.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may fail loudly and use paused time"
)]

#[path = "writer/abandoned.rs"]
mod abandoned;
#[path = "writer/cancel.rs"]
mod cancel;
#[path = "writer/duplicates.rs"]
mod duplicates;
#[path = "writer/fake.rs"]
mod fake;
#[path = "writer/fickle.rs"]
mod fickle;
#[path = "writer/flush.rs"]
mod flush;
#[path = "writer/flush_by.rs"]
mod flush_by;
#[path = "writer/isolation.rs"]
mod isolation;
#[path = "writer/lanes.rs"]
mod lanes;
#[path = "writer/linger.rs"]
mod linger;
#[path = "writer/log.rs"]
mod log;
#[path = "writer/owners.rs"]
mod owners;
#[path = "writer/pace.rs"]
mod pace;
#[path = "writer/patience.rs"]
mod patience;
#[path = "writer/permits.rs"]
mod permits;
#[path = "writer/races.rs"]
mod races;
#[path = "writer/reasons.rs"]
mod reasons;
#[path = "writer/receipts.rs"]
mod receipts;
#[path = "writer/retries.rs"]
mod retries;
#[path = "writer/room.rs"]
mod room;
#[path = "writer/runtimes.rs"]
mod runtimes;
#[path = "writer/scopes.rs"]
mod scopes;
#[path = "writer/service.rs"]
mod service;
#[path = "writer/settings.rs"]
mod settings;
#[path = "writer/shutdown.rs"]
mod shutdown;
#[path = "writer/stress.rs"]
mod stress;
#[path = "writer/stuck.rs"]
mod stuck;
#[path = "writer/support.rs"]
mod support;
#[path = "writer/types.rs"]
mod types;
#[path = "writer/verdicts.rs"]
mod verdicts;
#[path = "writer/wakes.rs"]
mod wakes;
