//! `cargo xtask shuttle`: the writer's shell on schedules that a seed decides.
//!
//! The program is `tests/shuttle`, a workspace of its own: its build copies the sources of the core and exchanges what they
//! use of threads, locks, tasks and time.

use anyhow::Result;
use clap::Args;

use crate::cargo::Cargo;
use crate::tools;

/// The scenarios to run, and how often.
#[derive(Args, Clone, Debug)]
pub(crate) struct Choice {
    /// The name of a scenario [default: all]
    scenario: Option<String>,
    /// The number of schedules per scenario
    #[arg(long, default_value_t = SCHEDULES, value_parser = clap::value_parser!(u64).range(1..))]
    schedules: u64,
    /// The seed of the first schedule
    #[arg(long, default_value_t = 0)]
    first_seed: u64,
}

/// Runs the chosen schedules.
pub(crate) fn run(choice: &Choice) -> Result<()> {
    call(choice, &tools::place("shuttle").display().to_string()).run()
}

/// What continuous integration runs.
pub(crate) fn all() -> Result<()> {
    run(&Choice { scenario: None, schedules: SCHEDULES, first_seed: 0 })
}

fn call(choice: &Choice, build: &str) -> Cargo {
    let program = "run --quiet --manifest-path tests/shuttle/Cargo.toml --target-dir";
    let call = Cargo::new(program).arg(build).arg("--");
    let call = choice.scenario.iter().cloned().fold(call, Cargo::arg);
    let numbers = [("--schedules", choice.schedules), ("--first-seed", choice.first_seed)];
    numbers.into_iter().fold(call, |call, (name, number)| call.arg(name).arg(number.to_string()))
}

/// What continuous integration runs of each.
const SCHEDULES: u64 = 200;

/// How the build makes the copy; here for its tests.
#[cfg(test)]
mod rewrite {
    include!("../../tests/shuttle/core/rewrite.rs");
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{Choice, call, rewrite};
    use crate::workspace::root;

    #[test]
    fn scenario_and_numbers_are_passed_on() {
        let choice = Choice { scenario: Some("lanes".to_owned()), schedules: 1, first_seed: 7 };
        assert_eq!(
            call(&choice, "target/shuttle").to_string(),
            "cargo run --quiet --manifest-path tests/shuttle/Cargo.toml --target-dir target/shuttle -- lanes \
             --schedules 1 --first-seed 7"
        );
    }

    #[test]
    fn every_source_of_the_core_can_be_copied() {
        check(&root().join("crates/batch-core/src"));
    }

    fn check(directory: &Path) {
        for entry in fs::read_dir(directory).expect("it is there") {
            let path = entry.expect("it can be read").path();
            if path.file_stem().is_some_and(|name| name == "tests") {
                continue; // the build leaves them out too
            }
            if path.is_dir() {
                check(&path);
            } else {
                let text = fs::read_to_string(&path).expect("it is text");
                let copy = rewrite::rewritten(&text).map_err(|error| format!("{}:{error}", path.display()));
                let is_code = |line: &&str| !line.trim_start().starts_with("//");
                let names_std =
                    |copy: String| copy.lines().filter(is_code).any(|line| line.contains("std::sync::"));
                assert!(copy.is_ok_and(|copy| !names_std(copy)), "{}", path.display());
            }
        }
    }
}
