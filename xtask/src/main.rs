//! Every development command: `cargo xtask <command>`.
//!
//! A command prints each program that it starts, stops at the first failure, and prints how to repeat
//! the failed step. Continuous integration runs the same commands and has no checks of its own.

mod api;
mod bench;
mod cargo;
mod chaos;
mod ci;
mod conformance;
mod deny;
mod doc;
mod features;
mod fuzz;
mod lambda;
mod lint;
mod minimal;
mod mutants;
mod pace;
mod plot;
mod publish;
mod semver;
mod serve;
mod shuttle;
mod simulate;
mod soak;
mod test;
mod tidy;
mod tools;
mod update;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Every development command of the workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compare the public items of every published library with those that are expected; installs cargo-public-api
    Api(api::Choice),
    /// Run the benches that count instructions: all, one such as `core`, or the cases whose names contain the filter; or
    /// `wire`, which measures processor time over sockets, with its options after --
    Bench {
        /// The name of a bench, or a part of the names of cases
        filter: Option<String>,
        /// Arguments for the bench programs
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Run a program behind a faulty proxy, end it at a random moment, and check its reports; see --help for the options
    #[command(disable_help_flag = true)]
    Chaos {
        /// Arguments for the program
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run all checks of continuous integration, and print the time that each took
    Ci,
    /// Run the writers against third-party servers, and SDKs for other languages against `batch-local`; installs both
    Conformance {
        /// The names of the servers and SDKs, and `aggregation` [default: all]
        names: Vec<String>,
    },
    /// Check the bans, licences, sources and advisories of all dependencies against deny.toml
    Deny,
    /// Build the documentation, with warnings as errors
    Doc,
    /// Compile features alone, in pairs and together, and check the dependency rules between crates
    Features,
    /// Fuzz the input from the network and from users
    Fuzz(fuzz::Choice),
    /// Run a Lambda function under a simulator of Lambda, with real freezes and deadlines, and under `cargo lambda`; needs
    /// Python 3
    Lambda(lambda::Choice),
    /// Check the formatting and run clippy, with warnings as errors
    Lint,
    /// Compile published crates with every direct dependency at its minimal version
    Minimal {
        /// The names of published crates [default: all]
        crates: Vec<String>,
    },
    /// Break the code in one place at a time, and check that a test fails each time
    Mutants(mutants::Choice),
    /// Let writers find unknown limits in simulated time, and check the share of each
    Pace(pace::Choice),
    /// Plot the samples of `cargo xtask soak --csv`; needs Python 3
    Plot {
        /// The samples of a soak, a CSV file
        csv: PathBuf,
        /// The plot to write, a PNG file
        png: PathBuf,
    },
    /// Package every published crate, compile the packages, and with --upload publish them
    Publish(publish::Choice),
    /// Check that the next version may be called as it is; installs cargo-semver-checks
    Semver,
    /// Run `batch-local`, the local server as a program; see --help for the options
    #[command(disable_help_flag = true)]
    Serve {
        /// Arguments for the program
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run the writer's shell on random schedules of its tasks and threads, each from a seed
    Shuttle(shuttle::Choice),
    /// Simulate random schedules, each from a seed, and check every law at every step
    Simulate(simulate::Choice),
    /// Run a writer under a steady load with faults, and check its laws and memory; see --help for the options
    #[command(disable_help_flag = true)]
    Soak {
        /// Arguments for the program
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run every test
    Test,
    /// Check the rules for files, crates and documents that no compiler checks
    Tidy,
    /// Bring Cargo.lock up to date, and run the tests that notice a changed SDK
    Update,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Api(choice) => api::run(&choice),
        Command::Bench { filter, arguments } => bench::run(filter.as_deref(), &arguments),
        Command::Chaos { arguments } => chaos::run(&arguments),
        Command::Ci => ci::run(),
        Command::Conformance { names } => conformance::run(&names),
        Command::Deny => deny::run(),
        Command::Doc => doc::run(),
        Command::Features => features::run(),
        Command::Fuzz(choice) => fuzz::run(&choice),
        Command::Lambda(choice) => lambda::run(&choice),
        Command::Lint => lint::run(),
        Command::Minimal { crates } => minimal::run(&crates),
        Command::Mutants(choice) => mutants::run(&choice),
        Command::Pace(choice) => pace::run(&choice),
        Command::Plot { csv, png } => plot::soak(&csv, &png),
        Command::Publish(choice) => publish::run(&choice),
        Command::Semver => semver::run(),
        Command::Serve { arguments } => serve::run(&arguments),
        Command::Shuttle(choice) => shuttle::run(&choice),
        Command::Simulate(choice) => simulate::run(&choice),
        Command::Soak { arguments } => soak::run(&arguments),
        Command::Test => test::run(),
        Command::Tidy => tidy::run(),
        Command::Update => update::run(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Arguments;

    #[test]
    fn the_command_line_is_coherent() {
        Arguments::command().debug_assert();
    }
}
