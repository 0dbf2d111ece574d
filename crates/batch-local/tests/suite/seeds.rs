//! The same seed and the same requests give the same faults.

use std::time::Duration;

use batch_local::{Chosen, Fault, FaultPlan, LocalServer};

use crate::support::{client_of, now, outcome, plain, queue, receive, send};

/// What 60 batches meet, one after the other, with the time that they take.
async fn run(server_seed: u64, plan: FaultPlan, reads: bool) -> Vec<(String, Duration)> {
    let server = LocalServer::builder().seed(server_seed).build();
    let client = client_of(&server);
    let url = queue(&client, "q", &[]).await;
    server.set_faults(plan);
    let mut met = Vec::new();
    for _ in 0..60 {
        if reads {
            receive(&client, &url, 1).await;
        }
        let started = now();
        let sent = send(&client, &url, vec![plain("a"), plain("b"), plain("c"), plain("d")]).await;
        met.push((outcome(sent), started.elapsed()));
    }
    met
}

fn only_outcomes(met: Vec<(String, Duration)>) -> Vec<String> {
    met.into_iter().map(|(outcome, _)| outcome).collect()
}

#[tokio::test(start_paused = true)]
async fn a_seed_repeats_its_faults_and_latencies() {
    let plan =
        |seed| FaultPlan::random(0.5, seed).latency(Duration::from_millis(1)..Duration::from_millis(9));
    let first = run(0, plan(1), false).await;
    assert_eq!(run(0, plan(1), false).await, first);
    // A plan's own seed is all that it draws from.
    assert_eq!(run(9, plan(1), false).await, first);
    assert_ne!(run(0, plan(2), false).await, first);
}

#[tokio::test(start_paused = true)]
async fn reads_in_between_do_not_change_which_writes_fail() {
    let first = only_outcomes(run(0, FaultPlan::random(0.5, 1), false).await);
    assert_eq!(only_outcomes(run(0, FaultPlan::random(0.5, 1), true).await), first);
}

#[tokio::test(start_paused = true)]
async fn a_plan_without_a_seed_takes_the_servers() {
    let plan = || FaultPlan::always(Fault::throttle_entries(Chosen::Rate(0.5)));
    let first = run(1, plan(), false).await;
    assert_eq!(run(1, plan(), false).await, first);
    assert_ne!(run(2, plan(), false).await, first);
}

#[tokio::test(start_paused = true)]
async fn faults_are_as_frequent_as_asked_and_never_hang_unless_asked() {
    // A hang would end this test by its deadlock: nothing else times out.
    let count = |met: Vec<(String, Duration)>| met.iter().filter(|(outcome, _)| outcome != "ok").count();
    assert_eq!(count(run(0, FaultPlan::random(0.0, 1), false).await), 0);
    let all = count(run(0, FaultPlan::random(1.0, 1), false).await);
    assert!((50..=60).contains(&all), "{all}");
    let half = count(run(0, FaultPlan::random(0.5, 1), false).await);
    assert!((15..=45).contains(&half), "{half}");
}

#[tokio::test(start_paused = true)]
async fn kinds_are_drawn_by_their_weights() {
    let kinds = [
        (Fault::ThrottleRequest, 3),
        (Fault::ResetBefore, 0),
        (Fault::error_before(500, "InternalError"), 1),
    ];
    let met = only_outcomes(run(0, FaultPlan::random(1.0, 1).kinds(&kinds), false).await);
    let count = |code: &str| met.iter().filter(|outcome| *outcome == code).count();
    let (throttled, failed) = (count("whole RequestThrottled"), count("whole InternalError"));
    assert_eq!(throttled + failed, 60);
    assert!(throttled > 2 * failed && failed > 0, "{throttled} {failed}");
    let none = only_outcomes(run(0, FaultPlan::random(1.0, 1).kinds(&[]), false).await);
    assert!(none.iter().all(|outcome| outcome == "ok"));
}

#[tokio::test(start_paused = true)]
async fn message_ids_come_from_the_servers_seed_and_are_distinct() {
    let ids = async |seed| {
        let server = LocalServer::builder().seed(seed).build();
        let client = client_of(&server);
        let url = queue(&client, "q", &[]).await;
        send(&client, &url, vec![plain("a"), plain("b")]).await.unwrap();
        let accepted = server.sqs().accepted("q");
        accepted.into_iter().map(|message| message.message_id).collect::<Vec<_>>()
    };
    let first = ids(1).await;
    assert_ne!(first[0], first[1]);
    assert_eq!(ids(1).await, first);
    assert_ne!(ids(2).await, first);
}
