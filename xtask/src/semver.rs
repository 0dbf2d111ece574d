//! `cargo xtask semver`: whether the next version may be called as it is.

use std::process::Command;

use anyhow::{Context, Result};

use crate::tools;
use crate::workspace::root;

/// Has [cargo-semver-checks](https://github.com/obi1kenobi/cargo-semver-checks) compare every published library with the last
/// tag of a version. Before the first one there is nothing that could be broken.
pub(crate) fn run() -> Result<()> {
    let Some(tag) = last_version()? else {
        println!("no version is tagged yet, so there is nothing to compare with");
        return Ok(());
    };
    let program = tools::cargo(&tools::place("semver").join("cargo-semver-checks"), VERSION, None)?;
    let mut check = Command::new(program);
    check.args(["semver-checks", "--workspace", "--baseline-rev", &tag]).current_dir(root());
    tools::run(&mut check)
}

/// The tag of the version that this commit comes after.
fn last_version() -> Result<Option<String>> {
    let mut git = Command::new("git");
    git.args(["describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"]).current_dir(root());
    let output = git.output().context("cannot start git")?;
    let tag = String::from_utf8(output.stdout).context("git did not write UTF-8")?.trim().to_owned();
    Ok((output.status.success() && !tag.is_empty()).then_some(tag))
}

const VERSION: &str = "0.51.0";
