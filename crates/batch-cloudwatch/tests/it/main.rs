//! The writer against answers that were thought up, and against the strict local server.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod adapter;
mod bad_input;
mod canned;
mod cbor;
mod client;
mod compression;
mod credentials;
mod delivery;
mod interceptors;
mod outages;
mod served;
mod support;
