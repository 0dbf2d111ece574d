//! `cargo xtask api`: the public items of every published library, one in a line, beside those of the last change.
//!
//! A change of the public face is seen in its diff, and no change of it happens by accident.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::tools;
use crate::workspace::{Package, Workspace, root};

/// What to do with the public items.
#[derive(Args, Clone, Debug)]
pub(crate) struct Choice {
    /// Write the items that were found as those to be expected
    #[arg(long)]
    update: bool,
    /// The names of published libraries [default: all]
    crates: Vec<String>,
}

/// Compares, or with `--update` writes, the items that [cargo-public-api](https://github.com/cargo-public-api/cargo-public-api)
/// finds with all features. Traits that the compiler implements by itself are left out.
pub(crate) fn run(choice: &Choice) -> Result<()> {
    let workspace = Workspace::load()?;
    let program = tools::cargo(&tools::place("api").join("cargo-public-api"), VERSION, None)?;
    let mut changed = Vec::new();
    for package in workspace.libraries().filter(|package| choice.includes(package)) {
        let found = items(package, &program)?;
        let expected = snapshot(package);
        if choice.update {
            fs::create_dir_all(root().join(SNAPSHOTS)).with_context(|| format!("cannot make {SNAPSHOTS}"))?;
            fs::write(&expected, found).with_context(|| format!("cannot write {}", expected.display()))?;
        } else if fs::read_to_string(&expected).unwrap_or_default() != found {
            let actual = tools::place("api").join(format!("{}.txt", package.name));
            fs::write(&actual, found).with_context(|| format!("cannot write {}", actual.display()))?;
            changed.push((expected, actual));
        }
    }
    report(&changed)
}

impl Choice {
    fn includes(&self, package: &Package) -> bool {
        self.crates.is_empty() || self.crates.contains(&package.name)
    }
}

/// Prints what changed, as far as there is a `diff`.
fn report(changed: &[(PathBuf, PathBuf)]) -> Result<()> {
    for (expected, actual) in changed {
        println!("\n{} is not what the code has:", expected.display());
        let _ = Command::new("diff").arg(expected).arg(actual).status();
    }
    if changed.is_empty() {
        return Ok(());
    }
    bail!("the public items of {} changed; if that is meant, run `cargo xtask api --update`", changed.len())
}

/// The public items of a library, in the order of their paths.
fn items(package: &Package, program: &Path) -> Result<String> {
    let target = tools::place("api").join("build");
    let mut rustdoc = Command::new("rustup");
    rustdoc.args(["run", COMPILER, "cargo", "rustdoc", "--quiet", "--lib", "--all-features"]);
    rustdoc.args(["--package", &package.name, "--target-dir"]).arg(&target).current_dir(root());
    // The format for other programs is not yet stable; the version of the compiler fixes it.
    rustdoc.args(["--", "-Zunstable-options", "--output-format", "json"]).env("RUSTC_BOOTSTRAP", "1");
    tools::run(&mut rustdoc)?;
    let described = target.join("doc").join(format!("{}.json", package.library_name()));
    let mut listing = Command::new(program);
    listing.args(["public-api", "--omit", "blanket-impls,auto-trait-impls", "--rustdoc-json"]).arg(described);
    let output = listing.output().context("cannot start cargo-public-api")?;
    if !output.status.success() {
        bail!("cargo-public-api failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    String::from_utf8(output.stdout).context("cargo-public-api did not write UTF-8")
}

fn snapshot(package: &Package) -> PathBuf {
    root().join(SNAPSHOTS).join(format!("{}.txt", package.name))
}

/// Where the items that are expected stand, a file for each library.
const SNAPSHOTS: &str = "tests/api";

/// Each version reads the description that some compilers write.
const VERSION: &str = "0.52.0";

/// The compiler whose description it reads; the items differ a little from one to the next.
const COMPILER: &str = "1.95.0";
