//! The quickstart, run as a user runs it. It is the one suite that takes real time.
//!
//! The program is the built example; where it is missing, the suite builds it. A whole
//! `cargo test --workspace` builds it anew, a run of this package alone takes it as it is.
#![cfg(unix)] // signals
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[path = "quickstart/account.rs"]
mod account;
#[path = "quickstart/input.rs"]
mod input;
#[path = "quickstart/interrupt.rs"]
mod interrupt;
#[path = "quickstart/options.rs"]
mod options;
#[path = "quickstart/program.rs"]
mod program;
#[path = "quickstart/report.rs"]
mod report;
