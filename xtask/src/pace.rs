//! `cargo xtask pace`: writers that find limits that they do not know, in paused time.

use anyhow::Result;

use crate::cargo::Cargo;

/// Prints what each writer gets, and fails if one gets too little or too much is throttled.
pub(crate) fn run() -> Result<()> {
    Cargo::new("run --quiet --profile simulate --package batchwright-simulation --bin pace").run()
}
