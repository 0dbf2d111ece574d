//! Law 8: poison is isolated, with few requests.

use std::time::{Duration, Instant};

use batch_core::{
    Backoff, Buffer, Cause, Failure, Key, LimitPolicy, Measure, Order, Output, Reply, Settings, Verdict,
};
use proptest::prelude::*;

use super::support::{put, rest, sent};

/// How long it takes until a service that could not be reached is tried again.
const PROBE: Duration = Duration::from_millis(100);

/// What became of one request with some poison in it.
struct Outcome {
    requests: usize,
    delivered: Vec<usize>,
    rejected: Vec<usize>,
}

proptest! {
    #[test]
    fn a_few_culprits_are_found_with_few_requests(
        entries in 2..500_usize,
        culprits in proptest::collection::btree_set(0..500_usize, 1..6),
    ) {
        let culprits: Vec<usize> = culprits.into_iter().map(|n| n % entries).collect();
        let outcome = isolate(entries, |n| culprits.contains(&n));
        let distinct = (0..entries).filter(|n| culprits.contains(n)).collect::<Vec<_>>();
        prop_assert_eq!(&outcome.rejected, &distinct);
        prop_assert_eq!(outcome.delivered.len(), entries - distinct.len());
        let levels = entries.next_power_of_two().trailing_zeros() as usize;
        prop_assert!(outcome.requests <= 2 * distinct.len() * levels + 1, "{} requests", outcome.requests);
    }
}

#[test]
fn when_all_is_poison_the_rest_is_tried_once_together() {
    let outcome = isolate(500, |_| true);
    assert_eq!(outcome.rejected.len(), 500);
    // Down to the first single, eight singles and the requests between them, then the rest at once.
    assert!(outcome.requests <= 9 + 16 + 1, "{} requests", outcome.requests);
}

#[test]
fn after_a_streak_the_innocent_rest_is_delivered() {
    let outcome = isolate(64, |n| n < 8);
    assert_eq!(outcome.rejected, (0..8).collect::<Vec<_>>());
    assert_eq!(outcome.delivered, (8..64).collect::<Vec<_>>());
}

#[test]
fn what_the_service_takes_in_between_ends_a_streak() {
    let outcome = isolate(64, |n| n % 2 == 0);
    assert_eq!(outcome.rejected, (0..64).step_by(2).collect::<Vec<_>>());
    assert_eq!(outcome.delivered, (1..64).step_by(2).collect::<Vec<_>>());
}

#[test]
fn a_streak_is_not_taken_for_all_when_reasons_differ() {
    let outcome = isolate_with(64, |n| (n < 32).then_some(if n % 2 == 0 { "Even" } else { "Odd" }));
    assert_eq!(outcome.delivered, (32..64).collect::<Vec<_>>());
    assert_eq!(outcome.rejected.len(), 32);
}

#[test]
fn a_part_that_never_left_is_the_next_to_probe_whether_the_service_is_back() {
    let settings = Settings::new().backoff(Backoff::new(PROBE, PROBE));
    let mut buffer: Buffer<usize, (), usize> =
        Buffer::new(&settings, LimitPolicy::new(4, 100, 10).unwrap()).unwrap();
    let start = Instant::now();
    fill(&mut buffer, 4, start);
    let refused = sent(&mut buffer, start);
    buffer.complete(refused, Reply::Split(Failure::new("Poison")), start, 1.0);
    let half = sent(&mut buffer, start);
    assert_eq!(half.entries(), [0, 1]);
    buffer.complete(half, Reply::Unsent(Failure::new("Gone")), start, 1.0);
    assert_eq!(rest(&mut buffer, start), Some(start + PROBE));
    assert_eq!(sent(&mut buffer, start + PROBE).entries(), [0, 1]);
}

#[test]
fn what_failed_in_a_part_goes_before_the_rest_of_its_lane() {
    let settings = Settings::new().backoff(Backoff::new(PROBE, PROBE)).order(Order::Relaxed);
    let mut buffer: Buffer<usize, (), usize> =
        Buffer::new(&settings, LimitPolicy::new(4, 100, 10).unwrap()).unwrap();
    let start = Instant::now();
    let of_one_lane = Measure { lane: Some(Key::from("lane")), ..Measure::of_bytes(1) };
    (0..4).for_each(|n| put(&mut buffer, &of_one_lane, n, n, start));
    let refused = sent(&mut buffer, start);
    buffer.complete(refused, Reply::Split(Failure::new("Poison")), start, 1.0);
    let half = sent(&mut buffer, start);
    assert_eq!(half.entries(), [0, 1]);
    let verdicts = vec![Verdict::Retry(Failure::new("Busy")), Verdict::Accepted(())];
    buffer.complete(half, Reply::Each(verdicts), start, 1.0);
    assert_eq!(rest(&mut buffer, start), Some(start + PROBE));
    assert_eq!(sent(&mut buffer, start + PROBE).entries(), [0, 2, 3]);
}

fn isolate(entries: usize, is_poison: impl Fn(usize) -> bool) -> Outcome {
    isolate_with(entries, |n| is_poison(n).then_some("Poison"))
}

/// Sends one request of so many entries to a service that refuses what the first poison says.
fn isolate_with(entries: usize, poison: impl Fn(usize) -> Option<&'static str>) -> Outcome {
    let limits = LimitPolicy::new(entries, 100_000, 100).unwrap();
    let settings = Settings::new().max_attempts(1);
    let mut buffer: Buffer<usize, (), usize> = Buffer::new(&settings, limits).unwrap();
    let now = Instant::now();
    fill(&mut buffer, entries, now);
    let mut outcome = Outcome { requests: 0, delivered: Vec::new(), rejected: Vec::new() };
    loop {
        match buffer.poll(now) {
            Output::Send(batch) => {
                outcome.requests += 1;
                let reply = match batch.entries().iter().find_map(|&n| poison(n)) {
                    Some(code) => Reply::Split(Failure::new(code)),
                    None => Reply::Each(vec![Verdict::Accepted(()); batch.entries().len()]),
                };
                buffer.complete(batch, reply, now, 0.0);
            }
            Output::Resolve(resolution) => match resolution.result {
                Ok(_) => outcome.delivered.push(resolution.tag),
                Err(item) => {
                    assert!(matches!(item.cause, Cause::Rejected(_)));
                    outcome.rejected.push(item.entry);
                }
            },
            Output::Drop(_) => {}
            Output::Wait(wake) => {
                assert!(buffer.is_empty(), "it sends no more before {wake:?}");
                outcome.delivered.sort_unstable();
                outcome.rejected.sort_unstable();
                return outcome;
            }
        }
    }
}

fn fill(buffer: &mut Buffer<usize, (), usize>, entries: usize, now: Instant) {
    (0..entries).for_each(|n| put(buffer, &Measure::of_bytes(1), n, n, now));
}
