//! A program that writes through a proxy that makes trouble, and who checks what it says; `cargo xtask chaos` runs it.

use std::process::ExitCode;

use batchwright_sockets::{Chaos, Write, chaos, write};
use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "chaos", args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(flatten)]
    chaos: Chaos,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The program that writes; the checker starts it itself.
    #[command(hide = true)]
    Write(Write),
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { chaos: arguments, command } = Arguments::parse();
    let outcome = match command {
        Some(Command::Write(arguments)) => write(arguments).await.map(|()| true),
        None => chaos(arguments).await,
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("chaos: {error:#}");
            ExitCode::FAILURE
        }
    }
}
