//! Law 8: poison is isolated, with few requests.

use std::time::{Duration, Instant};

use batch_core::{
    Backoff, Buffer, Cause, Class, Failure, Key, LimitPolicy, Linger, Measure, Order, Output, Refusal,
    ScopeId, Settings, Verdict, Verdicts,
};
use proptest::prelude::*;

use super::support::{self, put, rest, sent};

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
    fn culprits_are_found_with_few_requests_and_nothing_else_comes_back(culprits in culprits()) {
        check(&culprits);
    }
}

#[test]
fn wherever_the_culprits_of_a_small_request_stand_they_are_found_with_few_requests() {
    for entries in 2..=10 {
        for culprits in 1..1_u32 << entries {
            check(&(0..entries).map(|n| culprits >> n & 1 == 1).collect::<Vec<_>>());
        }
    }
}

#[test]
fn one_culprit_after_each_acceptable_entry_takes_the_most_requests_and_less_than_the_budget() {
    for entries in [26, 100, 500, 1_000] {
        let most = check(&(0..entries).map(|n| n % 2 == 1).collect::<Vec<_>>());
        assert!(most > entries * 4 / 3, "only {most} requests for {entries}");
        for (good, bad) in [(0, 1), (1, 2), (1, 3), (2, 1), (2, 2), (3, 1), (4, 1), (8, 1)] {
            let requests = check(&(0..entries).map(|n| n % (good + bad) >= good).collect::<Vec<_>>());
            assert!(requests <= most, "{requests} requests for {good} and {bad} of {entries} in turn");
        }
    }
}

#[test]
fn a_request_refused_for_its_size_is_halved_once() {
    let outcome = isolate(1_000, |part| part.len() > 500);
    assert_eq!((outcome.requests, outcome.delivered.len()), (3, 1_000));
}

#[test]
fn what_is_left_when_the_budget_is_spent_comes_back_unisolated_and_not_rejected() {
    // The last is poison, and the first is throttled alone for as long as it is tried.
    for entries in [26, 500] {
        let (requests, causes) = isolate_beside_a_throttled_entry(entries);
        assert_eq!(requests, budget(entries));
        let back: Vec<_> = causes.iter().map(|(n, _)| *n).collect();
        assert_eq!(back, [0, entries - 1]);
        for (n, cause) in causes {
            assert!(
                matches!(&cause, Cause::Unisolated(failure) if failure.code() == "Poison"),
                "{n}: {cause:?}"
            );
        }
    }
}

#[test]
fn a_small_request_has_no_budget() {
    let (requests, causes) = isolate_beside_a_throttled_entry(25);
    assert!(requests > budget(25), "{requests} requests");
    assert!(causes.iter().all(|(_, cause)| matches!(cause, Cause::DeadlineExceeded(Some(_)))), "{causes:?}");
}

#[test]
fn a_small_request_is_isolated_to_the_end_whatever_it_takes() {
    for entries in 1..=25 {
        let outcome = isolate(entries, |part| part.len() > 1);
        assert_eq!(outcome.delivered.len(), entries);
    }
}

#[test]
fn giving_up_what_is_isolated_takes_no_longer_for_each_of_many() {
    // Where it looked through all that wait for each one, either would take a minute.
    for (entries, requests) in [(100_000, 1), (2, 50_000)] {
        let settings = Settings::new()
            .in_flight(requests..=requests)
            .max_entries(entries * requests)
            .max_bytes(2_000 * entries * requests);
        let limits = LimitPolicy::new(entries, 1_000_000, 100).unwrap();
        let mut buffer: Buffer<usize, (), usize> = Buffer::new(&settings, limits).unwrap();
        let now = Instant::now();
        fill(&mut buffer, entries * requests, now);
        let refused: Vec<_> = (0..requests).map(|_| sent(&mut buffer, now)).collect();
        for batch in refused {
            buffer.complete(batch, Err(Refusal::new(Class::Split, Failure::new("Poison"))), now, 0.0);
        }
        let watermark = buffer.flush(ScopeId::OWN, now);
        buffer.withdraw(watermark, now);
        let mut back = 0;
        while let Output::Resolve(answers) = buffer.poll(now) {
            for resolution in answers {
                assert!(matches!(resolution.result.unwrap_err().cause, Cause::Withdrawn(Some(_))));
                back += 1;
            }
        }
        assert_eq!((back, buffer.is_empty()), (entries * requests, true));
    }
}

#[test]
fn an_entry_accepted_where_one_was_given_up_is_not_taken_for_it() {
    let rest = PROBE * 4 / 5;
    let settings = Settings::new()
        .backoff(Backoff::new(rest, rest))
        .delivery_deadline(PROBE)
        .linger(Linger::Fixed(PROBE / 2));
    let mut buffer: Buffer<usize, (), usize> =
        Buffer::new(&settings, LimitPolicy::new(4, 100, 10).unwrap()).unwrap();
    let start = Instant::now();
    fill(&mut buffer, 2, start);
    let late = start + PROBE / 4;
    (2..4).for_each(|n| put(&mut buffer, &Measure::of_bytes(1), n, n, late));
    let refused = sent(&mut buffer, late);
    buffer.complete(refused, Err(Refusal::new(Class::Split, Failure::new("Poison"))), late, 1.0);
    let half = sent(&mut buffer, late);
    assert_eq!(half.entries(), [0, 1]);
    buffer.complete(half, Err(Refusal::new(Class::Throttled, Failure::new("SlowDown"))), late, 1.0);
    // The first two are given up; two others take their places in memory.
    let over = start + PROBE;
    for _ in 0..2 {
        let Output::Resolve(answers) = buffer.poll(over) else { panic!("it is given up") };
        assert!(answers.into_iter().all(|resolution| resolution.tag < 2));
    }
    (4..6).for_each(|n| put(&mut buffer, &Measure::of_bytes(1), n, n, over));
    assert_eq!(support::rest(&mut buffer, over), Some(late + rest));
    let rested = late + rest;
    let part = sent(&mut buffer, rested);
    assert_eq!(part.entries(), [2]);
    buffer.complete(part, Ok(Verdicts::Each(vec![Verdict::Accepted(())])), rested, 1.0);
    assert_eq!(sent(&mut buffer, rested).entries(), [3]);
}

#[test]
fn a_part_that_never_left_is_the_next_to_probe_whether_the_service_is_back() {
    let settings = Settings::new().backoff(Backoff::new(PROBE, PROBE));
    let mut buffer: Buffer<usize, (), usize> =
        Buffer::new(&settings, LimitPolicy::new(4, 100, 10).unwrap()).unwrap();
    let start = Instant::now();
    fill(&mut buffer, 4, start);
    let refused = sent(&mut buffer, start);
    buffer.complete(refused, Err(Refusal::new(Class::Split, Failure::new("Poison"))), start, 1.0);
    let half = sent(&mut buffer, start);
    assert_eq!(half.entries(), [0, 1]);
    buffer.complete(half, Err(Refusal::new(Class::Unsent, Failure::new("Gone"))), start, 1.0);
    assert_eq!(rest(&mut buffer, start), Some(start + PROBE));
    assert_eq!(sent(&mut buffer, start + PROBE).entries(), [0, 1]);
}

#[test]
fn what_failed_in_a_part_goes_before_the_rest_of_its_lane() {
    let settings = Settings::new().backoff(Backoff::new(PROBE, PROBE)).order(Order::Relaxed);
    let mut buffer: Buffer<usize, (), usize> =
        Buffer::new(&settings, LimitPolicy::new(4, 100, 10).unwrap()).unwrap();
    let start = Instant::now();
    let of_one_lane = Measure::of_bytes(1).lane(Key::from("lane"));
    (0..4).for_each(|n| put(&mut buffer, &of_one_lane, n, n, start));
    let refused = sent(&mut buffer, start);
    buffer.complete(refused, Err(Refusal::new(Class::Split, Failure::new("Poison"))), start, 1.0);
    let half = sent(&mut buffer, start);
    assert_eq!(half.entries(), [0, 1]);
    let verdicts = vec![Verdict::Retry(Failure::new("Busy")), Verdict::Accepted(())];
    buffer.complete(half, Ok(Verdicts::Each(verdicts)), start, 1.0);
    assert_eq!(rest(&mut buffer, start), Some(start + PROBE));
    assert_eq!(sent(&mut buffer, start + PROBE).entries(), [0, 2, 3]);
}

/// Culprits of a request, at random places or in runs, of any share.
fn culprits() -> impl Strategy<Value = Vec<bool>> {
    let size = prop_oneof![2..30_usize, 26..1_001_usize];
    let share = prop_oneof![Just(0.01), Just(0.3), Just(0.5), Just(0.7), Just(1.0), 0.0..1.0_f64];
    let run = prop_oneof![Just(1_usize), 1..300_usize];
    (size, share, run, any::<u64>()).prop_map(|(size, share, run, seed)| {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut is_culprit = false;
        (0..size)
            .map(|n| {
                is_culprit = if n % run == 0 { random.f64() < share } else { is_culprit };
                is_culprit
            })
            .collect()
    })
}

/// Checks that isolating these finds the culprits and nothing else; the number of requests.
fn check(culprits: &[bool]) -> usize {
    let entries = culprits.len();
    let (expected, good): (Vec<_>, Vec<_>) = (0..entries).partition(|&n| culprits[n]);
    let outcome = isolate(entries, |part| part.iter().any(|&n| culprits[n]));
    assert_eq!((&outcome.rejected, &outcome.delivered), (&expected, &good), "of {culprits:?}");
    let levels = entries.next_power_of_two().ilog2() as usize;
    let most = (2 * expected.len() * levels + 1).min(budget(entries));
    assert!(outcome.requests <= most, "{} requests, not {most}, for {culprits:?}", outcome.requests);
    outcome.requests
}

/// The requests that isolating a request of this many entries may take.
fn budget(entries: usize) -> usize {
    entries + entries / 2 + 25
}

/// Sends one request of this many entries to a service that refuses what this says.
fn isolate(entries: usize, mut refuses: impl FnMut(&[usize]) -> bool) -> Outcome {
    let limits = LimitPolicy::new(entries, 100_000, 100).unwrap();
    let settings = Settings::new().max_attempts(1);
    let mut buffer: Buffer<usize, (), usize> = Buffer::new(&settings, limits).unwrap();
    let now = Instant::now();
    fill(&mut buffer, entries, now);
    let mut outcome = Outcome { requests: 0, delivered: Vec::new(), rejected: Vec::new() };
    let mut refused_alone = vec![false; entries];
    loop {
        match buffer.poll(now) {
            Output::Send(batch) => {
                outcome.requests += 1;
                let part = batch.entries().to_vec();
                let reply = if refuses(&part) {
                    refused_alone[part[0]] |= part.len() == 1;
                    Err(Refusal::new(Class::Split, Failure::new("Poison")))
                } else {
                    Ok(Verdicts::Each(vec![Verdict::Accepted(()); part.len()]))
                };
                buffer.complete(batch, reply, now, 0.0);
            }
            Output::Resolve(answers) => {
                for answer in answers {
                    match answer.result.map_err(|item| (item.entry, item.cause)) {
                        Ok(_) => outcome.delivered.push(answer.tag),
                        Err((n, Cause::Rejected(_))) => {
                            assert!(refused_alone[n], "{n} is called a culprit and was not alone");
                            outcome.rejected.push(n);
                        }
                        Err((n, cause)) => panic!("{n}: {cause}"),
                    }
                }
            }
            Output::Drop(_) => {}
            Output::Sort(_) => panic!("no quota is known"),
            Output::Wait(wake) => {
                assert!(buffer.is_empty(), "it sends no more before {wake:?}");
                outcome.delivered.sort_unstable();
                outcome.rejected.sort_unstable();
                return outcome;
            }
        }
    }
}

/// Sends one request of this many entries of a lane to a service that refuses what is not alone with
/// the last of them, and throttles the first; the requests that it answers, and who comes back.
fn isolate_beside_a_throttled_entry(entries: usize) -> (usize, Vec<(usize, Cause)>) {
    let settings = Settings::new()
        .backoff(Backoff::new(PROBE, PROBE))
        .delivery_deadline(PROBE * 2_000)
        .order(Order::Relaxed);
    let limits = LimitPolicy::new(entries, 100_000, 100).unwrap();
    let mut buffer: Buffer<usize, (), usize> = Buffer::new(&settings, limits).unwrap();
    let mut now = Instant::now();
    let of_one_lane = Measure::of_bytes(1).lane(Key::from("lane"));
    (0..entries).for_each(|n| put(&mut buffer, &of_one_lane, n, n, now));
    let (mut requests, mut back) = (0, Vec::new());
    while !buffer.is_empty() {
        match buffer.poll(now) {
            Output::Send(batch) => {
                requests += 1;
                let part = batch.entries().to_vec();
                let verdict = |n: usize| match n {
                    0 => Verdict::Throttled(Failure::new("SlowDown")),
                    _ => Verdict::Accepted(()),
                };
                let reply = match part.contains(&(entries - 1)) {
                    true => Err(Refusal::new(Class::Split, Failure::new("Poison"))),
                    false => Ok(Verdicts::Each(part.iter().copied().map(verdict).collect())),
                };
                buffer.complete(batch, reply, now, 1.0);
            }
            Output::Resolve(answers) => {
                let failed = answers.into_iter().filter_map(|resolution| resolution.result.err());
                back.extend(failed.map(|item| (item.entry, item.cause)));
            }
            Output::Drop(_) => {}
            Output::Sort(_) => panic!("no quota is known"),
            Output::Wait(wake) => now = wake.expect("something waits"),
        }
    }
    (requests, back)
}

fn fill(buffer: &mut Buffer<usize, (), usize>, entries: usize, now: Instant) {
    (0..entries).for_each(|n| put(buffer, &Measure::of_bytes(1), n, n, now));
}
