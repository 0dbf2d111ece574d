//! The writer's shell on schedules that a seed decides: `cargo xtask shuttle`.

mod actors;
mod fake;
mod scenarios;
mod world;

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio::schedule::{Broken, check};

use crate::scenarios::{SCENARIOS, Scenario};

/// What `cargo xtask shuttle` passes on; it says what each is.
#[derive(Debug)]
struct Arguments {
    scenario: Option<String>,
    schedules: u64,
    first_seed: u64,
}

impl Arguments {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let mut arguments = Self { scenario: None, schedules: 200, first_seed: 0 };
        while let Some(word) = words.next() {
            let mut number =
                || words.next().and_then(|word| word.parse().ok()).context("a number is missing");
            match word.as_str() {
                "--schedules" => arguments.schedules = number()?,
                "--first-seed" => arguments.first_seed = number()?,
                _ => arguments.scenario = Some(word),
            }
        }
        Ok(arguments)
    }
}

fn main() -> ExitCode {
    match Arguments::parse(std::env::args().skip(1)).and_then(|arguments| run(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let Some(name) = &arguments.scenario else { return run_all(arguments) };
    let found = SCENARIOS.iter().find(|scenario| scenario.name == name);
    let known = || SCENARIOS.map(|scenario| scenario.name).join(", ");
    run_one(found.with_context(|| format!("{name} is none of {}", known()))?, arguments)
}

/// Each in a process of its own: what breaks one may end its process, or leave a mess.
fn run_all(arguments: &Arguments) -> Result<()> {
    let program = std::env::current_exe().context("this program is nowhere")?;
    let mut broken = Vec::new();
    for Scenario { name, .. } in SCENARIOS {
        let numbers = [arguments.schedules, arguments.first_seed].map(|number| number.to_string());
        let mut one = Command::new(&program);
        one.args([name, "--schedules", &numbers[0], "--first-seed", &numbers[1]]);
        if !one.status().with_context(|| format!("could not start {}", program.display()))?.success() {
            broken.push(name);
        }
    }
    println!("\n{} passed, {} failed", SCENARIOS.len() - broken.len(), broken.len());
    ensure!(broken.is_empty(), "these scenarios are broken: {}", broken.join(", "));
    Ok(())
}

fn run_one(scenario: &Scenario, arguments: &Arguments) -> Result<()> {
    let end = arguments.first_seed.checked_add(arguments.schedules).context("there is no seed so high")?;
    println!("{}: {}", scenario.name, scenario.about);
    let (outcome, took) = timed(|| check(arguments.first_seed..end, scenario.run));
    if let Err(broken) = outcome {
        report(scenario, &broken);
        bail!("{} is broken", scenario.name);
    }
    println!("    {} schedules in {:.1} s", arguments.schedules, took.as_secs_f64());
    Ok(())
}

fn report(scenario: &Scenario, broken: &Broken) {
    println!("    BROKEN on seed {}: {}", broken.seed, broken.why);
    for note in &broken.notes {
        println!("    {note}");
    }
    let again = format!("cargo xtask shuttle {} --first-seed {} --schedules 1", scenario.name, broken.seed);
    println!(
        "    to see it again, and with SHUTTLE_CAPTURE_BACKTRACE=1 where each task waits:\n\n        {again}\n"
    );
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}
