//! Numbers at the ends of their types: each combination of settings is refused by a clear error, or gives
//! a buffer that delivers. Nothing panics and nothing wraps.

use std::time::{Duration, Instant};

use batch_core::{
    Backoff, Buffer, Class, Failure, LimitPolicy, Linger, Load, Measure, OnAmbiguous, Order, Output, Refusal,
    Settings, Verdict, Verdicts,
};
use proptest::prelude::*;

type Numbers = Buffer<u32, (), u32>;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn extreme_limits_are_refused_or_kept(
        (entries, request, entry, overhead) in (number(), number(), number(), number()),
        (fewer, smaller) in (number(), number()),
    ) {
        let Ok(limits) = LimitPolicy::new(entries, request, entry) else {
            prop_assert!(entries == 0 || request == 0 || entry == 0);
            return Ok(());
        };
        let limits = limits.with_overhead_bytes(overhead).unwrap_or(limits);
        let limits = limits.lower_entries(fewer).unwrap_or(limits);
        let limits = limits.lower_request_bytes(smaller).unwrap_or(limits);
        prop_assert!(limits.entries() > 0 && limits.payload_bytes() > 0 && limits.payload_bytes() <= request);
        let _ = limits.check_entry(entry, smaller);
        let endless = Load { entries: usize::MAX, bytes: 0 }.with(1);
        prop_assert!(!limits.fits(endless) || limits.entries() == usize::MAX);
    }

    #[test]
    fn extreme_settings_are_refused_or_deliver(
        limits in limits(),
        settings in settings(),
        measures in prop::collection::vec(measure(), 1..12),
        jitter in jitter(),
    ) {
        match Numbers::new(&settings, limits) {
            Err(error) => {
                let shown = error.to_string();
                prop_assert!(shown.contains("Settings::"), "{shown}");
            }
            Ok(buffer) => deliver(buffer, &measures, jitter),
        }
    }

    #[test]
    fn an_extreme_backoff_waits_up_to_its_cap(base in time(), cap in time(), retry in any::<u32>(), jitter in jitter()) {
        let backoff = Backoff::new(base, cap);
        prop_assert!(backoff.delay(retry, jitter) <= backoff.ceiling(retry));
        prop_assert!(backoff.ceiling(retry) <= cap);
    }
}

/// Everything that has room goes in; the first request fails, and the rest is accepted.
fn deliver(mut buffer: Numbers, measures: &[Measure<'static>], jitter: f64) {
    let mut now = Instant::now();
    let (mut inside, mut answered, mut failures) = (0, 0, 1);
    for (n, measure) in (0..).zip(measures) {
        let Ok(admission) = buffer.admit(measure) else { continue };
        let Some(grant) = buffer.try_grant(admission.charge()) else { continue };
        let Ok(place) = buffer.place(grant, admission) else { continue };
        place.put(n, n, now);
        inside += 1;
    }
    for _ in 0..1_000 {
        match buffer.poll(now) {
            Output::Drop(_) => {}
            Output::Resolve(answers) => {
                for resolution in answers {
                    answered += 1;
                    if resolution.result.is_err() {
                        buffer.collected(resolution.charge);
                    }
                }
            }
            Output::Send(batch) if failures > 0 => {
                failures -= 1;
                buffer.complete(
                    batch,
                    Err(Refusal::new(Class::Ambiguous, Failure::new("Lost"))),
                    now,
                    jitter,
                );
            }
            Output::Send(batch) => {
                let verdicts = vec![Verdict::Accepted(()); batch.entries().len()];
                buffer.complete(batch, Ok(Verdicts::Each(verdicts)), now, jitter);
            }
            Output::Sort(_) => panic!("no quota is known"),
            Output::Wait(Some(wake)) => now = now.max(wake),
            Output::Wait(None) => break,
        }
    }
    assert_eq!((answered, buffer.stats().bytes), (inside, 0));
    assert!(buffer.is_empty());
}

fn number() -> impl Strategy<Value = usize> {
    const MAX: usize = usize::MAX;
    prop::sample::select(&[0, 1, 2, 511, 512, 1_000, MAX / 2, MAX - 512, MAX - 1, MAX][..])
}

/// The same, mostly such that something can be built with it.
fn some(usual: usize) -> impl Strategy<Value = usize> {
    prop_oneof![3 => Just(usual), 1 => Just(usize::MAX), 1 => number()].boxed()
}

fn time() -> impl Strategy<Value = Duration> {
    const SECOND: Duration = Duration::from_secs(1);
    const ENDS: [Duration; 6] = [
        Duration::ZERO,
        Duration::from_nanos(1),
        Duration::from_millis(1),
        SECOND,
        Duration::from_secs(u64::MAX),
        Duration::MAX,
    ];
    prop::sample::select(&ENDS[..])
}

fn jitter() -> impl Strategy<Value = f64> {
    prop_oneof![
        0.0..1.0,
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        Just(f64::MIN_POSITIVE)
    ]
}

fn limits() -> impl Strategy<Value = LimitPolicy> {
    (some(10), some(1_000), some(100), prop_oneof![Just(0), some(3)]).prop_filter_map(
        "they are refused",
        |limits| {
            let (entries, request, entry, overhead) = limits;
            LimitPolicy::new(entries, request, entry).ok()?.with_overhead_bytes(overhead).ok()
        },
    )
}

fn settings() -> impl Strategy<Value = Settings> {
    let sizes = (maybe(some(5)), maybe(some(500)), maybe(some(2_000)), maybe(some(usize::MAX)));
    let more = (maybe(some(3)), maybe(some(300)), maybe((some(1), some(8))));
    let times =
        (maybe(time()), maybe(time()), maybe((time(), time())), maybe((time(), time())), maybe(time()));
    let rules = (any::<bool>(), any::<bool>(), maybe(any::<u32>()), any::<bool>());
    (sizes, more, times, rules).prop_map(|(sizes, more, times, rules)| {
        let (timeout, deadline, linger, backoff, memory) = times;
        let (is_natural, is_strict, attempts, hands_back) = rules;
        let linger_of = |(idle, longest)| match is_natural {
            true => Linger::Natural { idle, longest },
            false => Linger::Fixed(longest),
        };
        let settings = Settings::new().remembered_for(memory);
        let settings = with(settings, sizes.0, Settings::max_batch_entries);
        let settings = with(settings, sizes.1, Settings::max_batch_bytes);
        let settings = with(settings, sizes.2, Settings::max_entries);
        let settings = with(settings, sizes.3, Settings::max_bytes);
        let settings = with(settings, more.0, Settings::threshold_entries);
        let settings = with(settings, more.1, Settings::threshold_bytes);
        let settings = with(settings, more.2, |settings, (start, max)| settings.in_flight(start..=max));
        let settings = with(settings, timeout, Settings::attempt_timeout);
        let settings = with(settings, deadline, Settings::delivery_deadline);
        let settings = with(settings, linger.map(linger_of), Settings::linger);
        let settings = with(settings, backoff.map(|(base, cap)| Backoff::new(base, cap)), Settings::backoff);
        let settings = with(settings, attempts, Settings::max_attempts);
        let settings = with(settings, is_strict.then_some(Order::Strict), Settings::order);
        with(settings, hands_back.then_some(OnAmbiguous::HandBack), Settings::on_ambiguous)
    })
}

fn with<V>(settings: Settings, value: Option<V>, set: impl FnOnce(Settings, V) -> Settings) -> Settings {
    match value {
        Some(value) => set(settings, value),
        None => settings,
    }
}

fn maybe<V: std::fmt::Debug>(value: impl Strategy<Value = V>) -> impl Strategy<Value = Option<V>> {
    prop::option::weighted(0.4, value)
}

fn measure() -> impl Strategy<Value = Measure<'static>> {
    (some(10), some(10), some(10), any::<bool>()).prop_map(
        |(entry_bytes, request_bytes, heap_bytes, has_lane)| {
            Measure::of_bytes(entry_bytes)
                .request_bytes(request_bytes)
                .heap_bytes(heap_bytes)
                .lane(has_lane.then(|| "lane".into()))
        },
    )
}
