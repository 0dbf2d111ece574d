//! Another process, spoken with in lines. It is killed, by its process id, when this is dropped; and whatever happens
//! to us, its standard input ends, which it must heed.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

/// A process under way.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    stdin: ChildStdin,
    stdout: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts the program; what it writes to standard error goes to ours.
    pub(crate) fn start(program: &Path, arguments: &[impl AsRef<OsStr>]) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().with_context(|| format!("cannot start {}", program.display()))?;
        let stdin = child.stdin.take().context("its standard input is ours")?;
        let stdout = child.stdout.take().context("its standard output is ours")?;
        Ok(Self { child, stdin, stdout: BufReader::new(stdout).lines() })
    }

    /// Its process id, while it runs.
    pub(crate) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Writes a line to it.
    pub(crate) async fn say(&mut self, line: &str) -> Result<()> {
        self.stdin.write_all(format!("{line}\n").as_bytes()).await.context("it does not listen any more")?;
        Ok(())
    }

    /// The next line that it writes; none after its last one.
    pub(crate) async fn line(&mut self) -> Result<Option<String>> {
        self.stdout.next_line().await.context("it does not write text")
    }

    /// The next line that it writes, within this time.
    pub(crate) async fn line_within(&mut self, patience: Duration) -> Result<String> {
        match timeout(patience, self.line()).await {
            Ok(line) => line?.context("it ended instead of answering"),
            Err(_) => bail!("it does not answer within {patience:?}"),
        }
    }

    /// Sends it this signal, by its process id.
    pub(crate) async fn signal(&self, signal: &str) -> Result<()> {
        let Some(id) = self.id() else { return Ok(()) };
        let kill = Command::new("kill").args(["-s", signal, &id.to_string()]).stderr(Stdio::null()).status();
        // It may have ended in between.
        kill.await.context("cannot start kill")?;
        Ok(())
    }

    /// Waits for its end.
    pub(crate) async fn wait(&mut self) -> Result<ExitStatus> {
        Ok(self.child.wait().await?)
    }
}
