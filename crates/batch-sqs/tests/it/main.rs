//! The writer against answers that were thought up, and against the strict local server.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod adapter;
mod bad_input;
mod canned;
mod client;
mod credentials;
mod delivery;
mod fifo;
mod interceptors;
mod lookup;
mod outages;
mod support;
