//! The program under test.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// More than any run may take, on a slow and busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A run under way. It is killed when the test gives up.
pub(crate) struct Running {
    child: Child,
    pub(crate) stdin: Option<ChildStdin>,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

/// A run that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the quickstart to its end, with nothing to read from its standard input.
pub(crate) fn run(args: &[&str]) -> Ended {
    run_with(args, b"")
}

/// Runs the quickstart to its end, with this standard input.
pub(crate) fn run_with(args: &[&str], input: &[u8]) -> Ended {
    let mut running = Running::start(args);
    let mut stdin = running.stdin.take().unwrap();
    let input = input.to_vec();
    // The program may end without having read it all.
    thread::spawn(move || stdin.write_all(&input));
    running.end_within(PATIENCE).expect("it ends")
}

/// Runs the quickstart to both queues with a file of this content; also the file's name, as it was given.
pub(crate) fn run_file(name: &str, content: &[u8]) -> (Ended, String) {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (run(&["--json", "--to", "sqs,sqs-fifo", "--input", &path]), path)
}

impl Running {
    pub(crate) fn start(args: &[impl AsRef<OsStr>]) -> Self {
        Self::start_in(args, &[])
    }

    /// Starts it with these environment variables.
    pub(crate) fn start_in(args: &[impl AsRef<OsStr>], environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quickstart"));
        command.envs(environment.iter().copied());
        command.args(args).env_remove("RUST_LOG").env_remove("RUST_BACKTRACE");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take();
        let stdout = whole(child.stdout.take().unwrap());
        let stderr = lines(child.stderr.take().unwrap());
        Self { child, stdin, stdout, stderr }
    }

    /// Waits for a line of standard error that contains these words.
    pub(crate) fn wait_for(&self, words: &str) {
        while !self.stderr.recv_timeout(PATIENCE).expect("it says more").contains(words) {}
    }

    pub(crate) fn interrupt(&self) {
        let kill = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success(), "it runs");
    }

    /// The end of the run, if it ends so soon.
    pub(crate) fn end_within(&mut self, time: Duration) -> Option<Ended> {
        let stdout = self.stdout.recv_timeout(time).ok()?;
        let code = self.child.wait().unwrap().code();
        Some(Ended { code, stdout, stderr: self.stderr.iter().collect() })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// All that is written, when it is closed.
fn whole(mut pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut all = String::new();
        pipe.read_to_string(&mut all).unwrap();
        sender.send(all)
    });
    receiver
}

/// Each line, when it is written.
fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines() {
            // Nobody listens after the end.
            let _ = sender.send(line.unwrap() + "\n");
        }
    });
    receiver
}
