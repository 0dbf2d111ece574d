//! How much a plan lets pass in a second.

use batch_local::{Allowance, Chosen, Fault, FaultPlan};

use crate::support::{faulty, outcome, pass, plain, send};

/// Sends so many batches of two at each of these times, in seconds; how many requests pass whole, and how many
/// messages are taken, in all.
async fn check(plan: FaultPlan, batches: usize, times: &[f64], expected: (usize, usize)) {
    let shown = format!("{plan:?}");
    let (server, client, url) = faulty(plan).await;
    let mut passed = 0;
    let mut before = 0.0;
    for &time in times {
        pass(time - before).await;
        before = time;
        for _ in 0..batches {
            let met = outcome(send(&client, &url, vec![plain("a"), plain("b")]).await);
            passed += usize::from(met == "ok");
        }
    }
    assert_eq!((passed, server.sqs().accepted("q").len()), expected, "{shown}");
}

#[tokio::test(start_paused = true)]
async fn requests_beyond_the_allowance_are_refused() {
    let plan = || FaultPlan::always(Fault::ThrottleAbove(Allowance::per_second(10)));
    check(plan(), 20, &[0.0], (10, 20)).await;
    check(plan(), 20, &[0.0, 0.5, 10.5], (25, 50)).await;
}

#[tokio::test(start_paused = true)]
async fn entries_beyond_the_allowance_fail() {
    let plan = || FaultPlan::always(Fault::throttle_entries(Chosen::Above(Allowance::per_second(5))));
    check(plan(), 10, &[0.0], (2, 5)).await;
    check(plan(), 10, &[0.0, 1.0], (4, 10)).await;
}

#[tokio::test(start_paused = true)]
async fn a_rate_holds_for_what_no_other_fault_strikes() {
    let rate = Fault::ThrottleAbove(Allowance::per_second(10));
    let script = FaultPlan::script([Fault::ResetBefore, Fault::ResetAfter]);
    // The second of the script is applied all the same, and uses up nothing of the rate.
    check(script.otherwise(rate), 20, &[0.0], (10, 22)).await;
}
