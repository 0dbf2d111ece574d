use std::collections::BTreeMap;

use serde::Serialize;

use crate::queues::Kind;
use crate::send::{Fate, SentTo};
use crate::verify::Verdict;

/// The table at the end.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) lines: usize,
    pub(crate) malformed: usize,
    pub(crate) interrupted: bool,
    pub(crate) verified: bool,
    pub(crate) queues: Vec<Row>,
}

/// One queue of it.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    queue: &'static str,
    entries: u64,
    delivered: u64,
    requests: u64,
    entries_per_request: f64,
    retries: u64,
    seconds: f64,
    unprocessed: usize,
    /// Why, and how many.
    causes: BTreeMap<String, usize>,
    doubled: usize,
    reordered: usize,
    faults: Vec<String>,
}

impl Row {
    pub(crate) fn new(sent: &SentTo, verdict: Verdict) -> Self {
        let mut causes = BTreeMap::new();
        for fate in sent.fates.values() {
            if let Fate::HandedBack { cause, .. } = fate {
                *causes.entry(cause.clone()).or_default() += 1;
            }
        }
        let requests = sent.stats.requests;
        Self {
            queue: sent.kind.name(),
            entries: sent.fates.len() as u64,
            delivered: sent.stats.delivered,
            requests,
            entries_per_request: sent.stats.sendings as f64 / requests.max(1) as f64,
            retries: sent.stats.retries,
            seconds: sent.time.as_secs_f64(),
            unprocessed: causes.values().sum(),
            causes,
            doubled: verdict.doubled,
            reordered: verdict.reordered,
            faults: verdict.faults,
        }
    }

    fn is_fifo(&self) -> bool {
        self.queue == Kind::Fifo.name()
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
            "{:<13} {:>8} {:>9} {:>12} {:>8} {:>8} {:>12} {:>8}",
            "queue", "entries", "requests", "entries/req", "retries", "time", "unprocessed", "doubled"
        );
        for row in &self.queues {
            println!(
                "{:<13} {:>8} {:>9} {:>12.2} {:>8} {:>7.2}s {:>12} {:>8}",
                row.queue,
                row.entries,
                row.requests,
                row.entries_per_request,
                row.retries,
                row.seconds,
                row.unprocessed,
                row.doubled
            );
        }
        self.explain();
        Ok(())
    }

    fn explain(&self) {
        for row in &self.queues {
            for (cause, count) in &row.causes {
                println!("{}: {count} handed back: {cause}", row.queue);
            }
            if row.is_fifo() && row.reordered > 0 {
                println!("{}: {} lines behind a later one of their station", row.queue, row.reordered);
            }
            for fault in row.faults.iter().take(10) {
                println!("{}: WRONG: {fault}", row.queue);
            }
        }
        if self.malformed > 0 {
            println!("{} malformed lines were not sent", self.malformed);
        }
        if self.interrupted {
            println!("interrupted: the rest of the input was not read");
        }
        match self.verified {
            true => println!("read back and verified: every line is where its answer says"),
            false => println!("NOT verified"),
        }
    }
}
