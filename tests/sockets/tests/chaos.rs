//! A few runs of chaos to each destination; `cargo xtask chaos` makes more of them.
#![cfg(unix)] // signals
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::path::Path;
use std::time::Duration;

use batchwright_sockets::{Name, Verdict, check, check_signal};

const PROGRAM: &str = env!("CARGO_BIN_EXE_chaos");

#[tokio::test(flavor = "multi_thread")]
async fn what_a_program_says_is_what_the_service_has_whatever_happens() {
    let runs = Name::ALL.iter().flat_map(|&service| (0..2).map(move |seed| (service, seed)));
    let runs: Vec<_> = runs.map(|(service, seed)| tokio::spawn(run(service, seed))).collect();
    let mut accepted = 0;
    for run in runs {
        accepted += run.await.unwrap();
    }
    assert!(accepted > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_program_said_was_true_and_what_it_had_no_answer_for_is_unknown() {
    let all = signal_all("KILL").await;
    assert!(all.iter().any(|verdict| verdict.unknown > 0), "{all:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_told_to_end_has_an_answer_for_every_entry() {
    for signal in ["INT", "TERM"] {
        let all = signal_all(signal).await;
        assert!(all.iter().all(|verdict| verdict.unknown == 0), "{all:?}");
        assert!(all.iter().any(|verdict| verdict.accepted > 0), "{all:?}");
    }
}

async fn run(service: Name, seed: u64) -> usize {
    let verdict = check(service, seed, Path::new(PROGRAM)).await.unwrap();
    assert!(verdict.faults.is_empty(), "{service}, seed {seed}: {}", verdict.faults.join("\n"));
    verdict.accepted
}

/// Ends a program by this signal soon after its first entry, for each destination.
async fn signal_all(signal: &'static str) -> Vec<Verdict> {
    let run = |(seed, &service)| async move {
        let program = Path::new(PROGRAM);
        let verdict = check_signal(service, seed, program, signal, Duration::from_millis(100)).await.unwrap();
        assert!(verdict.faults.is_empty(), "{service}, {signal}: {}", verdict.faults.join("\n"));
        verdict
    };
    let runs: Vec<_> = (2..).zip(Name::ALL).map(run).map(tokio::spawn).collect();
    let mut verdicts = Vec::new();
    for run in runs {
        verdicts.push(run.await.unwrap());
    }
    verdicts
}
