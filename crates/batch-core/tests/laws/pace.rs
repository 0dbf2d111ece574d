//! Law 9: what answers mean for the pace, and the pace for entries.

use std::time::{Duration, Instant};

use batch_core::{
    Backoff, Buffer, Class, Failure, LimitPolicy, Measure, Output, Refusal, Settings, Verdict, Verdicts,
};

use super::support::{put, rest, sent};

type Numbers = Buffer<u32, (), u32>;

const BASE: Duration = Duration::from_millis(100);

#[test]
fn what_never_left_goes_with_the_next_probe_however_often_it_failed_before() {
    let mut buffer = buffer();
    let mut now = Instant::now();
    put(&mut buffer, &Measure::of_bytes(1), 1, 1, now);
    for failures in 1..=3 {
        let batch = sent(&mut buffer, now);
        buffer.complete(batch, Err(Refusal::new(Class::Retry, Failure::new("Busy"))), now, 1.0);
        now += BASE * (1 << failures);
    }
    let batch = sent(&mut buffer, now);
    buffer.complete(batch, Err(Refusal::new(Class::Unsent, Failure::new("Gone"))), now, 1.0);
    assert_eq!(rest(&mut buffer, now), Some(now + BASE));
    assert_eq!(sent(&mut buffer, now + BASE).entries(), [1]);
}

#[test]
fn the_window_grows_by_time_while_it_holds_work_back_and_the_service_accepts() {
    let accepted = |verdicts| Ok(Verdicts::Each(vec![Verdict::Accepted(()); verdicts]));
    let cases = [
        (10, accepted(1), 2),
        // It holds nothing back: what waits does not fill a request.
        (9, accepted(1), 1),
        // Nothing was accepted, or nobody can tell.
        (10, accepted(2), 1),
        (10, Err(Refusal::new(Class::Retry, Failure::new("Busy"))), 1),
        (10, Err(Refusal::new(Class::Ambiguous, Failure::new("Reset"))), 1),
    ];
    for (waiting, reply, limit) in cases {
        let mut buffer = buffer();
        let now = Instant::now();
        put(&mut buffer, &Measure::of_bytes(1), 0, 0, now);
        let batch = sent(&mut buffer, now);
        for n in 1..=waiting {
            put(&mut buffer, &Measure::of_bytes(1), n, n, now);
        }
        rest(&mut buffer, now);
        let case = format!("{waiting} wait for {reply:?}");
        let now = now + Duration::from_millis(500);
        buffer.complete(batch, reply, now, 0.0);
        while !matches!(buffer.poll(now), Output::Wait(_)) {}
        assert_eq!(buffer.stats().in_flight_limit, limit, "{case}");
    }
}

#[test]
fn what_may_not_have_reached_the_service_leaves_an_outage_standing() {
    let silences = [
        (Err(Refusal::new(Class::Ambiguous, Failure::new("AttemptTimeout"))), false),
        (Err(Refusal::new(Class::Unsent, Failure::new("Refused"))), false),
        (Err(Refusal::new(Class::Retry, Failure::new("Busy"))), true),
        (Ok(Verdicts::Each(Vec::new())), true),
        (Err(Refusal::new(Class::Fatal, Failure::new("AccessDenied"))), true),
        (Err(Refusal::new(Class::Throttled, Failure::new("SlowDown"))), true),
    ];
    for (reply, ends) in silences {
        let mut buffer = buffer();
        let mut now = Instant::now();
        for n in 1..=40 {
            put(&mut buffer, &Measure::of_bytes(1), n, n, now);
        }
        let probe = sent(&mut buffer, now);
        buffer.complete(probe, Err(Refusal::new(Class::Unsent, Failure::new("Gone"))), now, 1.0);
        for wait in [BASE, 2 * BASE, 4 * BASE] {
            let early = now + wait - Duration::from_millis(1);
            rest(&mut buffer, early);
            now += wait;
            let probe = sent(&mut buffer, now);
            rest(&mut buffer, now);
            buffer.complete(probe, reply.clone(), now, 1.0);
            if ends {
                let next = BASE / 2;
                assert_eq!(sent(&mut buffer, now + next).entries().len(), 10, "{reply:?}: it was reached");
                break;
            }
        }
    }
}

#[test]
fn a_probe_that_ends_with_its_runtime_is_no_failed_probe() {
    for was_sent in [false, true] {
        let mut buffer = buffer();
        let now = Instant::now();
        for n in 1..=20 {
            put(&mut buffer, &Measure::of_bytes(1), n, n, now);
        }
        let probe = sent(&mut buffer, now);
        buffer.complete(probe, Err(Refusal::new(Class::Unsent, Failure::new("Gone"))), now, 1.0);
        let now = now + BASE;
        let probe = sent(&mut buffer, now);
        rest(&mut buffer, now);
        buffer.abandon(probe, was_sent, now);
        let probe = sent(&mut buffer, now);
        buffer.complete(probe, Err(Refusal::new(Class::Unsent, Failure::new("Gone"))), now, 1.0);
        assert_eq!(rest(&mut buffer, now), Some(now + 2 * BASE), "was sent: {was_sent}");
    }
}

/// One request at a time, more when that goes well.
fn buffer() -> Numbers {
    let settings = Settings::new().backoff(Backoff::new(BASE, BASE * 100)).in_flight(1..=8);
    Buffer::new(&settings, LimitPolicy::new(10, 1_000, 100).unwrap()).unwrap()
}
