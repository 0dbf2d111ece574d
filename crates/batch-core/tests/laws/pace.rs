//! Law 9: what answers mean for the pace, and the pace for entries.

use std::time::{Duration, Instant};

use batch_core::{Backoff, Buffer, Failure, LimitPolicy, Measure, Reply, Settings, Verdict};

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
        buffer.complete(batch, Reply::Retry(Failure::new("Busy")), now, 1.0);
        now += BASE * (1 << failures);
    }
    let batch = sent(&mut buffer, now);
    buffer.complete(batch, Reply::Unsent(Failure::new("Gone")), now, 1.0);
    assert_eq!(rest(&mut buffer, now), Some(now + BASE));
    assert_eq!(sent(&mut buffer, now + BASE).entries(), [1]);
}

#[test]
fn an_answer_with_the_wrong_number_of_verdicts_is_no_success() {
    for (verdicts, limit) in [(1, 2), (2, 1)] {
        let mut buffer = buffer();
        let now = Instant::now();
        put(&mut buffer, &Measure::of_bytes(1), 1, 1, now);
        let batch = sent(&mut buffer, now);
        buffer.complete(batch, Reply::Each(vec![Verdict::Accepted(()); verdicts]), now, 0.0);
        assert_eq!(buffer.stats().in_flight_limit, limit, "{verdicts} verdicts for one entry");
    }
}

/// One request at a time, more when that goes well.
fn buffer() -> Numbers {
    let settings = Settings::new().backoff(Backoff::new(BASE, BASE * 100)).in_flight(1, 8);
    Buffer::new(&settings, LimitPolicy::new(10, 1_000, 100).unwrap()).unwrap()
}
