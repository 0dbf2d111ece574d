//! What is handed out is taken back by the buffer that gave it, once: anything else panics in every build, or cannot
//! be written.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Waker;
use std::time::Instant;

use batch_core::{Buffer, LimitPolicy, Measure, Settings, Verdict, Verdicts};

use super::support::{put, rest, sent};

type Numbers = Buffer<u32, (), u32>;

fn buffer() -> Numbers {
    let settings = Settings::new().max_bytes(8_000);
    Buffer::new(&settings, LimitPolicy::new(10, 1_000, 100).unwrap()).unwrap()
}

#[track_caller]
fn panics(misuse: impl FnOnce()) {
    let message = *catch_unwind(AssertUnwindSafe(misuse)).unwrap_err().downcast::<&str>().unwrap();
    assert_eq!(message, "it belongs to another buffer");
}

#[test]
fn what_another_buffer_gave_is_noticed() {
    let now = Instant::now();
    let (mut mine, mut other) = (buffer(), buffer());
    let admission = mine.admit(&Measure::of_bytes(1)).unwrap();

    let grant = other.try_grant(admission.charge()).unwrap();
    panics(|| mine.give_back(grant));
    let grant = other.try_grant(admission.charge()).unwrap();
    panics(|| assert!(mine.place(grant, admission).is_ok()));
    let mut grant = other.try_grant(admission.charge()).unwrap();
    panics(|| assert!(mine.widen(&mut grant, 2_000)));
    other.give_back(grant);
    let ticket = other.queue(1_000, Waker::noop().clone());
    panics(|| assert!(mine.claim(ticket).is_none()));
    panics(|| drop(mine.leave_queue(ticket)));
    other.leave_queue(ticket);

    for buffer in [&mut mine, &mut other] {
        put(buffer, &Measure::of_bytes(1), 1, 1, now);
    }
    let (batch, own) = (sent(&mut other, now), sent(&mut mine, now));
    panics(|| mine.complete(batch, Ok(Verdicts::Each(vec![Verdict::Accepted(())])), now, 0.0));
    mine.complete(own, Ok(Verdicts::Each(vec![Verdict::Accepted(())])), now, 0.0);
    assert_eq!(rest(&mut mine, now), None);
    assert_eq!(mine.stats().delivered, 1, "it works on");
}

#[test]
fn a_place_that_is_not_taken_gives_its_room_back() {
    let mut buffer = buffer();
    let admission = buffer.admit(&Measure::of_bytes(1)).unwrap();
    let grant = buffer.try_grant(admission.charge()).unwrap();
    drop(buffer.place(grant, admission).unwrap());
    assert_eq!((buffer.stats().bytes, buffer.stats().accepted), (0, 0));
}

#[test]
fn a_grant_is_not_widened_ahead_of_a_waiter() {
    let mut buffer = buffer();
    let mut grant = buffer.try_grant(600).unwrap();
    assert!(buffer.widen(&mut grant, 700));
    let ticket = buffer.queue(7_800, Waker::noop().clone());
    assert!(!buffer.widen(&mut grant, 701), "the waiter is to have it first");
    assert!(buffer.widen(&mut grant, 700), "it has that already");
    drop(buffer.leave_queue(ticket));
    assert!(buffer.widen(&mut grant, 701));
}
