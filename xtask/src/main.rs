//! Every development command: `cargo xtask <command>`.
//!
//! A command prints each program it starts, stops at the first failure and says how to run that
//! one step again. Continuous integration calls the same commands and has no checks of its own.

mod bench;
mod cargo;
mod chaos;
mod ci;
mod conformance;
mod deny;
mod doc;
mod features;
mod fuzz;
mod lint;
mod minimal;
mod mutants;
mod pace;
mod plot;
mod shuttle;
mod simulate;
mod soak;
mod test;
mod tidy;
mod tools;
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
    /// Run the benches, all or those whose name contains the filter
    Bench {
        /// Part of the name of a bench
        filter: Option<String>,
        /// What to pass on to the bench programs themselves
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Run a program through a proxy that makes trouble, end it at a random moment, and check what it said; --help shows
    /// the options
    #[command(disable_help_flag = true)]
    Chaos {
        /// What to pass on to the program
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run tidy, lint, doc, features, minimal, test, shuttle, both depths of the simulation and pace, then print how long each took
    Ci,
    /// Install and start servers that others wrote, and run the suite against them
    Conformance {
        /// Names of servers; all of them without one
        servers: Vec<String>,
    },
    /// Check bans, licences, sources and advisories of the dependencies, as deny.toml says
    Deny,
    /// Build the documentation; a warning is an error
    Doc,
    /// Compile every combination of features and check who may depend on what
    Features,
    /// Mutate what comes over the network and from users until something breaks
    Fuzz(fuzz::Choice),
    /// Check the formatting and run clippy; a warning is an error
    Lint,
    /// Compile published crates with every direct dependency at its lower bound
    Minimal {
        /// Names of published crates; all of them without one
        crates: Vec<String>,
    },
    /// Break the code in one place at a time and see whether the tests notice
    Mutants(mutants::Choice),
    /// Let writers find limits that they do not know, alone and two on one, and check what each gets of it
    Pace,
    /// Draw what `cargo xtask soak --csv` wrote
    Plot {
        /// The file that a soak wrote
        csv: PathBuf,
        /// The picture, a PNG file
        png: PathBuf,
    },
    /// Run the writer's shell on schedules of its tasks and threads, each decided by a seed
    Shuttle(shuttle::Choice),
    /// Run random schedules, each decided by a seed, and check every law at every step
    Simulate(simulate::Choice),
    /// Put a steady load with faults on a writer for minutes, and check the laws and the memory; --help shows the options
    #[command(disable_help_flag = true)]
    Soak {
        /// What to pass on to the program
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run every test
    Test,
    /// Check the rules on files, crates and documents that no compiler checks
    Tidy,
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
        Command::Bench { filter, arguments } => bench::run(filter.as_deref(), &arguments),
        Command::Chaos { arguments } => chaos::run(&arguments),
        Command::Ci => ci::run(),
        Command::Conformance { servers } => conformance::run(&servers),
        Command::Deny => deny::run(),
        Command::Doc => doc::run(),
        Command::Features => features::run(),
        Command::Fuzz(choice) => fuzz::run(&choice),
        Command::Lint => lint::run(),
        Command::Minimal { crates } => minimal::run(&crates),
        Command::Mutants(choice) => mutants::run(&choice),
        Command::Pace => pace::run(),
        Command::Plot { csv, png } => plot::run(&csv, &png),
        Command::Shuttle(choice) => shuttle::run(&choice),
        Command::Simulate(choice) => simulate::run(&choice),
        Command::Soak { arguments } => soak::run(&arguments),
        Command::Test => test::run(),
        Command::Tidy => tidy::run(),
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
