use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use batchwright::core::Service;

use crate::args::Kind;
use crate::billed::Billed;
use crate::input::Line;
use crate::outcome::{Outcome, Verdict};

/// One destination: what it is made of, what a line becomes for it, and how it is read back.
#[async_trait]
pub(crate) trait Destination: Send + Sync + 'static {
    type Service: Service;

    /// What is sent for this line: nothing if it has nothing for this destination.
    ///
    /// # Errors
    ///
    /// Why the line cannot be sent.
    fn entry(&self, line: &Line) -> Result<Option<EntryOf<Self>>, String>;

    /// What AWS bills for what was sent.
    fn billed(service: &Self::Service) -> Vec<Billed>;

    /// Reads the destination back and holds it against the answers.
    async fn verify(&self, outcome: &Outcome, lines: &Lines) -> anyhow::Result<Verdict>;

    /// Removes it, where it would stay.
    async fn remove(&self) -> anyhow::Result<()>;
}

/// What is submitted to it.
pub(crate) type EntryOf<D> = <<D as Destination>::Service as Service>::Entry;

/// All good lines, by number.
pub(crate) type Lines = BTreeMap<usize, Line>;

/// Lines on their way to a destination, whichever it is.
#[async_trait]
pub(crate) trait Delivery: Send + Sync {
    fn kind(&self) -> Kind;

    /// Hands over one line; waits while too many wait already.
    async fn take(&self, line: Line);

    /// Takes no more lines, and gives what is pending so long; what is left then is handed back.
    async fn stop_within(&self, time: Duration);

    /// Delivers the rest and gathers the answers.
    async fn finish(&self) -> anyhow::Result<Outcome>;

    /// Reads the destination back and holds it against the answers.
    async fn verify(&self, outcome: &Outcome, lines: &Lines) -> anyhow::Result<Verdict>;

    /// Removes it, where it would stay; says so if it cannot.
    async fn remove(&self);
}
