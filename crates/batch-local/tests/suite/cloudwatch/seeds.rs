//! The same seed and the same requests give the same faults.

use batch_local::{Chosen, Fault, FaultPlan, LocalServer};

use super::support::{client_of, datum, outcome, put};

/// What 30 requests meet, one after the other.
async fn run(server_seed: u64, plan: FaultPlan, reads: bool) -> Vec<String> {
    let server = LocalServer::builder().seed(server_seed).build();
    let client = client_of(&server);
    server.set_faults(plan);
    let mut met = Vec::new();
    for _ in 0..30 {
        if reads {
            client.list_metrics().send().await.unwrap();
        }
        met.push(outcome(put(&client, vec![datum("a")]).await));
    }
    met
}

#[tokio::test(start_paused = true)]
async fn a_seed_repeats_its_faults() {
    let first = run(0, FaultPlan::random(0.5, 1), false).await;
    assert_eq!(run(9, FaultPlan::random(0.5, 1), true).await, first);
    assert_ne!(run(0, FaultPlan::random(0.5, 2), false).await, first);
    let plan = || FaultPlan::always(Fault::throttle_entries(Chosen::Rate(0.5)));
    assert_eq!(run(1, plan(), false).await, run(1, plan(), true).await);
    assert_ne!(run(1, plan(), false).await, run(2, plan(), false).await);
}

#[tokio::test(start_paused = true)]
async fn a_random_plan_speaks_as_the_service_does() {
    let met = run(0, FaultPlan::random(1.0, 1), false).await;
    for code in ["InternalServiceError", "Throttling", "ServiceUnavailable", "without a code"] {
        assert!(met.iter().any(|outcome| outcome == code), "{code}");
    }
    let known = ["InternalServiceError", "Throttling", "ServiceUnavailable", "without a code", "ok"];
    assert!(met.iter().all(|outcome| known.contains(&&**outcome)), "{met:?}");
}
