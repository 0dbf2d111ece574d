//! `cargo xtask publish`: every published package, in the order of their dependencies.

use anyhow::Result;
use clap::Args;

use crate::cargo::Cargo;

/// Whether it is a rehearsal.
#[derive(Args, Clone, Debug)]
pub(crate) struct Choice {
    /// Upload; without it, everything up to that happens
    #[arg(long)]
    upload: bool,
}

/// Packages each crate and compiles it as its users will, against the packages of the others; then uploads them if told to.
/// cargo finds the order, and waits until the registry has one before it uploads the next.
pub(crate) fn run(choice: &Choice) -> Result<()> {
    let publish = Cargo::new("publish --workspace --locked");
    if choice.upload { publish.run() } else { publish.arg("--dry-run").run() }
}
