//! The command line of both programs.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::arguments::Bench;
use crate::round::{self, Count};
use crate::{bench, server};

#[derive(Debug, Parser)]
#[command(name = "wire", args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(flatten)]
    bench: Bench,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Sends the entries of one round and prints its figures; the bench starts it itself.
    #[command(hide = true)]
    Round {
        /// What to send, in JSON.
        spec: String,
    },
    /// The null server, which the bench starts itself.
    #[command(hide = true)]
    Serve(server::Serve),
}

/// Does what the command line says, on one thread. Where the program counts its allocations, `count` says how
/// many there were so far.
#[must_use]
pub fn main(count: Option<fn() -> u64>) -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = runtime.map_err(anyhow::Error::from).and_then(|runtime| {
        let outcome = runtime.block_on(run(arguments, count));
        // A read of standard input cannot be cancelled.
        runtime.shutdown_background();
        outcome
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wire: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments, count: Option<Count>) -> Result<()> {
    match arguments.command {
        None => bench::run(&arguments.bench).await,
        Some(Command::Round { spec }) => {
            // In a task, as by hand: tokio makes a system call whenever the future that the runtime blocks on is woken.
            let figures = tokio::spawn(round::run(serde_json::from_str(&spec)?, count)).await??;
            println!("{}", serde_json::to_string(&figures)?);
            Ok(())
        }
        Some(Command::Serve(arguments)) => server::serve(arguments).await,
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
