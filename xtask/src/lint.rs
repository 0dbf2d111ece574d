//! `cargo xtask lint`: formatting and clippy.

use anyhow::Result;

use crate::cargo::Cargo;

/// Checks the formatting, then every target with clippy; a warning is an error.
pub(crate) fn run() -> Result<()> {
    Cargo::new("fmt --all --check").run()?;
    Cargo::new("clippy --workspace --all-targets --all-features -- -D warnings").run()
}
