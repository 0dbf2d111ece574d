//! The program `batch-local`: a strict local AWS server with faults, for tests in any language.

mod arguments;
mod create;
mod destination;
mod ready;

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Context, Result};
use batch_local::{FaultPlan, Listening, LocalServer};
use clap::Parser;

use crate::arguments::Arguments;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("batch-local: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Serves until the program is asked to end.
async fn run(arguments: &Arguments) -> Result<()> {
    let server = LocalServer::builder().seed(arguments.seed).faults(plan(arguments)).build();
    let mut created = Vec::new();
    for destination in arguments.destinations() {
        created.push(create::create(&server, &destination).await?);
    }
    // From here on no signal is missed, whatever a caller does once it reads that the server is ready.
    let asked = asked_to_end()?;
    let listening = listen(&server, arguments.port).await?;
    let text = ready::text(&listening.url(), &created);
    io::stdout().write_all(text.as_bytes()).context("cannot write to standard output")?;
    asked.await;
    listening.stop().await;
    Ok(())
}

fn plan(arguments: &Arguments) -> FaultPlan {
    match arguments.faults {
        0.0 => FaultPlan::none(),
        rate => FaultPlan::random(rate, arguments.seed),
    }
}

async fn listen(server: &LocalServer, port: u16) -> Result<Listening> {
    server.listen(("127.0.0.1", port)).await.with_context(|| {
        format!("cannot listen on port {port}; choose another with --port, or a free one with --port 0")
    })
}

/// Resolves at Ctrl-C, and on Unix at SIGTERM.
#[cfg(unix)]
fn asked_to_end() -> Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for Ctrl-C")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Resolves at Ctrl-C.
#[cfg(not(unix))]
fn asked_to_end() -> Result<impl Future<Output = ()>> {
    Ok(async {
        // It fails only if the handler cannot be set, and then Ctrl-C ends the program by itself.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
