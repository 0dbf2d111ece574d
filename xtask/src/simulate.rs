//! `cargo xtask simulate`: random runs, each decided by a seed.

use anyhow::{Result, ensure};
use clap::Args;

use crate::cargo::Cargo;

/// The runs to simulate.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Choice {
    /// Run the writers of AWS services through the SDK to the local server, instead of a writer to a scripted service
    #[arg(long)]
    deep: bool,
    /// Part of the name of a destination, for deep runs [default: all]
    #[arg(long, requires = "deep")]
    service: Option<String>,
    /// The number of seeds [default: 2000, or 200 per destination with --deep, as in continuous integration]
    #[arg(long)]
    seeds: Option<u64>,
    /// The first seed
    #[arg(long, default_value_t = 0)]
    first_seed: u64,
    /// The number of events to show before a violation
    #[arg(long)]
    lines: Option<u64>,
}

/// Runs the chosen seeds.
pub(crate) fn run(choice: &Choice) -> Result<()> {
    ensure!(choice.seeds != Some(0), "no seed would run; set --seeds to 1 or more");
    call(choice).run()
}

/// What continuous integration runs of a writer before a scripted service.
pub(crate) fn scripted() -> Result<()> {
    run(&Choice::default())
}

/// What continuous integration runs through the SDK.
pub(crate) fn deep() -> Result<()> {
    run(&Choice { deep: true, ..Choice::default() })
}

fn call(choice: &Choice) -> Cargo {
    // Most of a deep run is spent in crates that take minutes to optimise, so it takes those of the tests; the others are
    // small.
    let program = match choice.deep {
        true => "test --quiet --workspace --test simulate-deep",
        false => "run --quiet --profile simulate --package batchwright-simulation --bin simulate",
    };
    let seeds = choice.seeds.unwrap_or(if choice.deep { 200 } else { 2_000 });
    let numbers =
        [("--seeds", Some(seeds)), ("--first-seed", Some(choice.first_seed)), ("--lines", choice.lines)];
    let call = numbers.into_iter().fold(Cargo::new(program).arg("--"), |call, (name, number)| match number {
        Some(number) => call.arg(name).arg(number.to_string()),
        None => call,
    });
    choice.service.iter().cloned().fold(call, Cargo::arg)
}

#[cfg(test)]
mod tests {
    use super::{Choice, call};

    fn check(choice: Choice, expected: &str) {
        assert_eq!(call(&choice).to_string(), expected);
    }

    #[test]
    fn seeds_and_destinations_are_passed_on() {
        check(
            Choice { first_seed: 7, seeds: Some(1), ..Choice::default() },
            "cargo run --quiet --profile simulate --package batchwright-simulation --bin simulate -- --seeds 1 \
             --first-seed 7",
        );
        check(
            Choice { deep: true, service: Some("sqs".to_owned()), lines: Some(9), ..Choice::default() },
            "cargo test --quiet --workspace --test simulate-deep -- --seeds 200 --first-seed 0 --lines 9 sqs",
        );
    }
}
