//! A server under way.

use std::fs::File;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::install::programs;
use super::servers::{Package, Server};

/// A server that listens. It is ended when this is dropped.
#[derive(Debug)]
pub(super) struct Running {
    child: Child,
}

/// How long a server may take to listen.
const PATIENCE: Duration = Duration::from_secs(60);

impl Running {
    /// Starts the server and waits until it listens.
    pub(super) fn start(server: &Server, place: &Path, port: u16) -> Result<Self> {
        let log = place.join(format!("{}.log", server.name));
        let file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut command = command(server, place, port);
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let child = command.spawn().with_context(|| format!("cannot start {}", server.name))?;
        println!("{} {} listens at 127.0.0.1:{port}, as process {}", server.name, server.version, child.id());
        let mut running = Self { child };
        running
            .wait_for(port)
            .with_context(|| format!("{} did not start; see {}", server.name, log.display()))?;
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

fn command(server: &Server, place: &Path, port: u16) -> Command {
    let fill = |text: &str| text.replace("{port}", &port.to_string());
    let directory = programs(server.package, place);
    let (program, arguments) = server.command.split_first().expect("every server has a program");
    let mut command = match server.package {
        Package::Npm => Command::new(program),
        Package::Cargo { .. } | Package::Pip { .. } => Command::new(directory.join(program)),
    };
    command.current_dir(&directory).args(arguments.iter().map(|argument| fill(argument)));
    command.envs(server.environment.iter().map(|(name, value)| (name, fill(value))));
    command
}
