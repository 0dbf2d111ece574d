//! `cargo xtask ci`: everything that must hold before a change is merged.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::{doc, features, lambda, lint, minimal, pace, shuttle, simulate, test, tidy};

/// One step of the whole check.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    /// What a script calls to run this step alone.
    pub(crate) command: &'static str,
    run: fn() -> Result<()>,
}

/// The steps, those that answer soonest first.
pub(crate) const STEPS: [Step; 11] = [
    Step { name: "tidy", command: "cargo xtask tidy", run: tidy::run },
    Step { name: "lint", command: "cargo xtask lint", run: lint::run },
    Step { name: "doc", command: "cargo xtask doc", run: doc::run },
    Step { name: "features", command: "cargo xtask features", run: features::run },
    Step {
        name: "minimal",
        command: "cargo xtask minimal batch-core batch-smithy batch-sqs",
        run: minimal::some,
    },
    Step { name: "test", command: "cargo test --workspace", run: test::run },
    Step { name: "shuttle", command: "cargo xtask shuttle", run: shuttle::all },
    Step { name: "lambda", command: "cargo xtask lambda --check", run: lambda::check },
    Step { name: "simulate", command: "cargo xtask simulate", run: simulate::scripted },
    Step { name: "pace", command: "cargo xtask pace", run: pace::covering },
    Step { name: "deep", command: "cargo xtask simulate --deep", run: simulate::deep },
];

/// Runs the steps up to the first that fails, and prints how long each took.
pub(crate) fn run() -> Result<()> {
    let mut timings = Vec::new();
    let outcome = STEPS.iter().try_for_each(|step| {
        println!("\n== {}", step.name);
        let (outcome, elapsed) = timed(step.run);
        timings.push((step.name, elapsed));
        outcome.with_context(|| format!("{} failed", step.name))
    });
    println!("\n{}", table(&timings));
    outcome
}

#[expect(clippy::disallowed_methods, reason = "a tool measures real time")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

fn table(timings: &[(&str, Duration)]) -> String {
    let total = ("total", timings.iter().map(|(_, elapsed)| *elapsed).sum());
    let line = |(name, elapsed): &(&str, Duration)| format!("{name:<10} {:>8.1} s\n", elapsed.as_secs_f64());
    timings.iter().chain([&total]).map(line).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::table;

    #[test]
    fn the_timings_end_with_their_sum() {
        let timings = [("lint", Duration::from_millis(1500)), ("test", Duration::from_secs(60))];
        let expected = "lint            1.5 s\ntest           60.0 s\ntotal          61.5 s\n";
        assert_eq!(table(&timings), expected);
    }
}
