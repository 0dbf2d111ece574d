//! `cargo xtask mutants`: whether the tests notice when the code is wrong.
//!
//! [cargo-mutants](https://mutants.rs) breaks the code in one place at a time, and runs the tests of the crate that it
//! broke. What it leaves out, and why, is in `.cargo/mutants.toml`.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::tools;
use crate::workspace::{Role, Workspace, root};

/// The mutants to run.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Choice {
    /// A crate to break [default: the core, the shared code of the services, and every service]
    #[arg(long = "crate", value_name = "CRATE")]
    crates: Vec<String>,
    /// Break only part K of N, counted from 0, to share the work between machines
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
    /// Break only files whose paths match; a name without a slash matches in every directory
    #[arg(long = "file", value_name = "GLOB")]
    files: Vec<String>,
    /// Arguments for cargo-mutants, such as `--list`, or `--iterate` to skip mutants that were caught before
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Runs the chosen mutants. Fails if the tests missed one; a mutant that makes them hang is noticed too.
pub(crate) fn run(choice: &Choice) -> Result<()> {
    let workspace = Workspace::load()?;
    let counted = counted(&workspace);
    for name in &choice.crates {
        ensure!(
            counted.contains(&name.as_str()),
            "no crate with mutants is called {name}; there are {}",
            counted.join(", ")
        );
    }
    let place = tools::place("mutants");
    let program = tools::cargo(&place.join("cargo-mutants"), VERSION, None)?;
    let mut mutants = Command::new(program);
    // The mutants are built from a copy of the workspace, whose path differs each time. What they depend on is built
    // once nevertheless, in a directory that lasts. Two at a time would run each other's programs there.
    mutants.args(arguments(choice, &counted)).args(["--jobs", "1"]);
    mutants.arg("--output").arg(&place).args(&choice.arguments);
    mutants.current_dir(root()).env("CARGO_TARGET_DIR", place.join("build")).envs(WITHOUT_SHRINKING);
    let outcome = tools::run_and_accept(&mut mutants, &[ALL_CAUGHT, SOME_HANG]);
    outcome.with_context(|| format!("the findings are in {}", place.join("mutants.out").display()))
}

/// The crates whose logic counts.
fn counted(workspace: &Workspace) -> Vec<&str> {
    let counts = |role| matches!(role, Role::Core | Role::Service | Role::Shared);
    workspace.members().filter(|member| counts(member.role())).map(|member| member.name.as_str()).collect()
}

fn arguments(choice: &Choice, counted: &[&str]) -> Vec<String> {
    let chosen = choice.crates.iter().map(String::as_str);
    let crates: Vec<&str> = if choice.crates.is_empty() { counted.to_vec() } else { chosen.collect() };
    let crates = crates.into_iter().map(|name| ["--package", name]);
    let files = choice.files.iter().map(|glob| ["--file", glob.as_str()]);
    let shard = choice.shard.iter().map(|shard| ["--shard", shard.as_str()]);
    let options = crates.chain(files).chain(shard).flatten();
    ["mutants"].into_iter().chain(options).map(str::to_owned).collect()
}

/// That a property fails is all there is to know; how small a failure it has takes minutes to find.
const WITHOUT_SHRINKING: [(&str, &str); 1] = [("PROPTEST_MAX_SHRINK_ITERS", "0")];

const VERSION: &str = "27.1.0";

/// Exit codes of cargo-mutants.
const ALL_CAUGHT: i32 = 0;
const SOME_HANG: i32 = 3;

#[cfg(test)]
mod tests {
    use super::{Choice, arguments};

    fn check(choice: &Choice, expected: &str) {
        let arguments = arguments(choice, &["batch-core", "batch-x"]);
        assert_eq!(arguments.join(" "), expected);
    }

    #[test]
    fn every_crate_that_counts_is_broken_unless_some_are_chosen() {
        check(&Choice::default(), "mutants --package batch-core --package batch-x");
        let crates = vec!["batch-x".to_owned()];
        check(&Choice { crates, ..Choice::default() }, "mutants --package batch-x");
    }

    #[test]
    fn files_and_a_part_are_passed_on() {
        let files = ["limits.rs", "key.rs"].map(str::to_owned).to_vec();
        let choice = Choice { files, crates: vec!["batch-x".to_owned()], ..Choice::default() };
        let expected = "mutants --package batch-x --file limits.rs --file key.rs";
        check(&choice, expected);
        check(&Choice { shard: Some("0/8".to_owned()), ..choice }, &format!("{expected} --shard 0/8"));
    }
}
