//! Law 12: an entry asks for a turn of the crank only when it changes what is to be done.

use std::time::{Duration, Instant};

use batch_core::{Batch, Buffer, LimitPolicy, Linger, Measure, Output, Settings};

use super::support;

type Numbers = Buffer<u32, (), u32>;

#[test]
fn of_entries_that_linger_the_first_asks_and_the_one_that_fills_a_request() {
    let mut buffer = buffer();
    let start = Instant::now();
    assert!(rest(&mut buffer, start).is_empty());
    for n in 1..=10 {
        put(&mut buffer, n, start);
        assert_eq!(buffer.wants_poll(), n == 1 || n == 10, "{n}");
        if n == 1 {
            assert!(rest(&mut buffer, start).is_empty());
        }
    }
    assert_eq!(rest(&mut buffer, start).len(), 1);
}

#[test]
fn a_request_that_fills_up_while_none_may_go_asks_for_nothing() {
    let mut buffer = buffer();
    let start = Instant::now();
    (1..=10).for_each(|n| put(&mut buffer, n, start));
    let flying = rest(&mut buffer, start);
    assert_eq!(flying.len(), 1);
    put(&mut buffer, 11, start);
    assert!(buffer.wants_poll(), "nothing waited before");
    assert!(rest(&mut buffer, start).is_empty());
    for n in 12..=25 {
        put(&mut buffer, n, start);
        assert!(!buffer.wants_poll(), "{n}");
    }
}

/// Ten entries a request, one request at a time.
fn buffer() -> Numbers {
    let settings = Settings::new().in_flight(1..=1).linger(Linger::Fixed(Duration::from_millis(50)));
    Buffer::new(&settings, LimitPolicy::new(10, 1_000, 100).unwrap()).unwrap()
}

fn put(buffer: &mut Numbers, n: u32, now: Instant) {
    support::put(buffer, &Measure::of_bytes(1), n, n, now);
}

/// Turns the crank until nothing more is to be done; what was to be sent.
fn rest(buffer: &mut Numbers, now: Instant) -> Vec<Batch<u32>> {
    let mut sent = Vec::new();
    loop {
        match buffer.poll(now) {
            Output::Send(batch) => sent.push(batch),
            Output::Drop(_) => {}
            Output::Wait(_) => return sent,
            other => panic!("nothing is answered: {other:?}"),
        }
    }
}

#[test]
fn the_oldest_age_is_that_of_the_oldest_entry_within_its_deadline_also_where_it_flies_with_an_older_one() {
    let settings = Settings::new()
        .delivery_deadline(Duration::from_secs(10))
        .linger(Linger::Fixed(Duration::from_secs(6)));
    let mut buffer: Numbers = Buffer::new(&settings, LimitPolicy::new(10, 1_000, 100).unwrap()).unwrap();
    let start = Instant::now();
    let at = |seconds| start + Duration::from_secs(seconds);
    put(&mut buffer, 1, at(0));
    put(&mut buffer, 2, at(5));
    let _batch = rest(&mut buffer, at(6));
    assert_eq!(buffer.oldest_age(at(7)), Duration::from_secs(7));
    assert_eq!(buffer.oldest_age(at(11)), Duration::from_secs(6));
    assert_eq!(buffer.oldest_age(at(16)), Duration::ZERO);
}
