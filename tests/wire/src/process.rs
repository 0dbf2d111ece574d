//! Other processes of these programs: the null server, and a round.

use std::env::current_exe;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::case::Case;
use crate::round::{Figures, Spec};

/// The core of the clients, and that of the servers.
pub(crate) const CORES: (usize, usize) = (0, 1);

/// A null server under way. It is ended, through the handle of the process, when this is dropped; and
/// whatever happens to us, its standard input ends, which it heeds.
#[derive(Debug)]
pub(crate) struct NullServer {
    pub(crate) url: String,
    /// Whether it runs on a core of its own.
    pub(crate) pinned: bool,
    stdin: ChildStdin,
    stdout: Lines<BufReader<ChildStdout>>,
    _child: Child,
}

impl NullServer {
    /// Starts it, and waits until it listens.
    pub(crate) async fn start(case: &Case) -> Result<Self> {
        let mut command = Command::new(program("wire")?);
        command.args(["serve", "--latency", &case.latency.as_millis().to_string()]);
        command.args(["--failing", &case.failing.to_string(), "--core", &CORES.1.to_string()]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().context("cannot start the null server")?;
        let stdin = child.stdin.take().context("its standard input is ours")?;
        let stdout = child.stdout.take().context("its standard output is ours")?;
        let mut stdout = BufReader::new(stdout).lines();
        let line = stdout.next_line().await?.context("the null server ended before it listened")?;
        let (url, pinned) = line.split_once(' ').context("the null server tells its address first")?;
        let (url, pinned) = (url.to_owned(), pinned == "true");
        Ok(Self { url, pinned, stdin, stdout, _child: child })
    }

    /// How many entries it has been sent so far.
    pub(crate) async fn entries(&mut self) -> Result<u64> {
        self.stdin.write_all(b"entries\n").await?;
        let line = self.stdout.next_line().await?.context("the null server ended")?;
        line.parse().with_context(|| format!("the null server said {line:?}"))
    }
}

/// Runs a round in a process of its own, one that counts allocations if they are asked for.
pub(crate) async fn round(spec: &Spec, counted: bool) -> Result<Figures> {
    let program = program(if counted { "wire-counted" } else { "wire" })?;
    let spec = serde_json::to_string(spec)?;
    let mut command = Command::new(program);
    command.args(["round", &spec]).stderr(Stdio::inherit()).kill_on_drop(true);
    let output = command.output().await.context("cannot start a round")?;
    ensure!(output.status.success(), "the round failed ({}): {spec}", output.status);
    serde_json::from_slice(&output.stdout).context("the round did not print its figures")
}

/// A program beside this one.
fn program(name: &str) -> Result<PathBuf> {
    let program = current_exe()?.with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    ensure!(program.exists(), "{} is missing; `cargo xtask bench wire` builds it", program.display());
    Ok(program)
}
