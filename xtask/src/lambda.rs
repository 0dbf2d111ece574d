//! `cargo xtask lambda`: a Lambda function under a simulator of Lambda, and under `cargo lambda`.
//!
//! Both are in `tests/lambda`, a workspace of its own: the function as a user writes one, and a program that sends it events,
//! freezes and kills it.

use anyhow::Result;
use clap::Args;

use crate::cargo::Cargo;
use crate::tools;

/// How much to simulate.
#[derive(Args, Clone, Debug)]
pub(crate) struct Choice {
    /// Only check that the function compiles, without a warning
    #[arg(long, conflicts_with_all = ["events", "seed"])]
    check: bool,
    /// The number of messages, once for an environment with one invocation at a time, once for one with four
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..))]
    events: u64,
    /// The seed of what happens; the operating system still decides when
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

/// Runs the function, or checks that it compiles.
pub(crate) fn run(choice: &Choice) -> Result<()> {
    if choice.check {
        return check();
    }
    let place = tools::place("lambda");
    let emulator = place.join("python");
    tools::python(&emulator, &[format!("cargo-lambda=={VERSION}")])?;
    cargo("build --workspace").run()?;
    let mut simulate = std::process::Command::new(place.join("debug/simulate"));
    simulate.args(["--events", &choice.events.to_string(), "--seed", &choice.seed.to_string()]);
    tools::run(simulate.arg("--emulator").arg(emulator.join("bin/cargo-lambda")))
}

/// What continuous integration runs: the simulator takes minutes to compile, and the function does not need it.
pub(crate) fn check() -> Result<()> {
    cargo("clippy --package function").args("-- -D warnings").run()
}

fn cargo(command: &str) -> Cargo {
    let place = tools::place("lambda").display().to_string();
    Cargo::new(command).args("--quiet --manifest-path tests/lambda/Cargo.toml --target-dir").arg(place)
}

/// Of `cargo lambda`, as Python's registry has it: built there, it needs no compiler here.
const VERSION: &str = "1.9.2";

#[cfg(test)]
mod tests {
    use super::cargo;

    #[test]
    fn the_workspace_of_the_function_is_built_in_a_place_of_its_own() {
        let call = cargo("clippy --package function").args("-- -D warnings").to_string();
        let start =
            "cargo clippy --package function --quiet --manifest-path tests/lambda/Cargo.toml --target-dir ";
        assert!(call.starts_with(start) && call.ends_with("lambda -- -D warnings"), "{call}");
    }
}
