//! Law 13: a quota is paced by the units that its entries take, however many these are.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use batch_core::{Batch, Buffer, Failure, LimitPolicy, Measure, Output, Quota, Settings, Verdict, Verdicts};

use crate::support::put;

const LATENCY: Duration = Duration::from_millis(10);

/// A table that allows so many units a second, and entries that take the units which they are.
struct Table {
    buffer: Buffer<u32, (), ()>,
    began: Instant,
    now: Instant,
    tokens: f64,
    filled_at: Instant,
    accepted: Vec<u32>,
    throttled: usize,
}

impl Table {
    fn new() -> Self {
        let limits = LimitPolicy::new(10, 1_000, 100).unwrap();
        let settings = Settings::new().in_flight(4..=4).delivery_deadline(Duration::from_secs(600));
        let now = Instant::now();
        Self {
            buffer: Buffer::new(&settings, limits).unwrap(),
            began: now,
            now,
            tokens: 0.0,
            filled_at: now,
            accepted: Vec::new(),
            throttled: 0,
        }
    }

    fn put(&mut self, entries: impl IntoIterator<Item = u32>) {
        for units in entries {
            put(&mut self.buffer, &Measure::of_bytes(1), units, (), self.now);
        }
    }

    /// Turns the crank for so long. The table allows this many units, depending on how many seconds have passed.
    fn run(&mut self, seconds: u64, allows: impl Fn(f64) -> f64) {
        let end = self.now + Duration::from_secs(seconds);
        let mut in_flight: VecDeque<(Instant, Batch<u32>)> = VecDeque::new();
        while self.now < end {
            match self.buffer.poll(self.now) {
                Output::Drop(_) | Output::Resolve(_) => {}
                Output::Send(batch) => in_flight.push_back((self.now + LATENCY, batch)),
                Output::Sort(mut batch) => {
                    batch.ask(|&units| Some(Quota::of("table").units(units)));
                    self.buffer.sorted(batch, self.now);
                }
                Output::Wait(wake) => {
                    let reply = in_flight.front().map(|&(at, _)| at);
                    let next = wake.into_iter().chain(reply).min().unwrap_or(end);
                    assert!(next > self.now, "nothing happens, again and again");
                    self.now = next;
                    while let Some((_, batch)) = in_flight.pop_front_if(|&mut (at, _)| at <= self.now) {
                        self.reply(batch, &allows);
                    }
                }
            }
        }
        in_flight.into_iter().for_each(|(_, batch)| self.reply(batch, &allows));
    }

    fn reply(&mut self, mut batch: Batch<u32>, allows: impl Fn(f64) -> f64) {
        let allowed = allows((self.now - self.began).as_secs_f64());
        self.tokens = (self.tokens + allowed * (self.now - self.filled_at).as_secs_f64()).min(allowed);
        self.filled_at = self.now;
        let verdicts: Vec<_> = batch.entries().iter().map(|&units| self.verdict(units)).collect();
        if verdicts.iter().any(|verdict| matches!(verdict, Verdict::Throttled(_))) {
            batch.ask(|&units| Some(Quota::of("table").units(units)));
        }
        self.buffer.complete(batch, Ok(Verdicts::Each(verdicts)), self.now, 0.5);
    }

    fn verdict(&mut self, units: u32) -> Verdict<()> {
        if self.tokens < f64::from(units) {
            self.throttled += 1;
            return Verdict::Throttled(Failure::new("ThrottlingException"));
        }
        self.tokens -= f64::from(units);
        self.accepted.push(units);
        Verdict::Accepted(())
    }
}

/// What becomes of entries with so many units each in a minute, of which a table allows twenty a second.
fn minute(units: u32, allows: impl Fn(f64) -> f64) -> Table {
    let mut table = Table::new();
    table.put(std::iter::repeat_n(units, 2_000));
    table.run(60, |second| allows(second) * f64::from(units));
    table
}

#[test]
fn entries_that_take_many_units_are_paced_like_those_that_take_one() {
    let single = minute(1, |_| 20.0);
    assert!(single.accepted.len() >= 1_000, "{}", single.accepted.len());
    for units in [2, 400, 1_000_000, u32::MAX] {
        let many = minute(units, |_| 20.0);
        let [most, least] = [1.02, 0.98].map(|part| part * single.accepted.len() as f64);
        let accepted = many.accepted.len() as f64;
        assert!((least..=most).contains(&accepted), "{accepted} with {units} units, else {most}");
        let expected = single.throttled as f64;
        assert!(many.throttled as f64 <= 1.2 * expected, "{} with {units} units", many.throttled);
    }
}

#[test]
fn a_quota_that_throttled_everything_for_seconds_recovers_whatever_its_entries_take() {
    for units in [1, 400, u32::MAX] {
        let table = minute(units, |second| if second < 3.0 { 0.0 } else { 20.0 });
        assert!(table.accepted.len() >= 900, "{} with {units} units each", table.accepted.len());
        assert!(table.throttled <= 200, "{} throttled with {units} units each", table.throttled);
    }
}

#[test]
fn a_quota_whose_entries_become_large_is_still_probed() {
    let mut table = Table::new();
    table.put(std::iter::repeat_n(1, 100));
    table.run(10, |_| 5.0);
    table.put(std::iter::repeat_n(400, 100));
    table.run(110, |_| 800.0);
    let large = table.accepted.iter().filter(|&&units| units == 400).count();
    assert!(large >= 90, "{large} of 100");
}

#[test]
fn an_entry_that_never_fits_costs_the_others_of_its_quota_little() {
    let mut table = Table::new();
    table.put(std::iter::repeat_n(1, 300).chain([u32::MAX]).chain(std::iter::repeat_n(1, 1_500)));
    table.run(100, |_| 20.0);
    assert!(table.accepted.len() >= 1_700, "{} of 1,800", table.accepted.len());
    assert!(table.throttled <= 300, "{} throttled", table.throttled);
}
