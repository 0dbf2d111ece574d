//! A few runs of chaos to each destination; `cargo xtask chaos` makes more of them.
#![cfg(unix)] // signals
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::path::Path;

use batchwright_sockets::{Name, check};

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

async fn run(service: Name, seed: u64) -> usize {
    let verdict = check(service, seed, Path::new(env!("CARGO_BIN_EXE_chaos"))).await.unwrap();
    assert!(verdict.faults.is_empty(), "{service}, seed {seed}: {}", verdict.faults.join("\n"));
    verdict.accepted
}
