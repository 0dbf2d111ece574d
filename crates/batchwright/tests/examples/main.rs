//! The examples, each run before a local server: what they send arrives, and they say so if it cannot.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod files;
mod services;
mod shown;
mod stage;
