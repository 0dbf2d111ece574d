//! The same seed and the same requests give the same faults.

use batch_local::{Chosen, Fault, FaultPlan, LocalServer};

use super::support::{count, outcome, table, with_table, write};

/// What 60 batches meet, one after the other.
async fn run(server_seed: u64, plan: FaultPlan) -> Vec<String> {
    let (server, client) = with_table(LocalServer::builder().seed(server_seed).build()).await;
    server.set_faults(plan);
    let mut met = Vec::new();
    for _ in 0..60 {
        met.push(outcome(&write(&client, "items", count(4)).await));
    }
    met
}

#[tokio::test(start_paused = true)]
async fn a_seed_repeats_its_faults() {
    let first = run(0, FaultPlan::random(0.7, 1)).await;
    assert_eq!(run(0, FaultPlan::random(0.7, 1)).await, first);
    // A plan's own seed is all that it draws from.
    assert_eq!(run(9, FaultPlan::random(0.7, 1)).await, first);
    assert_ne!(run(0, FaultPlan::random(0.7, 2)).await, first);
}

#[tokio::test(start_paused = true)]
async fn a_plan_without_a_seed_takes_the_servers() {
    let plan = || FaultPlan::always(Fault::throttle_entries(Chosen::Rate(0.5)));
    let first = run(1, plan()).await;
    assert_eq!(run(1, plan()).await, first);
    assert_ne!(run(2, plan()).await, first);
}

#[tokio::test(start_paused = true)]
async fn the_usual_mix_speaks_the_words_of_dynamodb() {
    let met = run(0, FaultPlan::random(1.0, 3)).await;
    let known = [
        "whole InternalServerError",
        "whole ProvisionedThroughputExceededException",
        "whole ServiceUnavailableException",
        "whole without a code",
        "ok",
    ];
    for outcome in &met {
        let is_list = outcome.split(", ").all(|id| ["00", "01", "02", "03"].contains(&id));
        assert!(known.contains(&outcome.as_str()) || is_list, "{outcome}");
    }
    for outcome in &known[..4] {
        assert!(met.iter().any(|met| met == outcome), "{outcome}");
    }
}

#[tokio::test(start_paused = true)]
async fn positions_do_not_depend_on_the_order_of_the_clients_map() {
    let (server, client) = with_table(LocalServer::new()).await;
    table(&client, "other", &["id:S"], None).await;
    server.set_faults(FaultPlan::always(Fault::partial_failure(Chosen::At(vec![2]), "InternalError", false)));
    for _ in 0..20 {
        let batch = client.batch_write_item().request_items("items", count(2));
        let left = batch.request_items("other", count(2)).send().await.unwrap().unprocessed_items.unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!(left["other"], count(1));
    }
}
