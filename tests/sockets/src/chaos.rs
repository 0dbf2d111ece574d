//! A program that writes through a proxy that makes trouble, and is told to end at a random moment.
//!
//! The server, the proxy and the checker are in one process, the program in another. It says what becomes of each entry as
//! it learns it; when it has ended, by itself, by a signal or by being killed, that is held against what the server has.
//!
//! There is no TLS on loopback, so that a byte which is changed into another good one arrives as such, and nobody can
//! tell. The proxy therefore corrupts what must be noticed: it puts a byte where it may not be into the answers, and into
//! the heads of requests.

mod judge;
mod lot;
mod report;
mod trial;
mod writing;

use std::env::current_exe;

use anyhow::Result;
use clap::Args;

pub use trial::{Verdict, check, check_signal};
pub use writing::{Write, write};

use crate::destination::Name;

/// Runs a program that writes through a proxy that makes trouble, ends it at a random moment, and holds what it said
/// against what the server has.
#[derive(Clone, Debug, Args)]
pub struct Chaos {
    /// How many runs, each with the next seed; they take the destinations in turn.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub runs: u64,

    /// The first seed.
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,

    /// What is written to; every destination without it.
    #[arg(long, value_enum)]
    pub service: Vec<Name>,
}

/// Makes the runs; whether each of them told the truth.
///
/// # Errors
///
/// When a run could not be made at all.
pub async fn chaos(arguments: Chaos) -> Result<bool> {
    let services = if arguments.service.is_empty() { Name::ALL } else { &arguments.service };
    let program = current_exe()?;
    let mut sum = Verdict::default();
    for (seed, &service) in (arguments.seed..).zip(services.iter().cycle()).take(arguments.runs as usize) {
        let verdict = check(service, seed, &program).await?;
        println!("seed {seed}, {service}: {}", shown(&verdict));
        for fault in &verdict.faults {
            println!("  WRONG: {fault}");
        }
        if !verdict.faults.is_empty() {
            println!("  to try again: cargo xtask chaos --runs 20 --seed {seed} --service {service}");
        }
        sum.add(&verdict);
    }
    println!("{} runs: {}, {} contradictions", arguments.runs, shown(&sum), sum.faults.len());
    Ok(sum.faults.is_empty())
}

fn shown(verdict: &Verdict) -> String {
    let Verdict { accepted, delivered, handed_back, maybe, unknown, .. } = verdict;
    format!(
        "{accepted} accepted, {delivered} delivered, {handed_back} handed back, {maybe} of these maybe, {unknown} unknown"
    )
}
