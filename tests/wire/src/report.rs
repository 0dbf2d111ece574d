//! What is told of what was measured: tables, and a file from which the ratios are drawn.

mod table;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use self::table::Table;
use crate::arguments::What;
use crate::arm::Arm;
use crate::bill;
use crate::case::Case;
use crate::machine::Machine;
use crate::round::Figures;
use crate::statistics::{Spread, median};

/// Everything that was measured.
#[derive(Debug)]
pub(crate) struct Report {
    machine: Machine,
    pub(crate) measured: Vec<Measured>,
    pub(crate) compared: Vec<Compared>,
    pub(crate) paced: Vec<Paced>,
}

/// Every arm of a case, by hand first.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) case: Case,
    pub(crate) arms: Vec<(Arm, Vec<Figures>)>,
    /// Of each arm, per entry.
    pub(crate) allocations: Vec<f64>,
    pub(crate) pinned: bool,
}

/// A case divided by another.
#[derive(Debug)]
pub(crate) struct Compared {
    pub(crate) case: Case,
    pub(crate) base: Case,
    pub(crate) what: What,
    pub(crate) ratio: Spread,
}

/// A writer that gets so many entries a second.
#[derive(Debug)]
pub(crate) struct Paced {
    pub(crate) case: Case,
    pub(crate) rate: u32,
    /// How long it waits for company while it is idle, instead of what it does by default.
    pub(crate) idle: Option<Duration>,
    pub(crate) figures: Figures,
}

impl Measured {
    /// The processor time per entry of each round, for each arm.
    fn micros(&self) -> Vec<Vec<f64>> {
        let of = |(_, rounds): &(Arm, Vec<Figures>)| rounds.iter().map(Figures::micros_per_entry).collect();
        self.arms.iter().map(of).collect()
    }

    /// What each arm costs, divided by batches made by hand in the same round.
    fn ratios(&self) -> impl Iterator<Item = (Arm, Spread)> {
        let micros = self.micros();
        let arms: Vec<_> = self.arms.iter().map(|(arm, _)| *arm).collect();
        arms.into_iter()
            .enumerate()
            .filter_map(move |(arm_at, arm)| Some((arm, Spread::of_ratios(&micros[arm_at], &micros[0])?)))
    }
}

impl Report {
    pub(crate) fn new(machine: Machine) -> Self {
        Self { machine, measured: Vec::new(), compared: Vec::new(), paced: Vec::new() }
    }

    /// The tables that a reader looks at first.
    pub(crate) fn summary(&self) -> String {
        let mut text = String::new();
        if !self.measured.is_empty() {
            let pinned = self.measured.iter().all(|measured| measured.pinned);
            let pinned = if pinned { "client and server on a core each" } else { "not pinned to cores" };
            let _ = writeln!(text, "Processor time per entry, divided by batches made by hand ({pinned}):\n");
            let _ = writeln!(text, "{}", ratios(&self.measured));
        }
        if !self.compared.is_empty() {
            let _ = writeln!(text, "{}", comparisons(&self.compared));
        }
        if !self.paced.is_empty() {
            let _ = writeln!(text, "{}", rates(&self.paced));
        }
        text
    }

    /// Writes the tables and the ratios into this directory.
    pub(crate) fn write(&self, directory: &Path) -> Result<()> {
        let write = |name, text: String| {
            let path = directory.join(name);
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
        };
        fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
        let mut text = format!("# Processor time over loopback sockets\n\n{}\n\n", self.machine);
        if !self.measured.is_empty() {
            text.push_str("![What an entry costs, divided by batches made by hand](wire.png)\n\n");
            write("wire.csv", self.csv())?;
        }
        text.push_str(&self.summary());
        if !self.measured.is_empty() {
            let _ = write!(text, "{}", arms(&self.measured));
        }
        write("wire.md", text)
    }

    /// The writers' ratios, one a line.
    fn csv(&self) -> String {
        let mut text = "case,arm,median,least,most\n".to_owned();
        for measured in &self.measured {
            let is_writer = |(arm, _): &(Arm, Spread)| !matches!(arm, Arm::ByHand | Arm::Single);
            for (arm, Spread { least, median, most }) in measured.ratios().filter(is_writer) {
                let _ = writeln!(text, "\"{}\",{arm},{median:.4},{least:.4},{most:.4}", measured.case);
            }
        }
        text
    }
}

/// Everything about each arm.
pub(crate) fn arms(measured: &[Measured]) -> Table {
    let mut table = Table::new(&[
        "case",
        "arm",
        "CPU µs/entry",
        "÷ by hand",
        "least",
        "most",
        "allocations/entry",
        "p50 ms",
        "p99 ms",
        "requests ÷ optimum",
        "MiB resident",
    ]);
    for measured in measured {
        let (micros, ratios) = (measured.micros(), measured.ratios());
        for (at, ((arm, rounds), (_, ratio))) in measured.arms.iter().zip(ratios).enumerate() {
            let middle = |of: &dyn Fn(&Figures) -> Option<f64>| median(rounds.iter().filter_map(of));
            let first = &rounds[0];
            table.row(vec![
                measured.case.to_string(),
                arm.to_string(),
                show(median(micros[at].iter().copied()), 2),
                show(Some(ratio.median), 2),
                show(Some(ratio.least), 2),
                show(Some(ratio.most), 2),
                show(Some(measured.allocations[at]), 2),
                show(middle(&|figures| figures.p50.map(millis)), 2),
                show(middle(&|figures| figures.p99.map(millis)), 2),
                show(middle(&|figures| Some(figures.requests as f64 / first.optimum as f64)), 2),
                show(middle(&|figures| figures.peak_memory.map(|bytes| bytes as f64 / MEBIBYTE)), 0),
            ]);
        }
    }
    table
}

fn ratios(measured: &[Measured]) -> Table {
    let mut table = Table::new(&["case", "by hand, µs", "submit", "receipts", "try_submit", "single calls"]);
    for measured in measured {
        let by_hand = measured.micros().swap_remove(0);
        let mut row = vec![measured.case.to_string(), show(median(by_hand), 2)];
        row.extend(measured.ratios().skip(1).map(|(_, ratio)| show(Some(ratio.median), 2)));
        table.row(row);
    }
    table
}

fn comparisons(compared: &[Compared]) -> Table {
    let mut table = Table::new(&["`submit`", "divided by", "of", "ratio", "least", "most"]);
    for Compared { case, base, what, ratio } in compared {
        let what = match what {
            What::ProcessorTime => "processor time",
            What::Throughput => "throughput",
        };
        let figures = [ratio.median, ratio.least, ratio.most].map(|figure| show(Some(figure), 2));
        let row = [case.to_string(), base.to_string(), what.to_owned()];
        table.row(row.into_iter().chain(figures).collect());
    }
    table
}

fn rates(paced: &[Paced]) -> Table {
    let mut table = Table::new(&[
        "default settings",
        "entries/s",
        "entries/request",
        "requests/s",
        "billed per 1,000 entries",
        "p50 ms",
        "p99 ms",
        "CPU µs/entry",
    ]);
    for Paced { case, rate, idle, figures } in paced {
        let entries_per_request = figures.entries as f64 / figures.requests as f64;
        let bill = bill::per_thousand(case.shape, entries_per_request);
        table.row(vec![
            match idle {
                None => case.to_string(),
                Some(idle) => format!("{case}, idle {} ms", idle.as_millis()),
            },
            rate.to_string(),
            show(Some(entries_per_request), 2),
            show(Some(figures.requests as f64 / figures.elapsed.as_secs_f64()), 1),
            bill.map_or_else(|| "–".to_owned(), |bill| bill.to_string()),
            show(figures.p50.map(millis), 1),
            show(figures.p99.map(millis), 1),
            show(Some(figures.micros_per_entry()), 1),
        ]);
    }
    table
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn show(figure: Option<f64>, decimals: usize) -> String {
    figure.map_or_else(|| "–".to_owned(), |figure| format!("{figure:.decimals$}"))
}

const MEBIBYTE: f64 = (1_u64 << 20) as f64;
