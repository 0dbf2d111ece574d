//! The writer against responses that were thought up, and against the strict local server.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod adapter;
mod bad_input;
mod canned;
mod client;
mod credentials;
mod delivery;
mod discovery;
mod interceptors;
mod keys;
mod outages;
mod support;
