//! Real records through SQS, Kinesis, DynamoDB and CloudWatch: every one batched, sent, answered for
//! and read back.

#![allow(clippy::disallowed_methods, reason = "a program may look at the clock")]

mod aggregates;
mod args;
mod billed;
mod cloudwatch;
mod copies;
mod destination;
mod dynamodb;
mod input;
mod kinesis;
mod numbers;
mod outcome;
mod place;
mod progress;
mod report;
mod sending;
mod sqs;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::bail;
use args::{Args, Kind};
use batchwright::core::Writer;
use clap::Parser;
use destination::{Delivery, Destination, Lines};
use input::Input;
use outcome::Outcome;
use place::Place;
use progress::Progress;
use report::{Report, Row};
use sending::Sending;
use tokio::sync::watch;

/// How long the service may take for what it does in its own time.
const PATIENCE: Duration = Duration::from_secs(300);

/// What was read from the input.
#[derive(Default)]
struct Read {
    lines: Lines,
    malformed: usize,
    interrupted: bool,
}

type Deliveries = Arc<Vec<Box<dyn Delivery>>>;

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = tokio::runtime::Runtime::new()?;
    let outcome = runtime.block_on(run(&args));
    // A read of standard input that nobody answers must not hold up the end.
    runtime.shutdown_background();
    Ok(match outcome {
        Ok(report) if report.interrupted => ExitCode::from(130),
        Ok(report) if report.verified && report.malformed == 0 => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("quickstart: {error:#}");
            ExitCode::FAILURE
        }
    })
}

async fn run(args: &Args) -> anyhow::Result<Report> {
    let mut input = Input::open(args.input.clone()).await?;
    let place = Place::open(args, std::process::id() ^ seconds_since_1970()).await?;
    let progress = Progress::new();
    let mut destinations = Vec::new();
    for kind in args.kinds() {
        match start(kind, &place, args, &progress).await {
            Ok(destination) => destinations.push(destination),
            Err(error) => {
                remove(&destinations).await;
                return Err(error);
            }
        }
    }
    let destinations = Arc::new(destinations);
    let report = send_and_verify(&destinations, &mut input, &progress).await;
    remove(&destinations).await;
    let report = report?;
    report.print(args.json)?;
    Ok(report)
}

/// Makes the destination and starts to send to it.
async fn start(
    kind: Kind,
    place: &Place,
    args: &Args,
    progress: &Progress,
) -> anyhow::Result<Box<dyn Delivery>> {
    Ok(match kind {
        Kind::CloudWatch => sending(kind, cloudwatch::create(place)?, progress),
        Kind::DynamoDb => sending(kind, dynamodb::create(place).await?, progress),
        Kind::Kinesis => sending(kind, kinesis::create(place, args).await?, progress),
        Kind::Sqs => sending(kind, sqs::create(place, args, false).await?, progress),
        Kind::SqsFifo => sending(kind, sqs::create(place, args, true).await?, progress),
    })
}

fn sending<D: Destination>(
    kind: Kind,
    (destination, writer): (D, Writer<D::Service>),
    progress: &Progress,
) -> Box<dyn Delivery> {
    Box::new(Sending::start(kind, destination, writer, progress))
}

async fn send_and_verify(
    destinations: &Deliveries,
    input: &mut Input,
    progress: &Progress,
) -> anyhow::Result<Report> {
    let (stop, mut stopped) = watch::channel(false);
    tokio::spawn(stop_on_interrupt(Arc::clone(destinations), stop));
    let mut read = feed(input, destinations, stopped.clone(), progress).await?;
    // After an interrupt the writers stop within their time, which ends this too.
    let outcomes = finish(destinations).await;
    read.interrupted = *stopped.borrow();
    let mut rows = Vec::new();
    for (destination, outcome) in destinations.iter().zip(outcomes) {
        let outcome = outcome?;
        let verdict = tokio::select! {
            verdict = destination.verify(&outcome, &read.lines) => verdict?,
            Ok(()) = stopped.changed(), if !read.interrupted => bail!("interrupted while reading back"),
        };
        rows.push(Row::new(destination.kind(), &outcome, verdict));
    }
    progress.finish();
    Ok(Report {
        lines: read.lines.len(),
        malformed: read.malformed,
        interrupted: read.interrupted,
        verified: rows.iter().all(Row::agrees),
        destinations: rows,
    })
}

/// Hands every line to every destination, until the input ends or somebody presses Ctrl-C.
async fn feed(
    input: &mut Input,
    destinations: &Deliveries,
    mut stopped: watch::Receiver<bool>,
    progress: &Progress,
) -> anyhow::Result<Read> {
    let mut read = Read::default();
    loop {
        let next = tokio::select! {
            biased;
            Ok(()) = stopped.changed() => return Ok(read),
            next = input.next() => next?,
        };
        match next {
            None => return Ok(read),
            Some(Err(malformed)) => {
                progress.say(&format!("{}: {}", malformed.place, malformed.reason));
                read.malformed += 1;
            }
            Some(Ok(line)) => {
                progress.expect(destinations.len());
                for destination in destinations.iter() {
                    destination.take(line.clone()).await;
                }
                read.lines.insert(line.number, line);
            }
        }
    }
}

/// Delivers the rest to all destinations at once.
async fn finish(destinations: &Deliveries) -> Vec<anyhow::Result<Outcome>> {
    let finish = |index: usize| {
        let destinations = Arc::clone(destinations);
        tokio::spawn(async move { destinations[index].finish().await })
    };
    let finishing: Vec<_> = (0..destinations.len()).map(finish).collect();
    let mut outcomes = Vec::new();
    for outcome in finishing {
        outcomes.push(outcome.await.unwrap_or_else(|error| Err(error.into())));
    }
    outcomes
}

/// The first Ctrl-C ends the input and gives what is pending five seconds; the second ends all. From
/// here to the end, since nobody else listens to it any more.
async fn stop_on_interrupt(destinations: Deliveries, stop: watch::Sender<bool>) {
    if tokio::signal::ctrl_c().await.is_err() {
        return;
    }
    let _ = stop.send(true);
    tokio::spawn(async {
        let _ = tokio::signal::ctrl_c().await;
        std::process::exit(130);
    });
    let mut stopping = tokio::task::JoinSet::new();
    for index in 0..destinations.len() {
        let destinations = Arc::clone(&destinations);
        stopping.spawn(async move { destinations[index].stop_within(Duration::from_secs(5)).await });
    }
    stopping.join_all().await;
}

async fn remove(destinations: &[Box<dyn Delivery>]) {
    for destination in destinations {
        destination.remove().await;
    }
}

fn seconds_since_1970() -> u32 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs() as u32)
}
