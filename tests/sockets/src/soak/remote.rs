//! The server of a soak, as its client sees it.

use std::env::current_exe;
use std::time::Duration;

use anyhow::{Context, Result};

use super::arguments::{Kind, Soak};
use crate::process::Process;

/// The server, in a process of its own.
#[derive(Debug)]
pub(super) struct Remote {
    process: Process,
    pub(super) url: String,
}

impl Remote {
    /// Starts this same program as a server that allows so many entries a second, and waits until it listens.
    pub(super) async fn start(arguments: &Soak, service_rate: Option<u32>) -> Result<Self> {
        let service = arguments.service.to_string();
        let faults = arguments.faults.to_string();
        let throttle = service_rate.unwrap_or(0).to_string();
        let seed = arguments.seed.to_string();
        let options = ["--service", &service, "--faults", &faults, "--throttle", &throttle, "--seed", &seed];
        let mut process = Process::start(&current_exe()?, &[&["serve"], &options[..]].concat())?;
        let url = process.line_within(PATIENCE).await.context("the server")?;
        Ok(Self { process, url })
    }

    pub(super) fn id(&self) -> Option<u32> {
        self.process.id()
    }

    pub(super) async fn fail(&mut self, kind: Kind) -> Result<()> {
        let command = match kind {
            Kind::Hang => "hang",
            Kind::Refuse => "refuse",
        };
        self.tell(command).await.map(drop)
    }

    pub(super) async fn recover(&mut self) -> Result<()> {
        self.tell("recover").await.map(drop)
    }

    /// How many entries it took so far.
    pub(super) async fn taken(&mut self) -> Result<u64> {
        self.tell("taken").await
    }

    async fn tell(&mut self, command: &str) -> Result<u64> {
        self.process.say(command).await?;
        let answer = self.process.line_within(PATIENCE).await.context("the server")?;
        answer.parse().with_context(|| format!("the server said {answer:?}"))
    }
}

/// On a slow and busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
