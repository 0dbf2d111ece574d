//! The deadline of an invocation, and what happens at it.

use std::time::{Duration, SystemTime};

use batch_core::{Linger, Settings};
use batch_lambda::Invocation;
use tokio::time::Instant;

use crate::fake::{Act, Fake};
use crate::{ids, invocation, ms, with, writer};

/// Checks how long an invocation waits for answers.
fn check(invocation: &Invocation, expected: Duration) {
    assert_eq!(invocation.deadline() - Instant::now(), expected);
}

#[tokio::test(start_paused = true)]
async fn an_invocation_ends_a_margin_before_its_deadline() {
    check(&Invocation::with_remaining(ms(30_000)), ms(29_500));
    check(&Invocation::with_remaining(ms(30_000)).margin(ms(2_000)), ms(28_000));
    check(&Invocation::with_remaining(ms(30_000)).margin(Duration::ZERO), ms(30_000));
    check(&Invocation::with_remaining(ms(600)), ms(300));
    check(&Invocation::with_remaining(ms(30_000)).margin(Duration::MAX), ms(15_000));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_deadline_has_the_fallback() {
    check(&Invocation::with_remaining(Duration::ZERO), ms(2_500));
    check(&Invocation::new(SystemTime::UNIX_EPOCH + ms(600_000)), ms(2_500));
    check(&Invocation::new(SystemTime::UNIX_EPOCH).fallback(ms(10_000)).margin(ms(1_000)), ms(9_000));
    check(&Invocation::with_remaining(ms(30_000)).fallback(ms(1)), ms(29_500));
    check(&Invocation::new(SystemTime::UNIX_EPOCH).fallback(Duration::ZERO), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn no_deadline_overflows() {
    let day = ms(24 * 60 * 60 * 1_000);
    check(&Invocation::with_remaining(Duration::MAX).margin(Duration::ZERO), day);
    check(&Invocation::new(SystemTime::UNIX_EPOCH).fallback(Duration::MAX).margin(Duration::ZERO), day);
}

#[tokio::test]
async fn the_deadline_of_the_context_is_a_time_of_day() {
    let invocation = Invocation::new(SystemTime::now() + ms(60_000));
    let left = invocation.deadline() - Instant::now();
    assert!(left <= ms(59_500) && left > ms(30_000), "{left:?}");
}

#[tokio::test(start_paused = true)]
async fn what_has_no_answer_at_the_deadline_fails() {
    let writer = writer(&Fake::by(|id| if id == 1 { Act::Hang } else { Act::Accept }));
    let (begun, invocation) = (Instant::now(), invocation());
    let scope = invocation.scope(&writer);
    scope.submit(&invocation.message("a"), 1).await;
    tokio::time::sleep(ms(10)).await;
    scope.submit(&invocation.message("b"), 2).await;
    let failures = invocation.finish().await;
    assert_eq!((ids(&failures), begun.elapsed()), (vec!["a"], ms(1_500)));
    let reason = failures.reasons()[0].to_string();
    assert!(reason.ends_with("it was withdrawn at the deadline of a flush"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn what_finds_no_capacity_until_the_deadline_fails_without_more_waiting() {
    let writer = with(&Fake::by(|_| Act::Hang), Settings::new().max_entries(1));
    let (begun, invocation) = (Instant::now(), invocation());
    let scope = invocation.scope(&writer);
    for id in 0..100 {
        scope.submit(&invocation.message(id.to_string()), id).await;
    }
    let failures = invocation.finish().await;
    assert_eq!((ids(&failures).len(), begun.elapsed()), (100, ms(1_500)));
    assert!(failures.reasons()[1].reason.starts_with("the writer was full until the deadline"));
}

#[tokio::test(start_paused = true)]
async fn the_end_of_an_invocation_ends_the_linger() {
    let writer = with(&Fake::accepting(), Settings::new().linger(Linger::Fixed(ms(1_000))));
    let (begun, invocation) = (Instant::now(), invocation());
    let scope = invocation.scope(&writer);
    for id in 0..3 {
        scope.submit(&invocation.message(id.to_string()), id).await;
        tokio::time::sleep(ms(50)).await;
    }
    assert!(invocation.finish().await.is_empty());
    assert_eq!((writer.stats().requests, begun.elapsed()), (1, ms(150)));
}
