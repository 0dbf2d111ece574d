//! The function `function` under a simulator of Lambda, with real deadlines and freezes: `cargo xtask lambda`.
//!
//! Whatever happens, each message of an event is reported, or its lines are in the table when the response comes.
#![expect(clippy::disallowed_methods, reason = "a simulation in real time")]

mod emulator;
mod environment;
mod queue;
mod server;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures_util::future::try_join_all;
use serde_json::Value;
use tokio::time::sleep;

use crate::environment::Environment;
use crate::queue::{Message, Queue, event};
use crate::server::Server;

/// What `cargo xtask lambda` passes on.
#[derive(Debug)]
struct Arguments {
    events: usize,
    seed: u64,
    /// The program `cargo-lambda`, if the function is to run under its emulator too.
    emulator: Option<String>,
}

impl Arguments {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let mut arguments = Self { events: 10_000, seed: 0, emulator: None };
        while let Some(word) = words.next() {
            let value = words.next().with_context(|| format!("{word} needs a value"))?;
            match word.as_str() {
                "--events" => arguments.events = value.parse()?,
                "--seed" => arguments.seed = value.parse()?,
                "--emulator" => arguments.emulator = Some(value),
                _ => anyhow::bail!("there is no option {word}"),
            }
        }
        Ok(arguments)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    let arguments = Arguments::parse(std::env::args().skip(1))?;
    for concurrency in [1, 4] {
        simulate(&arguments, concurrency).await.with_context(|| format!("{concurrency} at once"))?;
    }
    match &arguments.emulator {
        Some(program) => emulator::run(program).await.context("under cargo lambda"),
        None => Ok(()),
    }
}

/// What happened to environments.
#[derive(Debug, Default)]
struct Life {
    invocations: usize,
    freezes: usize,
    /// Of these, how often the process stayed frozen for long, and its connections were closed.
    long_freezes: usize,
    kills: usize,
    /// How often a function ran out of time, which happens on a machine with much else to do.
    late: usize,
}

/// Sends every message until it is delivered, or dead, to environments that handle so many events at once.
async fn simulate(arguments: &Arguments, concurrency: usize) -> Result<()> {
    let begun = Instant::now();
    let mut random = fastrand::Rng::with_seed(arguments.seed);
    let mut queue = Queue::filled(arguments.events, &mut random);
    let mut server = Server::start(0.15, arguments.seed).await?;
    let mut environment = Environment::start(concurrency, &server.url()).await?;
    let mut life = Life::default();
    while !queue.is_empty() {
        let events: Vec<_> = (0..concurrency).map(|_| queue.receive(random.usize(1..=200))).collect();
        let kill = (random.usize(..20) == 0).then(|| Duration::from_millis(random.u64(..60)));
        let responses = invoke(&environment, &events, kill).await?;
        let is_late = kill.is_none() && responses.iter().any(Option::is_none);
        settle(&mut queue, &server, events, responses)?;
        life.invocations += concurrency;
        life.kills += usize::from(kill.is_some());
        life.late += usize::from(is_late);
        if kill.is_some() || is_late {
            // Lambda ends an environment that runs out of time.
            let next = Environment::start(concurrency, &server.url()).await?;
            std::mem::replace(&mut environment, next).end().await;
        } else if concurrency == 1 {
            freeze(&environment, &mut server, &mut life).await?;
        }
    }
    report(arguments, concurrency, &queue, &server, &life, begun.elapsed())
}

/// Sends all events at once and waits for the responses; kills the process meanwhile, at this moment.
async fn invoke(
    environment: &Environment,
    events: &[Vec<Message>],
    kill: Option<Duration>,
) -> Result<Vec<Option<Value>>> {
    let invocations = try_join_all(events.iter().map(|messages| environment.invoke(event(messages))));
    let killer = async {
        match kill {
            Some(moment) => {
                sleep(moment).await;
                environment.kill()
            }
            None => Ok(()),
        }
    };
    Ok(tokio::try_join!(invocations, killer)?.0)
}

/// The environment is frozen until the next event; now and then for long, and its connections are dead then.
async fn freeze(environment: &Environment, server: &mut Server, life: &mut Life) -> Result<()> {
    environment.freeze().await?;
    life.freezes += 1;
    if life.freezes % 10 == 0 {
        life.long_freezes += 1;
        sleep(Duration::from_millis(1_500)).await;
        server.drop_connections().await?;
    }
    Ok(())
}

/// Checks the responses, and returns to the queue what had none.
fn settle(
    queue: &mut Queue,
    server: &Server,
    events: Vec<Vec<Message>>,
    responses: Vec<Option<Value>>,
) -> Result<()> {
    let lines = server.lines();
    for (messages, response) in events.into_iter().zip(responses) {
        match response {
            Some(response) => queue.complete(messages, &response, &lines)?,
            None => queue.give_back(messages),
        }
    }
    Ok(())
}

fn report(
    arguments: &Arguments,
    concurrency: usize,
    queue: &Queue,
    server: &Server,
    life: &Life,
    took: Duration,
) -> Result<()> {
    let (tally, (applied, requests)) = (&queue.tally, server.applied());
    println!(
        "{concurrency} at once: {} events in {} invocations, {:.1} s; {} delivered, {} dead of {} bad; {} reported, {} \
         returned by {} kills and {} time-outs; {} freezes, {} of them long; {applied} writes in {requests} requests for {} lines",
        arguments.events,
        life.invocations,
        took.as_secs_f64(),
        tally.delivered,
        tally.dead,
        queue.bad(),
        tally.reported,
        tally.returned,
        life.kills,
        life.late,
        life.freezes,
        life.long_freezes,
        server.lines().len(),
    );
    ensure!(tally.delivered + tally.dead == arguments.events, "messages are lost: {tally:?}");
    ensure!(life.late * 20 <= life.invocations, "the function ran out of time {} times", life.late);
    ensure!(tally.dead == queue.bad(), "good messages are dead: {tally:?}");
    Ok(())
}
