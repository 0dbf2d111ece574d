//! Laws 1, 4 and 12: requests are as few as the order of arrival allows.

use std::time::{Duration, Instant};

use batch_core::{
    Buffer, Carrier, Class, Duplicates, Failure, Key, LimitPolicy, Linger, Measure, Order, Output, Refusal,
    ScopeId, Settings, Verdict, Verdicts,
};
use proptest::prelude::*;

use super::support::{put, sent};

proptest! {
    #[test]
    fn requests_are_as_few_as_arrival_order_allows(sizes in proptest::collection::vec(1..60_usize, 1..200)) {
        let settings = Settings::new().linger(Linger::Fixed(Duration::from_secs(1)));
        let limits = LimitPolicy::new(7, 100, 60).unwrap();
        let mut buffer: Buffer<usize, (), ()> = Buffer::new(&settings, limits).unwrap();
        let now = Instant::now();
        for &size in &sizes {
            put(&mut buffer, &Measure::of_bytes(size), size, (), now);
        }
        buffer.flush(ScopeId::OWN, now);
        let sent = send_all(&mut buffer, now);
        prop_assert_eq!(sent.concat(), sizes.clone(), "unlaned entries go in the order of arrival");
        prop_assert_eq!(sent.len(), fewest(&sizes, 7, 100, None));
    }

    #[test]
    fn requests_with_carriers_are_as_few(sizes in proptest::collection::vec(2..40_usize, 1..200)) {
        let settings = Settings::new().linger(Linger::Fixed(Duration::from_secs(1)));
        let limits = LimitPolicy::new(3, 100, 60).unwrap().with_carrier_bytes(40).unwrap();
        let mut buffer: Buffer<usize, (), ()> = Buffer::new(&settings, limits).unwrap();
        let now = Instant::now();
        for &size in &sizes {
            put(&mut buffer, &Measure::of_bytes(size).carrier(Carrier::sharing(2)), size, (), now);
        }
        buffer.flush(ScopeId::OWN, now);
        let sent = send_all(&mut buffer, now);
        prop_assert_eq!(sent.concat(), sizes.clone());
        prop_assert_eq!(sent.len(), fewest(&sizes, 3, 100, Some(40)));
    }
}

#[test]
fn a_relaxed_lane_fills_requests_whoever_its_entries_are_and_again_after_a_failure() {
    const NAMES: [&str; 5] = ["one", "two", "three", "four", "five"];
    for duplicates in [Duplicates::Allow, Duplicates::KeepFirst, Duplicates::KeepLast] {
        let settings = Settings::new().order(Order::Relaxed).duplicates(duplicates);
        let mut buffer: Buffer<&str, (), ()> =
            Buffer::new(&settings, LimitPolicy::new(7, 100, 60).unwrap()).unwrap();
        let now = Instant::now();
        for name in NAMES {
            let (lane, identity) = (Some(Key::from("lane")), Some(Key::from(name)));
            let measure = Measure::of_bytes(1).lane(lane).identity(identity);
            put(&mut buffer, &measure, name, (), now);
        }
        let later = now + Duration::from_secs(60);
        let replies = [
            (now, Err(Refusal::new(Class::Retry, Failure::new("Busy")))),
            (later, Err(Refusal::new(Class::Fatal, Failure::new("Gone")))),
        ];
        for (at, reply) in replies {
            let batch = sent(&mut buffer, at);
            assert_eq!(batch.entries(), NAMES, "{duplicates:?}");
            buffer.complete(batch, reply, at, 0.5);
        }
    }
}

fn send_all(buffer: &mut Buffer<usize, (), ()>, now: Instant) -> Vec<Vec<usize>> {
    let mut sent = Vec::new();
    loop {
        match buffer.poll(now) {
            Output::Send(batch) => {
                sent.push(batch.entries().to_vec());
                let verdicts = vec![Verdict::Accepted(()); batch.entries().len()];
                buffer.complete(batch, Ok(Verdicts::Each(verdicts)), now, 0.0);
            }
            Output::Wait(_) => return sent,
            _ => {}
        }
    }
}

/// The fewest contiguous groups under both limits, by dynamic programming. Entries share two bytes in carriers up to so
/// many bytes.
fn fewest(sizes: &[usize], entries: usize, bytes: usize, carrier: Option<usize>) -> usize {
    let mut best = vec![0];
    let fits = |sizes: &[usize]| {
        let carriers = carriers(sizes, carrier);
        carriers.len() <= entries && carriers.iter().sum::<usize>() <= bytes
    };
    for end in 1..=sizes.len() {
        let starts = (end.saturating_sub(100)..end).filter(|&start| fits(&sizes[start..end]));
        best.push(starts.map(|start| best[start] + 1).min().unwrap());
    }
    best[sizes.len()]
}

/// The bytes of each carrier.
fn carriers(sizes: &[usize], most: Option<usize>) -> Vec<usize> {
    let mut carriers: Vec<usize> = Vec::new();
    for &size in sizes {
        match carriers.last_mut() {
            Some(carrier) if most.is_some_and(|most| *carrier + size <= most + 2) => {
                *carrier = *carrier + size - 2;
            }
            _ => carriers.push(size),
        }
    }
    carriers
}
