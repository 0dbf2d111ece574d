//! `cargo xtask test`: every test.

use anyhow::Result;

use crate::cargo::Cargo;

/// Runs every test: of units, of documentation, across crates, and the tidy rules.
pub(crate) fn run() -> Result<()> {
    Cargo::new("test --workspace").run()
}
