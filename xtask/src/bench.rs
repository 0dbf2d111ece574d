//! `cargo xtask bench`: the benches.

mod instructions;
mod wire;

use anyhow::Result;

/// Runs `wire`, or the benches that count instructions: those whose name contains the filter, all without
/// one. The arguments go to the program.
pub(crate) fn run(filter: Option<&str>, arguments: &[String]) -> Result<()> {
    match filter {
        Some("wire") => wire::run(arguments),
        _ => instructions::run(filter, arguments),
    }
}
