//! `cargo xtask doc`: the documentation of every member.

use anyhow::Result;

use crate::cargo::Cargo;

/// Builds the documentation; a broken link or a missing description is an error.
pub(crate) fn run() -> Result<()> {
    Cargo::new("doc --workspace --no-deps --all-features").env("RUSTDOCFLAGS", "-Dwarnings").run()
}
