//! A steady load for minutes, against a server in a process of its own; `cargo xtask soak` runs it.

use std::process::ExitCode;

use batchwright_sockets::{Serve, Soak, serve, soak};
use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "soak", args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(flatten)]
    soak: Soak,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The server of a soak, which starts it itself.
    #[command(hide = true)]
    Serve(Serve),
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { soak: arguments, command } = Arguments::parse();
    let outcome = match command {
        Some(Command::Serve(arguments)) => serve(arguments).await.map(|()| true),
        None => soak(arguments).await,
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("soak: {error:#}");
            ExitCode::FAILURE
        }
    }
}
