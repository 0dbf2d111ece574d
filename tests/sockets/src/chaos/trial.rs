//! One run: a server and a proxy here, the program in a process of its own.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use batch_core::Order;
use batch_local::{FaultPlan, LocalServer};
use tokio::time::timeout;

use super::judge::{Rules, judge};
use super::lot::{End, KILL, Lot};
use super::report::{Answer, Report};
use crate::clock;
use crate::destination::{Destination, Errand, Name, at, create, held};
use crate::process::Process;
use crate::proxy::{Climate, Proxy};

/// What was seen of one run.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Verdict {
    /// Entries that the program said were accepted.
    pub accepted: usize,
    /// Of those, entries that it said were delivered.
    pub delivered: usize,
    /// Entries that it said came back.
    pub handed_back: usize,
    /// Entries of which it said that they may have arrived, or arrived twice.
    pub maybe: usize,
    /// Entries that it could say nothing of any more.
    pub unknown: usize,
    /// What contradicts what it said.
    pub faults: Vec<String>,
}

/// Runs the program, which must be `chaos`, with what this seed draws, and holds what it said against what the server
/// has.
///
/// # Errors
///
/// When the run could not be made at all.
pub async fn check(service: Name, seed: u64, program: &Path) -> Result<Verdict> {
    service.run(Trial { service, seed, program, end: None }).await
}

/// The same, but that the program is ended by this signal (`INT`, `KILL` or `TERM`), so long after its first entry.
///
/// # Errors
///
/// When the run could not be made at all.
pub async fn check_signal(
    service: Name,
    seed: u64,
    program: &Path,
    name: &'static str,
    after: Duration,
) -> Result<Verdict> {
    let end = Some(End::Signal { name, after });
    service.run(Trial { service, seed, program, end }).await
}

struct Trial<'a> {
    service: Name,
    seed: u64,
    program: &'a Path,
    /// How the program ends, unless the seed says it.
    end: Option<End>,
}

impl Errand for Trial<'_> {
    type Output = Result<Verdict>;

    async fn run<D: Destination>(self) -> Result<Verdict> {
        let mut lot = Lot::draw(self.seed);
        lot.end = self.end.unwrap_or(lot.end);
        let faults = FaultPlan::random(lot.faults, self.seed).latency(Duration::ZERO..LONGEST_LATENCY);
        let server = LocalServer::builder().seed(self.seed).faults(faults).build();
        let listening = server.listen("127.0.0.1:0").await?;
        create(&at::<D>(&listening.url())).await?;
        let climate = Climate { trouble: lot.trouble, seed: self.seed };
        let proxy = Proxy::listen(listening.addr(), climate).await?;
        let outcome = self.watch(&lot, &proxy.url()).await;
        // What is still on its way must not arrive after it was looked for.
        proxy.stop().await;
        listening.stop().await;
        let rules = Rules { copies: D::COPIES, lanes: D::LANES, is_ordered: lot.order == Order::Strict };
        Ok(match outcome {
            Ok(report) => Verdict::of(&report, judge(&report, &held::<D>(&server), rules)),
            Err(error) => Verdict { faults: vec![format!("{error:#}")], ..Verdict::default() },
        })
    }
}

impl Trial<'_> {
    /// Starts the program, ends it as the lot says, and listens to what it says.
    async fn watch(&self, lot: &Lot, endpoint: &str) -> Result<Report> {
        let (service, seed) = (self.service.to_string(), self.seed.to_string());
        let arguments = ["write", "--service", &service, "--endpoint", endpoint, "--seed", &seed];
        let mut process = Process::start(self.program, &arguments)?;
        let mut report = Report::default();
        report.read(&process.line_within(PATIENCE).await?)?;
        if let End::Signal { name, after } = lot.end {
            if let Ok(over) = timeout(after, listen(&mut process, &mut report)).await {
                over?;
            }
            process.signal(name).await?;
        }
        let told = clock::now();
        timeout(PATIENCE, listen(&mut process, &mut report)).await.context("it does not end")??;
        let took = told.elapsed();
        let status = timeout(PATIENCE, process.wait()).await.context("it does not end")??;
        match lot.end {
            End::Signal { name: KILL, .. } => {}
            _ => ensure!(status.success() && report.has_ended, "it failed: {status}"),
        }
        if let End::Signal { .. } = lot.end {
            let grace = lot.grace;
            ensure!(took <= grace * 2 + BUSY, "it took {took:?} to end, with a grace of {grace:?}");
        }
        Ok(report)
    }
}

/// Takes in what the program says, until it says no more.
async fn listen(process: &mut Process, report: &mut Report) -> Result<()> {
    while let Some(line) = process.line().await? {
        report.read(&line)?;
    }
    Ok(())
}

impl Verdict {
    fn of(report: &Report, faults: Vec<String>) -> Self {
        let mut verdict = Self { accepted: report.accepted.len(), faults, ..Self::default() };
        verdict.unknown = verdict.accepted - report.answers.len();
        for answer in report.answers.values() {
            match answer {
                Answer::Delivered { .. } | Answer::Flushed => verdict.delivered += 1,
                Answer::HandedBack { .. } => verdict.handed_back += 1,
            }
            let is_marked = matches!(
                answer,
                Answer::Delivered { maybe_duplicate: true } | Answer::HandedBack { maybe_delivered: true }
            );
            verdict.maybe += usize::from(is_marked);
        }
        verdict
    }

    /// Adds what was seen of another run.
    pub(super) fn add(&mut self, other: &Self) {
        self.accepted += other.accepted;
        self.delivered += other.delivered;
        self.handed_back += other.handed_back;
        self.maybe += other.maybe;
        self.unknown += other.unknown;
        self.faults.extend_from_slice(&other.faults);
    }
}

const LONGEST_LATENCY: Duration = Duration::from_millis(20);
/// More than anything takes here, on a slow and busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// How much later than asked for a program may end on a busy machine; it may first finish a flush of its own.
const BUSY: Duration = Duration::from_secs(4);
