//! The quickstart, run as a user runs it. It is the one suite that takes real time.
#![cfg(unix)] // signals
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod account;
mod input;
mod interrupt;
mod options;
mod program;
mod report;
