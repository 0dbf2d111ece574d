//! One round, in a process of its own: entries sent in one way, and what that took.

use std::ops::Range;
use std::time::Duration;

use anyhow::Result;
use batch_core::{Linger, Settings};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::arm::Arm;
use crate::case::{Name, Shape};
use crate::hand::{self, Requests};
use crate::statistics::quantile;
use crate::workload::{self, Errand, Workload};
use crate::writing::Writing;
use crate::{clock, usage};

/// How many allocations this process has made so far, in a program that counts them.
pub(crate) type Count = fn() -> u64;

/// What to do.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Spec {
    pub(crate) shape: Shape,
    pub(crate) sending: Sending,
    pub(crate) in_flight: usize,
    /// How many entries the writer holds at most, where that is not left to it.
    pub(crate) inside: Option<usize>,
    pub(crate) entries: u64,
    pub(crate) endpoint: String,
    /// The core to run on.
    pub(crate) core: usize,
}

/// How entries are sent.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum Sending {
    /// As fast as they can be, in full requests.
    Arm(Arm),
    /// This many a second, through a writer with the settings that it has by default.
    Rate {
        rate: u32,
        /// How long the writer waits for company while it is idle, instead of what it does by default.
        idle: Option<Duration>,
    },
}

/// What it took.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Figures {
    pub(crate) entries: u64,
    pub(crate) requests: u64,
    /// As few requests as can carry the entries.
    pub(crate) optimum: u64,
    /// Of this process, user and system.
    pub(crate) processor_time: Duration,
    /// On the wall.
    pub(crate) elapsed: Duration,
    pub(crate) p50: Option<Duration>,
    pub(crate) p99: Option<Duration>,
    /// The most bytes of memory that were resident.
    pub(crate) peak_memory: Option<u64>,
    /// In a program that counts them.
    pub(crate) allocations: Option<u64>,
    /// Whether the process ran on its own core.
    pub(crate) pinned: bool,
    /// Entries sent before the measured ones.
    pub(crate) warm_up: u64,
}

impl Figures {
    /// Processor time of an entry, in microseconds.
    pub(crate) fn micros_per_entry(&self) -> f64 {
        self.processor_time.as_secs_f64() * 1e6 / self.entries as f64
    }

    /// Entries a second.
    pub(crate) fn throughput(&self) -> f64 {
        self.entries as f64 / self.elapsed.as_secs_f64()
    }
}

/// Runs the round.
pub(crate) async fn run(spec: Spec, count: Option<Count>) -> Result<Figures> {
    let pinned = usage::pin(spec.core);
    let (shape, endpoint) = (spec.shape, spec.endpoint.clone());
    let figures = workload::run(Round { spec, count }, shape, &endpoint).await?;
    Ok(Figures { pinned, ..figures })
}

struct Round {
    spec: Spec,
    count: Option<Count>,
}

impl Errand for Round {
    type Output = Result<Figures>;

    async fn run<W: Workload>(self, workload: W) -> Result<Figures> {
        match self.spec.sending {
            Sending::Arm(Arm::ByHand) => self.by_hand(workload, Requests::Full).await,
            Sending::Arm(Arm::Single) => self.by_hand(workload, Requests::Single).await,
            sending => self.by_writer(workload, sending).await,
        }
    }
}

impl Round {
    async fn by_hand<W: Workload>(self, workload: W, requests: Requests) -> Result<Figures> {
        let in_flight = self.spec.in_flight;
        let numbers = self.numbers(match requests {
            Requests::Full => workload.request_entries(),
            Requests::Single => 1,
        });
        hand::send(&workload, 0..numbers.start, requests, in_flight).await?;
        let measure = Measure::begin(self.count)?;
        let latencies = hand::send(&workload, numbers.clone(), requests, in_flight).await?;
        let optimum = self.spec.entries.div_ceil(workload.request_entries());
        measure.end(numbers, [latencies.len() as u64, optimum], latencies)
    }

    async fn by_writer<W: Workload>(self, workload: W, sending: Sending) -> Result<Figures> {
        let numbers = self.numbers(workload.request_entries());
        let writer = workload.writer(settings(&self.spec))?;
        let writing = Writing { workload, writer };
        writing.submit(0..numbers.start).await?;
        let before = writing.writer.stats();
        let measure = Measure::begin(self.count)?;
        let mut latencies = Vec::new();
        match sending {
            Sending::Arm(Arm::Tracked) => {
                latencies = writing.tracked(numbers.clone(), self.spec.in_flight).await?;
            }
            Sending::Arm(Arm::TrySubmit) => writing.try_submit(numbers.clone()).await?,
            Sending::Arm(_) => writing.submit(numbers.clone()).await?,
            Sending::Rate { rate, .. } => latencies = writing.at_rate(numbers.clone(), rate).await?,
        }
        let requests = writing.writer.stats().requests - before.requests;
        let optimum = self.spec.entries.div_ceil(writing.workload.request_entries());
        measure.end(numbers, [requests, optimum], latencies)
    }

    /// The entries that are measured. Before them go as many as open every connection and set up what is set
    /// up once.
    fn numbers(&self, request_entries: u64) -> Range<u64> {
        let warm_up = 2 * self.spec.in_flight as u64 * request_entries;
        warm_up..warm_up + self.spec.entries
    }
}

/// What is read at the beginning of what is measured.
struct Measure {
    count: Option<Count>,
    allocations: Option<u64>,
    processor_time: Duration,
    at: Instant,
}

impl Measure {
    fn begin(count: Option<Count>) -> Result<Self> {
        let allocations = count.map(|count| count());
        Ok(Self { count, allocations, processor_time: usage::processor_time()?, at: clock::now() })
    }

    /// What it took to send these entries, in this many requests where as few as `optimum` were possible.
    fn end(
        self,
        numbers: Range<u64>,
        [requests, optimum]: [u64; 2],
        mut latencies: Vec<Duration>,
    ) -> Result<Figures> {
        let (elapsed, processor_time) = (self.at.elapsed(), usage::processor_time()?);
        let allocations = self.count.map(|count| count());
        Ok(Figures {
            entries: numbers.end - numbers.start,
            requests,
            optimum,
            processor_time: processor_time - self.processor_time,
            elapsed,
            p50: quantile(&mut latencies, 0.5),
            p99: quantile(&mut latencies, 0.99),
            peak_memory: usage::peak_memory(),
            allocations: allocations.zip(self.allocations).map(|(after, before)| after - before),
            pinned: false,
            warm_up: numbers.start,
        })
    }
}

fn settings(spec: &Spec) -> Settings {
    let settings = Settings::new();
    match spec.sending {
        Sending::Arm(_) => {
            let settings = settings.linger(Linger::Fixed(LINGER)).in_flight(spec.in_flight..=spec.in_flight);
            let metrics = (spec.shape.service == Name::CloudWatch).then_some(METRICS);
            match spec.inside.or(metrics) {
                Some(entries) => settings.max_entries(entries).max_bytes(MEMORY),
                None => settings,
            }
        }
        Sending::Rate { idle: None, .. } => settings,
        Sending::Rate { idle: Some(idle), .. } => settings.linger(Linger::Natural { idle, longest: LONGEST }),
    }
}

/// As by default.
const LONGEST: Duration = Duration::from_millis(100);
/// So long that requests are full.
const LINGER: Duration = Duration::from_secs(1);
/// Metrics inside at most: enough for eight full requests in flight, and as many that wait.
const METRICS: usize = 16_000;
/// Enough for as many entries as are measured.
const MEMORY: usize = 4 << 30;
