use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use batchwright::core::{Service, Writer};

use crate::args::{Args, Kind};
use crate::input::Line;
use crate::outcome::{Outcome, Verdict};
use crate::place::Place;
use crate::progress::Progress;
use crate::sending::Sending;
use crate::{cloudwatch, dynamodb, kinesis, sqs};

/// One destination: what it is made of, what a line becomes for it, and how it is read back.
#[async_trait]
pub(crate) trait Target: Send + Sync + 'static {
    type Service: Service;

    /// What is sent for this line: nothing if it has nothing for this destination.
    ///
    /// # Errors
    ///
    /// Why the line cannot be sent.
    fn entry(&self, line: &Line) -> Result<Option<EntryOf<Self>>, String>;

    /// Reads the destination back and holds it against the answers.
    async fn verify(&self, outcome: &Outcome, lines: &Lines) -> anyhow::Result<Verdict>;

    /// Removes it, where it would stay.
    async fn remove(&self) -> anyhow::Result<()>;
}

/// What `T` submits.
pub(crate) type EntryOf<T> = <<T as Target>::Service as Service>::Entry;

/// All good lines, by number.
pub(crate) type Lines = BTreeMap<usize, Line>;

/// A destination on its way, whichever it is.
#[async_trait]
pub(crate) trait Destination: Send + Sync {
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

/// Makes the destination and starts to send to it.
pub(crate) async fn start(
    kind: Kind,
    place: &Place,
    args: &Args,
    progress: &Progress,
) -> anyhow::Result<Box<dyn Destination>> {
    Ok(match kind {
        Kind::CloudWatch => sending(kind, cloudwatch::create(place)?, progress),
        Kind::DynamoDb => sending(kind, dynamodb::create(place).await?, progress),
        Kind::Kinesis => sending(kind, kinesis::create(place, args).await?, progress),
        Kind::Sqs => sending(kind, sqs::create(place, args, false).await?, progress),
        Kind::SqsFifo => sending(kind, sqs::create(place, args, true).await?, progress),
    })
}

fn sending<T: Target>(
    kind: Kind,
    (target, writer): (T, Writer<T::Service>),
    progress: &Progress,
) -> Box<dyn Destination> {
    Box::new(Sending::start(kind, target, writer, progress))
}
