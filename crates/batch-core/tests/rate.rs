//! A rate by choice is a ceiling: for what is sent over any second, in simulated time.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may fail loudly and read the clock"
)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use batch_core::{
    Batch, Buffer, Class, ConfigError, Failure, Invalid, LimitPolicy, Measure, Output, Quota, Rate, Refusal,
    Reply, Service, Settings, Verdict, Verdicts, Writer,
};
use proptest::prelude::*;
use tokio::time::Instant;

/// Remembers when which load was sent. Entries are their sizes, and take a unit for each 100 bytes; some requests fail,
/// are refused or are throttled.
#[derive(Clone, Default)]
struct Recorder {
    sent: Arc<Mutex<Vec<Sent>>>,
    is_faulty: bool,
    has_quotas: bool,
}

#[derive(Clone, Copy, Debug)]
struct Sent {
    at: Instant,
    entries: usize,
    bytes: usize,
    units: usize,
}

#[async_trait::async_trait]
impl Service for Recorder {
    type Entry = usize;
    type Response = ();

    fn name(&self) -> &'static str {
        "recorder"
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(10, 10_000, 10_000)
    }

    fn measure<'a>(&self, entry: &'a usize) -> Result<Measure<'a>, Invalid> {
        Ok(Measure::of_bytes(*entry))
    }

    fn quota(&self, entry: &usize) -> Option<Quota> {
        self.has_quotas.then(|| Quota::of(entry % 2).units((entry / 100) as u32))
    }

    async fn send(&self, batch: &Batch<usize>) -> Reply<()> {
        let load = batch.load();
        let number = {
            let mut sent = self.sent.lock().unwrap();
            let units = batch.entries().iter().map(|size| size / 100).sum();
            sent.push(Sent { at: Instant::now(), entries: load.entries, bytes: load.bytes, units });
            sent.len()
        };
        tokio::time::sleep(Duration::from_millis(7)).await;
        let entries = batch.entries();
        match number % 7 {
            3 if self.is_faulty => Err(Refusal::new(Class::Split, Failure::new("Whim"))),
            5 if self.is_faulty => Err(Refusal::new(Class::Retry, Failure::new("Busy"))),
            6 if self.is_faulty => {
                Ok(Verdicts::Each(vec![Verdict::Throttled(Failure::new("SlowDown")); entries.len()]))
            }
            _ => Ok(Verdicts::Each(vec![Verdict::Accepted(()); entries.len()])),
        }
    }
}

/// What was sent of entries of these sizes, in turn, for so long.
async fn sent(rate: Rate, sizes: &[usize], is_faulty: bool, seconds: u64) -> Vec<Sent> {
    let service = Recorder { is_faulty, has_quotas: true, ..Recorder::default() };
    sent_to(service, rate, sizes, seconds).await
}

async fn sent_to(service: Recorder, rate: Rate, sizes: &[usize], seconds: u64) -> Vec<Sent> {
    let settings = Settings::new().rate(rate).max_entries(500);
    let writer = Writer::builder(service.clone()).settings(settings).seed(1).build().unwrap();
    let submit = async {
        for &size in sizes.iter().cycle() {
            writer.submit(size).await.unwrap();
        }
    };
    let _ = tokio::time::timeout(Duration::from_secs(seconds), submit).await;
    service.sent.lock().unwrap().clone()
}

/// The most that was sent within any second.
fn most(sent: &[(Instant, usize)]) -> usize {
    let within = |&(begin, _): &(Instant, usize)| {
        let second = sent.iter().filter(|(at, _)| (begin..begin + Duration::from_secs(1)).contains(at));
        second.map(|&(_, amount)| amount).sum()
    };
    sent.iter().map(within).max().unwrap_or(0)
}

/// When how much of this was sent.
fn amounts(sent: &[Sent], of: impl Fn(&Sent) -> usize) -> Vec<(Instant, usize)> {
    sent.iter().map(|sent| (sent.at, of(sent))).collect()
}

#[tokio::test(start_paused = true)]
async fn a_rate_of_entries_is_used_and_never_exceeded_over_any_second() {
    for per_second in [1, 7, 50, 500] {
        for is_faulty in [false, true] {
            let sent = sent(Rate::entries(per_second), &[100, 101], is_faulty, 20).await;
            let sent = amounts(&sent, |sent| sent.entries);
            assert!(most(&sent) <= per_second, "{per_second}: {}", most(&sent));
            let all: usize = sent.iter().map(|&(_, entries)| entries).sum();
            assert!(is_faulty || all >= 19 * per_second, "{per_second}: {all} in 20 seconds");
            let requests = 20 * (per_second / 10).clamp(1, 10) + per_second * 20 / 10;
            assert!(is_faulty || sent.len() <= requests + 20, "{per_second}: {} requests", sent.len());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_rate_of_bytes_is_never_exceeded_by_what_is_smaller_and_paid_off_by_what_is_larger() {
    let sent_of = |sizes: &'static [usize]| sent(Rate::bytes(1_000), sizes, false, 60);
    let small = amounts(&sent_of(&[90, 400]).await, |sent| sent.bytes);
    assert!(most(&small) <= 1_000, "{}", most(&small));
    let all: usize = small.iter().map(|&(_, bytes)| bytes).sum();
    assert!(all >= 48_000, "{all} bytes in a minute");
    let large = sent_of(&[90, 3_500]).await;
    let mut all = 0;
    for (n, &Sent { at, entries, bytes, .. }) in large.iter().enumerate() {
        assert!(bytes <= 1_000 || entries == 1, "{entries} of {bytes} bytes");
        all += bytes;
        let next = large.get(n + 1).map(|next| next.at - at);
        assert!(bytes <= 1_000 || next.is_none_or(|next| next >= Duration::from_millis(3_500)), "{next:?}");
    }
    assert!((50_000..=64_000).contains(&all), "{all} bytes in a minute");
}

#[tokio::test(start_paused = true)]
async fn a_rate_of_units_counts_those_of_the_quotas() {
    for per_second in [4, 25, 500] {
        for is_faulty in [false, true] {
            let sent = sent(Rate::units(per_second), &[100, 300, 200], is_faulty, 20).await;
            let units = amounts(&sent, |sent| sent.units);
            assert!(most(&units) <= per_second, "{per_second}: {}", most(&units));
            let all: usize = units.iter().map(|&(_, units)| units).sum();
            assert!(is_faulty || 10 * all >= 7 * 20 * per_second, "{per_second}: {all} in 20 seconds");
        }
    }
    // Where no quota is known, an entry is a unit.
    let sent = sent_to(Recorder::default(), Rate::units(50), &[100, 300], 20).await;
    let entries = amounts(&sent, |sent| sent.entries);
    let all: usize = entries.iter().map(|&(_, entries)| entries).sum();
    assert!(most(&entries) <= 50 && all >= 19 * 50, "{all} in 20 seconds");
    assert!(sent.len() <= 20 * 10 + 20, "in {} requests", sent.len());
}

#[tokio::test(start_paused = true)]
async fn an_entry_with_more_units_than_the_rate_goes_alone_and_is_paid_off() {
    let sent = sent(Rate::units(5), &[100, 1_200, 100], false, 60).await;
    let mut all = 0;
    for (n, &Sent { at, entries, units, .. }) in sent.iter().enumerate() {
        assert!(units <= 5 || entries == 1, "{entries} of {units} units");
        all += units;
        let next = sent.get(n + 1).map(|next| next.at - at);
        assert!(units <= 5 || next.is_none_or(|next| next >= Duration::from_millis(2_400)), "{next:?}");
    }
    assert!((200..=312).contains(&all), "{all} units in a minute");
}

/// What happens to requests of a buffer next, and when: one begins, or one that began is answered.
#[derive(Default)]
struct Threads {
    late: Vec<(Instant, Batch<usize>)>,
    begun: Vec<(Instant, Batch<usize>)>,
}

impl Threads {
    fn next(&self) -> Option<Instant> {
        self.late.iter().chain(&self.begun).map(|&(at, _)| at).min()
    }

    /// What is due of those.
    fn due(batches: &mut Vec<(Instant, Batch<usize>)>, now: Instant) -> Vec<Batch<usize>> {
        batches.extract_if(.., |&mut (at, _)| at <= now).map(|(_, batch)| batch).collect()
    }
}

/// What a buffer full of entries sends in ten seconds, whose requests begin as many milliseconds late, in turn. Each
/// entry takes as many units as it is.
fn sent_late(rate: Rate, late: &[u64], entries: &[usize]) -> Vec<(Instant, usize)> {
    let limits = LimitPolicy::new(10, 10_000, 100).unwrap();
    let mut buffer: Buffer<usize, (), ()> = Buffer::new(&Settings::new().rate(rate), limits).unwrap();
    let mut now = Instant::now();
    let end = now + Duration::from_secs(10);
    for &units in entries.iter().cycle().take(2_000) {
        let admission = buffer.admit(&Measure::of_bytes(1)).unwrap();
        let grant = buffer.try_grant(admission.charge()).unwrap();
        buffer.place(grant, admission).unwrap().put(units, (), now.into_std());
    }
    let (mut threads, mut sent) = (Threads::default(), Vec::new());
    let mut late = late.iter().cycle();
    let mut wake = Some(now);
    while now < end {
        for batch in Threads::due(&mut threads.begun, now) {
            let verdicts = vec![Verdict::Accepted(()); batch.entries().len()];
            buffer.complete(batch, Ok(Verdicts::Each(verdicts)), now.into_std(), 0.5);
            wake = Some(now);
        }
        for batch in Threads::due(&mut threads.late, now) {
            sent.push((now, batch.entries().iter().sum()));
            if buffer.begins(&batch, now.into_std()) {
                wake = Some(now);
            }
            threads.begun.push((now + Duration::from_millis(5), batch));
        }
        // Only when there is something to be done: the buffer says when.
        while wake.is_some_and(|at| at <= now) {
            match buffer.poll(now.into_std()) {
                Output::Drop(_) | Output::Resolve(_) => {}
                Output::Send(batch) => {
                    let late = Duration::from_millis(*late.next().unwrap());
                    threads.late.push((now + late, batch));
                }
                Output::Sort(mut batch) => {
                    batch.ask(|&units| Some(Quota::of("all").units(units as u32)));
                    buffer.sorted(batch, now.into_std());
                }
                Output::Wait(next) => {
                    wake = next.map(Instant::from_std);
                    assert!(wake.is_none_or(|at| at > now), "nothing happens, again and again");
                }
            }
            if threads.late.iter().any(|&(at, _)| at <= now) {
                break;
            }
        }
        let next = wake.into_iter().chain(threads.next()).min().expect("entries wait for something");
        now = next.max(now);
    }
    sent
}

proptest! {
    #[test]
    fn a_rate_holds_over_any_second_however_late_requests_begin(
        per_second in 4usize..60,
        is_of_units in any::<bool>(),
        late in prop::collection::vec(prop_oneof![2 => 0u64..3, 1 => 0u64..1_500], 1..40),
    ) {
        let (rate, entries) = match is_of_units {
            true => (Rate::units(per_second), [1, 3, 2]),
            false => (Rate::entries(per_second), [1, 1, 1]),
        };
        let sent = sent_late(rate, &late, &entries);
        prop_assert!(most(&sent) <= per_second, "{} of {per_second}", most(&sent));
        let all: usize = sent.iter().map(|&(_, amount)| amount).sum();
        let is_punctual = late.iter().all(|&late| late < 3);
        // Entries go whole: of each second, one unit less than the next entry takes may be left.
        let usable = per_second + 1 - entries.iter().max().unwrap();
        prop_assert!(!is_punctual || all >= 8 * usable, "{all} in ten seconds");
        prop_assert!(all > 2 * per_second, "{all} in ten seconds");
    }
}

#[test]
fn a_rate_of_nothing_is_refused() {
    let error = Writer::builder(Recorder::default()).settings(Settings::new().rate(Rate::bytes(0))).build();
    assert!(error.unwrap_err().to_string().contains("Settings::rate"));
}
