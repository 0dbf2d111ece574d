use std::collections::BTreeMap;

use serde::Serialize;

use crate::args::Kind;
use crate::billed::Billed;
use crate::outcome::{Fate, Outcome, Verdict};

/// The table at the end.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) lines: usize,
    pub(crate) malformed: usize,
    pub(crate) interrupted: bool,
    pub(crate) verified: bool,
    pub(crate) destinations: Vec<Row>,
}

/// One destination of it.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    destination: &'static str,
    entries: usize,
    skipped: usize,
    delivered: u64,
    superseded: u64,
    requests: u64,
    entries_per_request: f64,
    retries: u64,
    seconds: f64,
    unprocessed: usize,
    billed: Vec<Billed>,
    /// Why, and how many.
    causes: BTreeMap<String, usize>,
    doubled: usize,
    reordered: usize,
    faults: Vec<String>,
}

impl Row {
    pub(crate) fn new(kind: Kind, outcome: &Outcome, verdict: Verdict) -> Self {
        let mut causes = BTreeMap::new();
        for fate in outcome.fates.values() {
            if let Fate::HandedBack { cause, .. } = fate {
                *causes.entry(cause.clone()).or_default() += 1;
            }
        }
        let stats = outcome.stats;
        Self {
            destination: kind.name(),
            entries: outcome.entries(),
            skipped: outcome.skipped(),
            delivered: stats.delivered,
            superseded: stats.superseded,
            requests: stats.requests,
            entries_per_request: stats.entries_sent as f64 / stats.requests.max(1) as f64,
            retries: stats.retries,
            seconds: outcome.time.as_secs_f64(),
            unprocessed: causes.values().sum(),
            billed: outcome.billed.clone(),
            causes,
            doubled: verdict.doubled,
            reordered: verdict.reordered,
            faults: verdict.faults,
        }
    }

    /// Whether its order means anything.
    fn keeps_order(&self) -> bool {
        [Kind::Kinesis, Kind::SqsFifo].iter().any(|kind| kind.name() == self.destination)
    }

    pub(crate) fn agrees(&self) -> bool {
        self.faults.is_empty()
    }
}

impl Report {
    pub(crate) fn print(&self, as_json: bool) -> anyhow::Result<()> {
        if as_json {
            println!("{}", serde_json::to_string(self)?);
            return Ok(());
        }
        println!(
            "{:<13} {:>8} {:>8} {:>9} {:>12} {:>8} {:>9} {:>12} {:>8}",
            "destination",
            "entries",
            "skipped",
            "requests",
            "entries/req",
            "retries",
            "time",
            "unprocessed",
            "doubled"
        );
        for row in &self.destinations {
            println!(
                "{:<13} {:>8} {:>8} {:>9} {:>12.2} {:>8} {:>8.2}s {:>12} {:>8}",
                row.destination,
                row.entries,
                row.skipped,
                row.requests,
                row.entries_per_request,
                row.retries,
                row.seconds,
                row.unprocessed,
                row.doubled
            );
        }
        self.print_billed();
        self.explain();
        Ok(())
    }

    /// Beside what single calls would have cost.
    fn print_billed(&self) {
        println!("\n{:<13} {:<32} {:>8} {:>13}", "destination", "billed by AWS", "sent", "single calls");
        for row in &self.destinations {
            for Billed { unit, sent, single } in &row.billed {
                println!("{:<13} {unit:<32} {sent:>8} {single:>13}", row.destination);
            }
        }
        println!();
    }

    fn explain(&self) {
        for row in &self.destinations {
            for (cause, count) in &row.causes {
                println!("{}: {count} handed back: {cause}", row.destination);
            }
            if row.keeps_order() && row.reordered > 0 {
                println!("{}: {} lines behind a later one of their station", row.destination, row.reordered);
            }
            for fault in row.faults.iter().take(10) {
                println!("{}: WRONG: {fault}", row.destination);
            }
        }
        if self.malformed > 0 {
            println!("{} malformed lines were not sent", self.malformed);
        }
        if self.interrupted {
            println!(
                "interrupted: what was not read was not sent, and what did not arrive in time was handed back"
            );
        }
        match self.verified {
            true => println!("read back and verified: every line is where its answer says"),
            false => println!("NOT verified"),
        }
    }
}
