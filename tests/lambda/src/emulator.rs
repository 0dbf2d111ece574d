//! The function under the emulator of `cargo lambda`, which sends a constant deadline in the past.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::time::sleep;

use crate::environment::ACCOUNT;
use crate::queue::{Queue, event};
use crate::server::Server;

/// Sends a few events through the emulator, and checks the responses.
pub(crate) async fn run(program: &str) -> Result<()> {
    let server = Server::start(0.0, 0).await?;
    let port = free_port().await?;
    let _emulator = watch(program, port)?;
    wait_for(port).await?;
    let _function = function(port, &server.url())?;
    let mut queue = Queue::filled(200, &mut fastrand::Rng::with_seed(7));
    let mut invocations = 0;
    while !queue.is_empty() {
        let messages = queue.receive(100);
        let response = invoke(program, port, &event(&messages)).await?;
        queue.complete(messages, &response, &server.lines())?;
        invocations += 1;
    }
    let (tally, (applied, requests)) = (&queue.tally, server.applied());
    println!(
        "cargo lambda: 200 events in {invocations} invocations; {} delivered, {} dead of {} bad; {applied} writes in \
         {requests} requests",
        tally.delivered,
        tally.dead,
        queue.bad()
    );
    ensure!(tally.delivered + tally.dead == 200, "messages are lost: {tally:?}");
    Ok(())
}

/// Starts the emulator without the function, which it would build once more.
fn watch(program: &str, port: u16) -> Result<Child> {
    let mut command = cargo_lambda(program, "watch", port);
    command.args(["--ignore-changes", "--only-lambda-apis"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.kill_on_drop(true).spawn().with_context(|| format!("cannot start {program}"))
}

/// Starts the function as the emulator says.
fn function(port: u16, server: &str) -> Result<Child> {
    let mut command = Command::new(std::env::current_exe()?.with_file_name("function"));
    command.envs(ACCOUNT).env_remove("AWS_PROFILE").env("AWS_ENDPOINT_URL_DYNAMODB", server);
    command.env("AWS_LAMBDA_RUNTIME_API", format!("http://127.0.0.1:{port}/.rt"));
    command.envs([
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "4096"),
        ("AWS_LAMBDA_FUNCTION_NAME", "_"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
    ]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    command.spawn().context("cannot start the function")
}

async fn invoke(program: &str, port: u16, event: &Value) -> Result<Value> {
    let mut command = cargo_lambda(program, "invoke", port);
    let output = command.args(["--data-ascii", &event.to_string()]).output().await?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "`cargo lambda invoke` failed: {told}");
    serde_json::from_slice(&output.stdout).context("the response is no JSON")
}

fn cargo_lambda(program: &str, command: &str, port: u16) -> Command {
    let mut cargo_lambda = Command::new(program);
    cargo_lambda.args([
        "lambda",
        command,
        "--invoke-address",
        "127.0.0.1",
        "--invoke-port",
        &port.to_string(),
    ]);
    cargo_lambda.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("function"));
    cargo_lambda
}

async fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0").await.context("no port is free")?.local_addr()?.port())
}

async fn wait_for(port: u16) -> Result<()> {
    let begun = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        ensure!(begun.elapsed() < Duration::from_secs(60), "the emulator does not listen");
        sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
