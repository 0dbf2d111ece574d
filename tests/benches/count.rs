//! Counts instructions: each case runs in a process of its own under `perf stat`, or under
//! valgrind's callgrind where the processor's counters are out of reach, once with few entries and
//! once with many; the difference is the cost of the entries alone. Where neither tool is there,
//! only the time is shown, which on a shared machine is noise.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Something that is done to so many entries.
pub(crate) struct Case {
    /// What it is called; the command line may choose cases by a part of it.
    pub(crate) name: &'static str,
    /// Does it.
    pub(crate) run: fn(u64),
    /// Enough entries for a steady figure.
    pub(crate) entries: u64,
    /// The name of the case that it is compared with, if any.
    pub(crate) against: Option<&'static str>,
}

const CASE: &str = "BATCHWRIGHT_BENCH_CASE";
const ENTRIES: &str = "BATCHWRIGHT_BENCH_ENTRIES";

/// Runs the cases that the command line names, or the one that a parent process asks for.
pub(crate) fn main(cases: &[Case]) {
    if let Ok(name) = std::env::var(CASE) {
        let entries = std::env::var(ENTRIES).ok().and_then(|text| text.parse().ok()).unwrap_or(1);
        return run_here(cases, &name, entries);
    }
    let filter = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let mut counted: Vec<(&str, f64)> = Vec::new();
    println!("{:<24} {:>18} {:>12} {:>8}", "case", "instructions/entry", "ns/entry", "ratio");
    for case in cases.iter().filter(|case| case.name.contains(&filter)) {
        let instructions = per_entry(case, instructions);
        let ratio = case.against.and_then(|name| {
            let (_, base) = counted.iter().find(|(counted, _)| *counted == name)?;
            Some(instructions? / base)
        });
        counted.extend(instructions.map(|count| (case.name, count)));
        let nanoseconds = per_entry(case, nanoseconds);
        println!(
            "{:<24} {:>18} {:>12} {:>8}",
            case.name,
            show(instructions, 0),
            show(nanoseconds, 1),
            show(ratio, 3)
        );
    }
}

fn run_here(cases: &[Case], name: &str, entries: u64) {
    if let Some(case) = cases.iter().find(|case| case.name == name) {
        let start = Instant::now();
        (case.run)(entries);
        let _ = writeln!(std::io::stdout(), "{}", start.elapsed().as_nanos());
    }
}

/// What `measure` says of one entry: that of many less that of few.
fn per_entry(case: &Case, measure: fn(&Case, u64) -> Option<u64>) -> Option<f64> {
    let few = measure(case, case.entries / 4)?;
    let many = measure(case, case.entries)?;
    Some(many.saturating_sub(few) as f64 / (case.entries - case.entries / 4) as f64)
}

fn instructions(case: &Case, entries: u64) -> Option<u64> {
    by_perf(case, entries).or_else(|| by_callgrind(case, entries))
}

fn by_perf(case: &Case, entries: u64) -> Option<u64> {
    let report = report(case, entries, "perf", &["stat", "-x,", "-e", "instructions:u"])?;
    report.lines().find(|line| line.contains("instructions"))?.split(',').next()?.parse().ok()
}

fn by_callgrind(case: &Case, entries: u64) -> Option<u64> {
    let options = ["--tool=callgrind", "--callgrind-out-file=/dev/null"];
    let report = report(case, entries, "valgrind", &options)?;
    report.lines().find_map(|line| line.split("Collected :").nth(1))?.trim().parse().ok()
}

/// What a tool says on standard error about one run.
fn report(case: &Case, entries: u64, tool: &str, options: &[&str]) -> Option<String> {
    let mut command = Command::new(tool);
    command.args(options).arg(std::env::current_exe().ok()?);
    command.env(CASE, case.name).env(ENTRIES, entries.to_string()).stdout(Stdio::null());
    let output = command.output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

/// The shortest of five runs.
fn nanoseconds(case: &Case, entries: u64) -> Option<u64> {
    let run = || {
        let mut command = Command::new(std::env::current_exe().ok()?);
        let output = command.env(CASE, case.name).env(ENTRIES, entries.to_string()).output().ok()?;
        String::from_utf8_lossy(&output.stdout).trim().parse().ok()
    };
    (0..5).filter_map(|_| run()).min()
}

fn show(figure: Option<f64>, decimals: usize) -> String {
    figure.map_or_else(|| "-".to_owned(), |figure| format!("{figure:.decimals$}"))
}
