//! One run of a case: writers that always have more to send.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use batch_core::{Settings, Writer};
use batchwright_simulation::Dice;

use crate::case::{Case, Change, Figures};
use crate::clock::{now, sleep};
use crate::limited::{Entry, Limited, State};
use crate::meter::Meter;
use crate::record::{Record, STEPS};

/// A full writer, of 10,000 entries by default, is worth so many seconds at an equal share of the limit. The delivery
/// deadline of two minutes passes where the share is a third of that.
const SECONDS_INSIDE: f64 = 40.0;
const MOST_INSIDE: f64 = 10_000.0;
/// The most requests in flight by default.
const MOST_IN_FLIGHT: f64 = 64.0;
const ZERO: Duration = Duration::from_secs(60);

/// When things happen, in seconds.
#[derive(Clone, Copy, Debug)]
struct Times {
    late: f64,
    change: f64,
    measured: f64,
}

impl Times {
    fn of(case: &Case) -> Self {
        let longest = case.limit.max(case.limit_in_the_end());
        // A busy second takes long to run, and shows as much as a minute where little happens. But a share that chance moved
        // takes half a minute to come back.
        let (late, alone, requests, most) =
            if case.writers > 1 { (15.0, 30.0, 120_000.0, 120.0) } else { (0.0, 15.0, 12_000.0, 60.0) };
        Self { late, change: late + alone, measured: f64::clamp(requests / longest, 20.0, most) }
    }
}

/// What comes of a case with this seed, and what the service saw.
pub(crate) fn run(case: Case, seed: u64) -> (Figures, Record) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime needs nothing").block_on(play(case, seed))
}

async fn play(case: Case, seed: u64) -> (Figures, Record) {
    let mut dice = Dice::of(seed, "pace");
    let times = Times::of(&case);
    let state = State {
        meters: vec![Meter::new(case.kind, case.limit, case.is_single)],
        record: Record::new(case.writers, 1),
        dice: dice.fork(),
    };
    let state = Arc::new(Mutex::new(state));
    let writers = start(&case, &state, &mut dice, times.late);
    sleep(Duration::from_secs_f64(times.change)).await;
    let changed = change(&case, &state).await;
    let settles = if case.change == Change::None { 0.0 } else { case.settles() };
    sleep(Duration::from_secs_f64(settles)).await;
    let steps = |seconds: f64| (seconds * STEPS as f64).round() as usize;
    let from = changed.map_or(0.0, |changed| changed);
    let begin = steps(changed.unwrap_or(times.change) + settles);
    sleep(Duration::from_secs_f64(times.measured)).await;
    let record = lock(&state).record.clone();
    let limit = case.limit_in_the_end();
    let sum = record.sum(begin, begin + steps(times.measured));
    let all = sum.all() as f64;
    let least = sum.accepted.iter().copied().min().unwrap_or(0) as f64;
    let figures = Figures {
        found: record.reaches(0.95 * limit, steps(from), steps((40.0 / limit).max(2.0))),
        used: all / (limit * times.measured),
        throttled: sum.throttled as f64 / (all + sum.throttled as f64),
        fairness: least * case.writers as f64 / all,
        least: least * case.writers as f64 / all,
        handed_back: writers.iter().map(|writer| writer.stats().handed_back).sum(),
    };
    (figures, record)
}

/// Starts the writers, the last one when the others have found the limit.
fn start(case: &Case, state: &Arc<Mutex<State>>, dice: &mut Dice, late: f64) -> Vec<Writer<Limited>> {
    let most = most_in_flight(case);
    let start = |writer| {
        let service = Limited {
            state: Arc::clone(state),
            writer,
            latency: Duration::from_millis(case.latency),
            entries: entries(case),
            is_single: case.is_single,
        };
        let settings = Settings::new().in_flight(8..=most as usize).max_entries(inside(case));
        let writer_of = Writer::builder(service).settings(settings).seed(dice.seed());
        let writer_of = writer_of.build().expect("these are valid settings");
        let after = match writer {
            0 => 0.0,
            last if last + 1 == case.writers => late,
            _ => dice.between(0, 500) as f64 / 1_000.0,
        };
        tokio::spawn(produce(writer_of.clone(), Duration::from_secs_f64(after)));
        writer_of
    };
    (0..case.writers).map(start).collect()
}

/// The most requests of one writer in flight: the default, unless all together could not use the limit with that.
fn most_in_flight(case: &Case) -> f64 {
    let needed = case.limit.max(case.limit_in_the_end()) * case.latency as f64 / 1_000.0;
    if needed <= MOST_IN_FLIGHT * case.writers as f64 { MOST_IN_FLIGHT } else { (2.0 * needed).ceil() }
}

/// The most entries inside: of single entries, what they are worth is not to be left to the size of a request.
fn inside(case: &Case) -> usize {
    let most = if case.is_single { SECONDS_INSIDE * case.limit / case.writers as f64 } else { MOST_INSIDE };
    (most as usize).clamp(entries(case), MOST_INSIDE as usize)
}

/// The most entries of a request.
fn entries(case: &Case) -> usize {
    match case.is_single {
        // What a writer sends in a quarter of a second, as 500 are of a stream of two shards.
        true => ((case.limit / 4.0) as usize).clamp(1, 500),
        false => (MOST_INSIDE * case.writers as f64 / case.limit / SECONDS_INSIDE).ceil() as usize,
    }
}

/// Changes the limit; the second at which it has its last value.
async fn change(case: &Case, state: &Mutex<State>) -> Option<f64> {
    let began = now();
    let at = Times::of(case).change;
    if case.change == Change::None {
        return None;
    }
    if case.change == Change::Zero {
        lock(state).meters[0].set(0.0);
        sleep(ZERO).await;
    }
    lock(state).meters[0].set(case.limit_in_the_end());
    Some(at + (now() - began).as_secs_f64())
}

async fn produce(writer: Writer<Limited>, start: Duration) {
    sleep(start).await;
    while writer.submit(Entry { part: 0, key: None, submitted: now() }).await.is_ok() {}
}

fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
