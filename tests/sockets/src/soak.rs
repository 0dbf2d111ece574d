//! A steady load for minutes, from this process to a server in another one.

mod arguments;
mod histogram;
mod laws;
mod load;
mod memory;
mod outage;
mod remote;
mod sample;
mod server;
mod tally;
mod throttling;

use std::fs::File;
use std::io::Write;
use std::pin::pin;
use std::time::Duration;

use anyhow::{Context, Result};
use batch_core::{Service, Stats, Writer};
use tokio::sync::watch;
use tokio::time::interval_at;

pub use arguments::Soak;
pub use server::{Serve, serve};

use crate::clock;
use crate::destination::{self, Destination, Errand, Throttles, at, create, entry, request_entries};
use histogram::Histogram;
use laws::{Finding, Laws};
use load::Load;
use outage::Trial;
use remote::Remote;
use sample::Sample;
use throttling::Throttling;

/// Runs the soak; whether every law held.
///
/// # Errors
///
/// When the server cannot be started or fails, and when the file cannot be written.
pub async fn soak(arguments: Soak) -> Result<bool> {
    arguments.service.run(Soaking(&arguments)).await
}

struct Soaking<'a>(&'a Soak);

impl Errand for Soaking<'_> {
    type Output = Result<bool>;

    async fn run<D: Destination>(self) -> Result<bool> {
        let arguments = self.0;
        let remote = Remote::start(arguments, arguments.service_rate(counted::<D>())).await?;
        println!("{} at {}, a server in process {:?}", arguments.service, remote.url, remote.id());
        let destination = at::<D>(&remote.url);
        create(&destination).await?;
        let writer = destination::writer(&destination, arguments.settings(request_entries::<D>()))?;
        let load = Load::<D>::start(writer.clone(), arguments);
        let idle = warm_up(&load, &writer).await;
        let largest = writer.service().measure(&entry::<D>(0, arguments.bytes))?.request_bytes;
        let laws = Laws::new(writer.service().limits()?, largest, idle);
        let watch =
            Watch { arguments, writer, load, remote, laws, last: Sample::default(), csv: csv(arguments)? };
        watch.run().await
    }
}

/// A load for a while, and then nothing: the memory of a process that has seen everything once.
async fn warm_up<D: Destination>(load: &Load<D>, writer: &Writer<D::Service>) -> Option<u64> {
    println!("warming up for {WARM_UP:?}");
    let (stop, stopped) = watch::channel(false);
    let submitters = load.submit(&stopped);
    clock::sleep(WARM_UP).await;
    let _ = stop.send(true);
    submitters.join_all().await;
    drop(writer.flush().await);
    clock::sleep(Duration::from_secs(1)).await;
    load.tally().latencies = Histogram::new();
    memory::resident()
}

/// Who looks at the load once a second.
struct Watch<'a, D: Destination> {
    arguments: &'a Soak,
    writer: Writer<D::Service>,
    load: Load<D>,
    remote: Remote,
    laws: Laws,
    last: Sample,
    csv: Option<File>,
}

impl<D: Destination> Watch<'_, D> {
    async fn run(mut self) -> Result<bool> {
        let (stop, stopped) = watch::channel(false);
        let submitters = self.load.submit(&stopped);
        self.last.answers = self.load.tally().answers;
        self.last.stats = self.writer.stats();
        let mut trial = self.trial();
        let mut throttling = self.throttling();
        let mut all = Histogram::new();
        let outcome = self.watch(&mut trial, &mut throttling, &mut all).await;
        let _ = stop.send(true);
        outcome?;
        self.load.tally().is_ending = true;
        drop(self.writer.shutdown_by(clock::now() + ENDING).await);
        submitters.join_all().await;
        self.finish(trial, throttling, all).await
    }

    /// Takes a sample every second, until the time is over or somebody presses Ctrl-C.
    async fn watch(
        &mut self,
        trial: &mut Option<Trial>,
        throttling: &mut Option<Throttling>,
        all: &mut Histogram,
    ) -> Result<()> {
        let start = clock::now();
        let mut ticks = interval_at(start + SECOND, SECOND);
        let mut interrupted = pin!(tokio::signal::ctrl_c());
        for second in 0.. {
            if start.elapsed() >= self.arguments.lasting() {
                break;
            }
            if let Some(trial) = trial {
                self.attempt(trial, second).await?;
            }
            tokio::select! {
                interrupted = &mut interrupted => {
                    interrupted?;
                    println!("interrupted: the load ends here");
                    tokio::spawn(end_at_once());
                    break;
                }
                _ = ticks.tick() => {}
            }
            let is_out = trial.is_some_and(|trial| (trial.outage.from..trial.outage.to).contains(&second));
            let sample = self.sample(second + 1, is_out, all)?;
            if let Some(throttling) = throttling {
                throttling.see(sample.second, &sample.stats);
            }
        }
        Ok(())
    }

    fn trial(&self) -> Option<Trial> {
        let Soak { outage, outage_kind: kind, .. } = *self.arguments;
        let (outage, service_rate) = outage.zip(self.arguments.service_rate(counted::<D>()))?;
        Some(Trial { outage, kind, service_rate, before: None, after: None })
    }

    fn throttling(&self) -> Option<Throttling> {
        let count = self.arguments.throttle?;
        Some(Throttling::new(count, counted::<D>(), self.arguments.rate))
    }

    /// Begins or ends the outage, when its second has come.
    async fn attempt(&mut self, trial: &mut Trial, second: u64) -> Result<()> {
        if second == trial.outage.from {
            trial.before = Some(self.writer.stats());
            self.remote.fail(trial.kind).await?;
        } else if second == trial.outage.to {
            trial.after = Some(self.writer.stats());
            self.remote.recover().await?;
            self.load.tally().await_backlog(self.load.submitted(), clock::now());
        }
        Ok(())
    }

    fn sample(&mut self, second: u64, is_out: bool, all: &mut Histogram) -> Result<Sample> {
        let mut tally = self.load.tally();
        let answers = tally.answers;
        let latencies = [0.5, 0.99, 0.999].map(|part| tally.latencies.quantile(part));
        all.drain(&mut tally.latencies);
        drop(tally);
        // After the answers, which are then among those that it counts.
        let stats = self.writer.stats();
        let Sample { stats: before, answers: answers_before, .. } = self.last;
        let sample = Sample {
            second,
            answered: answers.all() - answers_before.all(),
            requests: stats.requests - before.requests,
            retries: stats.retries - before.retries,
            resident: memory::resident(),
            is_out,
            stats,
            answers,
            latencies,
        };
        self.last = sample;
        self.laws.check(&sample);
        self.show(&sample)?;
        Ok(sample)
    }

    fn show(&mut self, sample: &Sample) -> Result<()> {
        if sample.second % 20 == 1 {
            println!("{}", Sample::TITLES);
        }
        println!("{sample}");
        if let Some(file) = &mut self.csv {
            writeln!(file, "{}", sample.csv()).context("cannot write the file of samples")?;
        }
        Ok(())
    }

    async fn finish(
        mut self,
        trial: Option<Trial>,
        throttling: Option<Throttling>,
        mut all: Histogram,
    ) -> Result<bool> {
        let stats = self.writer.stats();
        let mut tally = self.load.finish(PATIENCE).await;
        if let Some(tally) = &mut tally {
            all.drain(&mut tally.latencies);
            tally.causes.iter().for_each(|(cause, count)| println!("{count} handed back: {cause}"));
        }
        total(&stats, &all);
        let taken = self.remote.taken().await?;
        let mut findings = self.laws.findings(tally.as_ref(), &stats, taken);
        let backlog = tally.as_ref().and_then(|tally| tally.backlog.as_ref());
        findings.extend(trial.into_iter().flat_map(|trial| trial.findings(backlog)));
        findings.extend(throttling.into_iter().flat_map(|throttling| throttling.findings()));
        for Finding { law, holds, figures } in &findings {
            println!("{} {law}: {figures}", if *holds { "holds " } else { "BROKEN" });
        }
        Ok(findings.iter().all(|finding| finding.holds))
    }
}

/// How many entries the service counts as one when it throttles.
fn counted<D: Destination>() -> u32 {
    match D::THROTTLES {
        Throttles::Entries => 1,
        Throttles::Requests => request_entries::<D>() as u32,
    }
}

/// The second Ctrl-C does not wait for answers; the server ends with this process.
async fn end_at_once() {
    if tokio::signal::ctrl_c().await.is_ok() {
        std::process::exit(130);
    }
}

fn total(stats: &Stats, latencies: &Histogram) {
    let Stats { accepted, delivered, handed_back, ambiguous, requests, entries_sent, retries, .. } = stats;
    println!(
        "\n{accepted} accepted, {delivered} delivered, {handed_back} handed back, {ambiguous} maybe doubled or delivered"
    );
    println!(
        "{requests} requests, {:.2} entries a request, {retries} retries, {} throttled",
        *entries_sent as f64 / (*requests).max(1) as f64,
        stats.throttled
    );
    let [p50, p99, p999] = [0.5, 0.99, 0.999].map(|part| latencies.quantile(part).unwrap_or_default());
    println!("from submit to answer: p50 {p50:.1?}, p99 {p99:.1?}, p99.9 {p999:.1?}");
}

fn csv(arguments: &Soak) -> Result<Option<File>> {
    let Some(path) = &arguments.csv else { return Ok(None) };
    let mut file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    writeln!(file, "{}", Sample::COLUMNS)?;
    Ok(Some(file))
}

const SECOND: Duration = Duration::from_secs(1);
const WARM_UP: Duration = Duration::from_secs(5);
/// What is not delivered so long after the end is handed back.
const ENDING: Duration = Duration::from_secs(15);
/// Every entry is answered by then: only the tasks that wait have to run.
const PATIENCE: Duration = Duration::from_secs(15);
