//! A server under way.

use std::fs::File;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// A server that listens. It is ended when this is dropped.
#[derive(Debug)]
pub(super) struct Running {
    child: Child,
}

/// How long a server may take to listen.
const PATIENCE: Duration = Duration::from_secs(60);

impl Running {
    /// Starts the program, whose name is told, and waits until it listens.
    pub(super) fn start(mut command: Command, name: &str, place: &Path, port: u16) -> Result<Self> {
        let log = place.join(format!("{name}.log"));
        let file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        println!("{name} listens at 127.0.0.1:{port}, as process {}", child.id());
        let mut running = Self { child };
        running.wait_for(port).with_context(|| format!("{name} did not start; see {}", log.display()))?;
        Ok(running)
    }

    #[expect(clippy::disallowed_methods, reason = "a tool waits for another program in real time")]
    fn wait_for(&mut self, port: u16) -> Result<()> {
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server exited before it listened ({status})");
            }
            if begun.elapsed() > PATIENCE {
                bail!("the server did not listen within {PATIENCE:?}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
