//! Real records through SQS, standard and FIFO: every one batched, sent, answered for and read back.

#![allow(clippy::disallowed_methods, reason = "a program may look at the clock")]

mod args;
mod input;
mod queues;
mod report;
mod send;
mod verify;

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use args::{Args, OrderArg};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use input::{Input, Line};
use queues::{Kind, Place};
use report::{Report, Row};
use send::Sending;
use tokio::sync::watch;

/// What was read from the input.
#[derive(Default)]
struct Read {
    lines: BTreeMap<usize, Line>,
    malformed: usize,
    interrupted: bool,
}

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
    let place = Place::open(args).await?;
    let run = std::process::id() ^ seconds_since_1970();
    let mut urls = Vec::new();
    for kind in [Kind::Standard, Kind::Fifo] {
        match place.create(kind, run).await {
            Ok(url) => urls.push((kind, url)),
            Err(error) => {
                remove(&place, &urls).await;
                return Err(error);
            }
        }
    }
    let report = send_and_verify(args, &place, &urls, &mut input).await;
    remove(&place, &urls).await;
    let report = report?;
    report.print(args.json)?;
    Ok(report)
}

async fn send_and_verify(
    args: &Args,
    place: &Place,
    urls: &[(Kind, String)],
    input: &mut Input,
) -> anyhow::Result<Report> {
    let progress = progress_bar();
    let starts = urls
        .iter()
        .map(|(kind, url)| Sending::start(place, *kind, url.clone(), args, &progress).map(Arc::new));
    let sendings = starts.collect::<anyhow::Result<Vec<_>>>()?;
    let (stop, stopped) = watch::channel(false);
    let interrupts = tokio::spawn(stop_on_interrupt(sendings.clone(), stop));
    let read = feed(input, &sendings, stopped, &progress).await?;
    if !read.interrupted {
        interrupts.abort();
    }
    // After an interrupt the writers stop within their time, which ends this task too.
    let _ = interrupts.await;
    let mut finished = Vec::new();
    for sending in sendings {
        let sending = Arc::into_inner(sending).context("nobody else sends any more")?;
        finished.push(tokio::spawn(sending.finish()));
    }
    let must_be_ordered = args.order == OrderArg::Strict || (args.faults == 0.0 && !args.aws);
    let mut queues = Vec::new();
    for sent in finished {
        let sent = sent.await??;
        let verdict = verify::verify(&place.client, &sent, &read.lines, must_be_ordered).await?;
        queues.push(Row::new(&sent, verdict));
    }
    progress.finish_and_clear();
    Ok(Report {
        lines: read.lines.len(),
        malformed: read.malformed,
        interrupted: read.interrupted,
        verified: queues.iter().all(Row::agrees),
        queues,
    })
}

/// Hands every line to both writers, until the input ends or somebody presses Ctrl-C.
async fn feed(
    input: &mut Input,
    sendings: &[Arc<Sending>],
    mut stopped: watch::Receiver<bool>,
    progress: &ProgressBar,
) -> anyhow::Result<Read> {
    let mut read = Read::default();
    loop {
        let next = tokio::select! {
            biased;
            Ok(()) = stopped.changed() => {
                read.interrupted = true;
                return Ok(read);
            }
            next = input.next() => next?,
        };
        match next {
            None => return Ok(read),
            Some(Err(malformed)) => {
                progress.suspend(|| eprintln!("{}: {}", malformed.place, malformed.reason));
                read.malformed += 1;
            }
            Some(Ok(line)) => {
                progress.inc_length(sendings.len() as u64);
                for sending in sendings {
                    sending.submit(&line).await;
                }
                read.lines.insert(line.number, line);
            }
        }
    }
}

/// The first Ctrl-C ends the input and gives what is pending five seconds; the second ends all.
async fn stop_on_interrupt(sendings: Vec<Arc<Sending>>, stop: watch::Sender<bool>) {
    if tokio::signal::ctrl_c().await.is_err() {
        return;
    }
    let _ = stop.send(true);
    tokio::spawn(async {
        let _ = tokio::signal::ctrl_c().await;
        std::process::exit(130);
    });
    for sending in &sendings {
        sending.stop_within(Duration::from_secs(5)).await;
    }
}

async fn remove(place: &Place, urls: &[(Kind, String)]) {
    for (_, url) in urls {
        place.remove(url).await;
    }
}

/// Drawn on standard error, and only for a person.
fn progress_bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let template = "{bar:40} {pos}/{len} answers  {per_sec}";
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}

fn seconds_since_1970() -> u32 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs() as u32)
}
