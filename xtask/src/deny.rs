//! `cargo xtask deny`: what deny.toml lets into the tree.

use std::env;
use std::process::Command;

use anyhow::{Context, Result};

use crate::tools;
use crate::workspace::root;

/// Has [cargo-deny](https://embarkstudios.github.io/cargo-deny/), which it installs into the build directory, check bans,
/// licences and sources, and the advisories, for which it fetches their database.
pub(crate) fn run() -> Result<()> {
    let program = tools::cargo(&tools::place("deny").join("cargo-deny"), VERSION, None)?;
    let deny = |arguments: &[&str]| tools::run(Command::new(&program).args(arguments).current_dir(root()));
    deny(&["check", "bans", "licenses", "sources"])?;
    match deny(&["fetch", "db"]) {
        Ok(()) => deny(&["check", "advisories"]),
        Err(error) if must_be_reached() => {
            Err(error).context("without their database, advisories are not checked")
        }
        Err(error) => {
            println!("\n{error:#}\nADVISORIES WERE NOT CHECKED: their database cannot be reached from here.");
            Ok(())
        }
    }
}

/// Whether this is continuous integration, where nobody reads that a check was left out.
fn must_be_reached() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty())
}

/// deny.toml is written for it.
const VERSION: &str = "0.20.2";
