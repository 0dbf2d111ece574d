//! Law 13: what is throttled together waits together, and holds no other up.

use std::time::{Duration, Instant};

use batch_core::{
    Batch, Buffer, Failure, Key, LimitPolicy, Measure, Output, Quota, ScopeId, Settings, Verdict, Verdicts,
    Withdrawn,
};

use crate::support::put;

type OfNumbers = Buffer<u32, (), u32>;

/// A buffer of numbers, each tenth of which has a quota: 0 to 9 the first one, and so on; and how often they were asked.
struct World {
    buffer: OfNumbers,
    now: Instant,
    asked: usize,
}

impl World {
    fn new(entries: usize) -> Self {
        let limits = LimitPolicy::new(entries, 1_000, 100).unwrap();
        let settings = Settings::new().in_flight(1..=1);
        Self { buffer: OfNumbers::new(&settings, limits).unwrap(), now: Instant::now(), asked: 0 }
    }

    fn put(&mut self, numbers: impl IntoIterator<Item = u32>) {
        for n in numbers {
            put(&mut self.buffer, &Measure::of_bytes(1), n, n, self.now);
        }
    }

    /// The next request if one goes now.
    fn request(&mut self) -> Option<Batch<u32>> {
        loop {
            match self.buffer.poll(self.now) {
                Output::Send(batch) => return Some(batch),
                Output::Sort(mut batch) => {
                    self.asked += batch.entries().len();
                    batch.ask(|n| Some(Quota::of(n / 10)));
                    self.buffer.sorted(batch, self.now);
                }
                Output::Drop(_) | Output::Resolve(_) => {}
                Output::Wait(_) => return None,
            }
        }
    }

    /// Throttles those of a request of which this is so, and accepts the others.
    fn answer(&mut self, mut batch: Batch<u32>, is_throttled: impl Fn(u32) -> bool) {
        let verdict = |&n: &u32| match is_throttled(n) {
            true => Verdict::Throttled(Failure::new("SlowDown")),
            false => Verdict::Accepted(()),
        };
        let verdicts: Vec<_> = batch.entries().iter().map(verdict).collect();
        if verdicts.iter().any(|verdict| matches!(verdict, Verdict::Throttled(_))) {
            batch.ask(|n| Some(Quota::of(n / 10)));
        }
        self.buffer.complete(batch, Ok(Verdicts::Each(verdicts)), self.now, 0.5);
    }

    /// What all requests carry within this time, if all is accepted.
    fn sent_within(&mut self, time: Duration) -> Vec<u32> {
        let mut sent = Vec::new();
        let end = self.now + time;
        while self.now < end {
            while let Some(batch) = self.request() {
                sent.extend_from_slice(batch.entries());
                self.answer(batch, |_| false);
            }
            self.now += Duration::from_millis(10);
        }
        sent
    }
}

#[test]
fn nothing_is_asked_while_no_quota_throttles() {
    let mut world = World::new(4);
    world.put(0..20);
    let sent = world.sent_within(Duration::from_secs(1));
    assert_eq!((sent, world.asked), ((0..20).collect(), 0));
}

#[test]
fn a_request_takes_of_a_full_quota_what_it_lets_through_and_is_filled_from_the_others() {
    let mut world = World::new(4);
    world.put([0, 1, 2, 3]);
    let batch = world.request().expect("it is full");
    world.answer(batch, |_| true);
    world.put([4, 5, 10, 20, 11, 21, 12]);
    let batch = world.request().expect("the other quotas are not full");
    assert_eq!(batch.entries(), [10, 20, 11, 21], "the oldest first");
    world.answer(batch, |_| false);
    assert_eq!(world.asked, 7, "each entry is asked once: what was throttled, as its verdict came");
    let sent = world.sent_within(Duration::from_secs(20));
    assert_eq!(sent, [12, 0, 1, 2, 3, 4, 5], "one a second at the beginning");
}

#[test]
fn a_quota_that_throttles_all_is_probed_by_one_unit_a_second() {
    let mut world = World::new(4);
    world.put(0..8);
    let batch = world.request().expect("it is full");
    world.answer(batch, |_| true);
    for _ in 0..20 {
        let before = world.now;
        let batch = loop {
            match world.request() {
                Some(batch) => break batch,
                None => world.now += Duration::from_millis(10),
            }
        };
        assert_eq!(batch.entries().len(), 1);
        assert!(world.now - before <= Duration::from_millis(1_010), "{:?}", world.now - before);
        world.answer(batch, |_| true);
    }
    assert_eq!(world.buffer.stats().in_flight_limit, 1, "the writer itself is not slowed down");
}

#[test]
fn a_quota_is_forgotten_a_minute_after_it_held_something_back() {
    let mut world = World::new(4);
    world.put(0..4);
    let batch = world.request().expect("it is full");
    world.answer(batch, |_| true);
    assert_eq!(world.sent_within(Duration::from_secs(20)), [0, 1, 2, 3]);
    world.put([4]);
    assert_eq!(world.sent_within(Duration::from_secs(61)), [4]);
    let asked = world.asked;
    world.put([5, 15]);
    assert_eq!(world.sent_within(Duration::from_secs(1)), [5, 15]);
    assert_eq!((asked, world.asked), (1, 1));
}

#[test]
fn a_lane_keeps_its_order_whatever_its_quotas_let_through() {
    let mut world = World::new(4);
    world.put(0..4);
    let batch = world.request().expect("it is full");
    world.answer(batch, |_| true);
    let of_lane = Measure::of_bytes(1).lane(Key::from("lane"));
    for n in [4, 10, 5, 11] {
        put(&mut world.buffer, &of_lane, n, n, world.now);
    }
    let sent = world.sent_within(Duration::from_secs(30));
    let lane: Vec<_> = sent.iter().copied().filter(|n| [4, 10, 5, 11].contains(n)).collect();
    assert_eq!(lane, [4, 10, 5, 11]);
}

#[test]
fn what_is_withdrawn_while_it_waits_for_its_quota_is_handed_back() {
    let mut world = World::new(4);
    world.put(0..6);
    let batch = world.request().expect("it is full");
    world.answer(batch, |_| true);
    assert!(world.request().is_none());
    let watermark = world.buffer.flush(ScopeId::OWN, world.now);
    assert!(world.buffer.withdraw(watermark, world.now).is_empty(), "nothing is in flight");
    assert!(world.request().is_none());
    let stats = world.buffer.stats();
    assert_eq!((stats.handed_back, stats.inside), (6, 0));
}

#[test]
fn what_is_withdrawn_while_it_is_asked_for_its_quota_is_handed_back_at_once() {
    let mut world = World::new(4);
    world.put(0..4);
    let batch = world.request().expect("it is full");
    world.answer(batch, |_| true);
    world.put([10, 11]);
    let batch = loop {
        match world.buffer.poll(world.now) {
            Output::Sort(batch) => break batch,
            Output::Drop(_) => {}
            other => panic!("these are to be asked first: {other:?}"),
        }
    };
    let watermark = world.buffer.flush(ScopeId::OWN, world.now);
    let withdrawn = world.buffer.withdraw(watermark, world.now);
    assert_eq!(withdrawn, [Withdrawn { batch: batch.id(), positions: vec![0, 1] }]);
    for (position, &n) in batch.entries().iter().enumerate() {
        world.buffer.hand_back_copy(batch.id(), position, n, world.now).expect("it has no answer");
    }
    let mut attempts = Vec::new();
    while let Some(answer) = world.buffer.next_answer() {
        attempts.extend(answer.into_iter().map(|answer| {
            let item = answer.result.expect_err("it was withdrawn");
            world.buffer.collected(answer.charge);
            (item.attempts, item.maybe_delivered)
        }));
    }
    assert!(attempts.iter().all(|&(_, maybe_delivered)| !maybe_delivered), "{attempts:?}");
    assert!(attempts.ends_with(&[(0, false), (0, false)]), "{attempts:?}");
    let sorted = world.buffer.stats();
    assert_eq!((sorted.handed_back, sorted.inside, sorted.ambiguous), (6, 0, 0));
    world.buffer.sorted(batch, world.now);
    assert!(world.request().is_none());
    let stats = world.buffer.stats();
    assert_eq!((stats.late, stats.bytes, stats.requests, stats.retries), (0, 0, 1, 0));
    assert!(world.buffer.is_empty());
}
