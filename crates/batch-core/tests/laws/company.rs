//! Law 5: a flush ends the wait for company of everyone who travels with an entry that it covers.

use std::time::{Duration, Instant};

use batch_core::{
    Backoff, Batch, Buffer, Class, Failure, LimitPolicy, Linger, Measure, Output, Refusal, ScopeId, Settings,
    Verdict, Verdicts,
};

use super::support::{self, rest, sent};

type Numbers = Buffer<u32, (), u32>;

#[test]
fn who_failed_behind_a_newer_entry_does_not_wait_for_company_in_spite_of_a_flush() {
    let start = Instant::now();
    let at = |millis| start + Duration::from_millis(millis);
    let mut buffer = buffer();
    put(&mut buffer, 1, at(0));
    put(&mut buffer, 8, at(0));
    buffer.flush(ScopeId::OWN, at(0));
    let first = sent(&mut buffer, at(0));
    let alone = vec![Verdict::Throttled(Failure::new("Full")), Verdict::Accepted(())];
    buffer.complete(first, Ok(Verdicts::Each(alone)), at(0), 1.0);

    put(&mut buffer, 9, at(0));
    buffer.flush(ScopeId::OWN, at(0));
    let busy = sent(&mut buffer, at(0));
    put(&mut buffer, 2, at(10));
    rest(&mut buffer, at(60));
    buffer.complete(busy, Ok(Verdicts::Each(vec![Verdict::Accepted(())])), at(100), 1.0);

    let both = sent(&mut buffer, at(100));
    assert_eq!(both.entries(), [2, 1], "the newer one lingered longer than the retry of the older is due");
    buffer.complete(both, Err(Refusal::new(Class::Retry, Failure::new("Again"))), at(100), 1.0);
    assert_eq!(rest(&mut buffer, at(100)), Some(at(200)));
    assert_eq!(sent(&mut buffer, at(200)).entries(), [2, 1]);
}

#[test]
fn what_failed_in_a_hundred_requests_goes_again_in_a_few_after_a_flush() {
    let start = Instant::now();
    let at = |millis| start + Duration::from_millis(millis);
    let mut buffer = buffer();
    for n in 0..100 {
        put(&mut buffer, n, at(0));
        buffer.flush(ScopeId::OWN, at(0));
        let one = sent(&mut buffer, at(0));
        let retry = vec![Verdict::Retry(Failure::new("InternalFailure"))];
        // Between 80 and 100 ms, each by its own jitter.
        buffer.complete(one, Ok(Verdicts::Each(retry)), at(0), 0.8 + f64::from(n) / 500.0);
    }
    buffer.flush(ScopeId::OWN, at(0));
    let (mut requests, mut entries) = (0, 0);
    for millis in 0..=100 {
        let now = at(millis);
        while let Some(batch) = sent_if_due(&mut buffer, now) {
            (requests, entries) = (requests + 1, entries + batch.entries().len());
            let accepted = vec![Verdict::Accepted(()); batch.entries().len()];
            buffer.complete(batch, Ok(Verdicts::Each(accepted)), now, 0.0);
        }
    }
    assert_eq!((requests, entries), (11, 100), "ten entries fill a request, and one retry is due at 80 ms");
}

/// The batch that is to be sent now, if there is one, whatever is answered before.
fn sent_if_due(buffer: &mut Numbers, now: Instant) -> Option<Batch<u32>> {
    loop {
        match buffer.poll(now) {
            Output::Send(batch) => return Some(batch),
            Output::Wait(_) => return None,
            _ => {}
        }
    }
}

fn buffer() -> Numbers {
    let settings = Settings::new()
        .backoff(Backoff::new(Duration::from_millis(100), Duration::from_millis(100)))
        .in_flight(1..=1)
        .linger(Linger::Fixed(Duration::from_millis(50)));
    Buffer::new(&settings, LimitPolicy::new(10, 1_000, 100).unwrap()).unwrap()
}

fn put(buffer: &mut Numbers, n: u32, now: Instant) {
    support::put(buffer, &Measure::of_bytes(1), n, n, now);
}
