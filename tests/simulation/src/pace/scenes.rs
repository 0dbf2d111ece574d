//! A full part of a service beside others that are not: what it costs, and whom.

use std::future::pending;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use batch_core::{Settings, Writer};
use batchwright_simulation::Dice;
use tokio::time::timeout;

use crate::case::percent;
use crate::clock::{now, sleep};
use crate::each;
use crate::limited::{Entry, Limited, State};
use crate::meter::{Kind, Meter};
use crate::record::Record;

/// Entries for the first part, all at once or for as long as the scene takes; and others for the other parts.
#[derive(Clone, Copy, Debug)]
struct Scene {
    name: &'static str,
    /// What each part accepts in a second.
    limit: f64,
    parts: usize,
    /// The most entries of a request.
    entries: usize,
    /// For the first part.
    load: Load,
    /// Whether each entry has a lane of its own.
    has_keys: bool,
    /// For all other parts together, in a second.
    others: u64,
    /// How many entries a request carries at least, on average.
    full: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Load {
    /// So many at once.
    Burst(usize),
    None,
    /// For so many seconds, so many are inside all the time.
    Steady(u64, usize),
}

#[derive(Clone, Debug)]
struct Outcome {
    /// How long the entries of the first part took, divided by the shortest possible time.
    time: f64,
    /// How often an entry of the first part was sent.
    sends: f64,
    /// Of the entries of the other parts.
    p99: Duration,
    /// Entries of a request.
    full: f64,
    handed_back: u64,
}

const MOST_TIME: f64 = 1.1;
const MOST_SENDS: f64 = 1.2;
/// A full part may make the others wait so much longer.
const MOST_DISTURBED: f64 = 1.1;
const LATENCY: Duration = Duration::from_millis(20);

fn scenes() -> Vec<Scene> {
    let shard = Scene {
        name: "6,000 records, a shard of 1,000/s",
        limit: 1_000.0,
        parts: 4,
        entries: 500,
        load: Load::Burst(6_000),
        has_keys: false,
        others: 1_200,
        full: 20.0,
    };
    let table = Scene {
        name: "1,500 rows, 25 units/s",
        limit: 25.0,
        parts: 1,
        entries: 25,
        load: Load::Burst(1_500),
        has_keys: true,
        others: 0,
        // It was one. A burst of a whole second takes all that the table's bucket holds, and is throttled in part.
        full: 6.0,
    };
    let hot = Scene { name: "hot shard of four, 1,000/s each", load: Load::Steady(30, 5_000), ..shard };
    let keyed = |scene: Scene, name| Scene { name, has_keys: true, ..scene };
    vec![
        shard,
        keyed(shard, "the same, a key for each record"),
        hot,
        keyed(hot, "the same, a key for each record"),
        table,
    ]
}

/// Prints a row for each scene whose name contains this; what is wrong with them.
pub(crate) fn run(only: &str) -> Vec<String> {
    let scenes: Vec<_> = scenes().into_iter().filter(|scene| scene.name.contains(only)).collect();
    let runs = |scene: &Scene| (play(*scene), play(Scene { load: Load::None, ..*scene }).p99);
    let outcomes = each(&scenes, runs, |_, _| {});
    let mut complaints = Vec::new();
    println!("\n{:<34} time ÷ best  sends  a request  p99 of others  undisturbed  handed back", "");
    for (scene, (outcome, alone)) in scenes.iter().zip(outcomes) {
        let Outcome { time, sends, p99, full, handed_back } = outcome;
        println!(
            "{:<34} {time:>11.2} {sends:>6.2} {full:>10.1} {:>11} ms {:>9} ms {handed_back:>12}",
            scene.name,
            p99.as_millis(),
            alone.as_millis()
        );
        let mut complain = |wrong: String| complaints.push(format!("{}: {wrong}", scene.name));
        if time > MOST_TIME {
            complain(format!("it takes {} of the shortest time", percent(time)));
        }
        if sends > MOST_SENDS {
            complain(format!("each entry is sent {sends:.2} times"));
        }
        if p99 > alone.mul_f64(MOST_DISTURBED) {
            complain(format!("others wait {p99:?}, else {alone:?}"));
        }
        if full < scene.full {
            complain(format!("a request carries {full:.1} entries, fewer than {}", scene.full));
        }
        if handed_back > 0 {
            complain(format!("{handed_back} entries are handed back"));
        }
    }
    complaints
}

fn play(scene: Scene) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime needs nothing").block_on(perform(scene))
}

async fn perform(scene: Scene) -> Outcome {
    let mut dice = Dice::of(1, scene.name);
    let state = State {
        meters: (0..scene.parts).map(|_| Meter::new(Kind::Bucket, scene.limit, true)).collect(),
        record: Record::new(scene.parts, scene.parts),
        dice: dice.fork(),
    };
    let state = Arc::new(Mutex::new(state));
    let service = Limited {
        state: Arc::clone(&state),
        writer: 0,
        latency: LATENCY,
        entries: scene.entries,
        is_single: true,
    };
    // As a writer to a stream begins, whose requests of 500 records are worth half a second of a shard.
    let first = if scene.entries > 100 { 1 } else { 8 };
    let settings = Settings::new().delivery_deadline(Duration::from_secs(600)).in_flight(first..=64);
    let writer = Writer::builder(service).settings(settings).seed(1).build().expect("these are valid");
    let began = now();
    let hammered = Mutex::new((0, Duration::ZERO));
    let seconds = match scene.load {
        Load::Steady(seconds, _) => seconds,
        Load::Burst(_) | Load::None => 20,
    };
    let load = async {
        let (submitted, _) = hammer(&scene, &writer, &state).await;
        *hammered.lock().unwrap_or_else(PoisonError::into_inner) = (submitted, now() - began);
    };
    let others = async { timeout(Duration::from_secs(seconds), go_on(&scene, &writer)).await };
    let _ = tokio::join!(load, others);
    let taken = hammered.lock().unwrap_or_else(PoisonError::into_inner).1;
    let _late = writer.flush().await;
    let state = state.lock().unwrap_or_else(PoisonError::into_inner);
    let record = &state.record;
    let accepted: usize = record.waits.iter().map(Vec::len).sum();
    let throttled: u64 = record.steps.iter().map(|step| step.throttled).sum();
    let first = record.waits[0].len() as f64;
    Outcome {
        time: taken.as_secs_f64() * scene.limit / (first - scene.limit).max(1.0),
        sends: (first + throttled as f64) / first.max(1.0),
        p99: record.p99(1..scene.parts),
        full: accepted as f64 / record.requests as f64,
        handed_back: writer.stats().handed_back,
    }
}

/// Submits for the first part and waits until all of it is accepted; how many.
async fn hammer(scene: &Scene, writer: &Writer<Limited>, state: &Mutex<State>) -> (usize, usize) {
    let taken = || state.lock().unwrap_or_else(PoisonError::into_inner).record.waits[0].len();
    let (wanted, until) = match scene.load {
        Load::Burst(entries) => (entries, now()),
        Load::None => return (0, 0),
        Load::Steady(seconds, entries) => (entries, now() + Duration::from_secs(seconds)),
    };
    let mut submitted = 0;
    loop {
        let goal = wanted + if now() < until { taken() } else { 0 };
        while submitted < goal {
            submit(scene, writer, 0, submitted).await;
            submitted += 1;
        }
        if now() >= until && taken() >= submitted {
            return (submitted, taken());
        }
        sleep(Duration::from_millis(10)).await;
    }
}

/// Submits for the other parts.
async fn go_on(scene: &Scene, writer: &Writer<Limited>) {
    if scene.others == 0 {
        return pending().await;
    }
    for n in 0.. {
        submit(scene, writer, 1 + n % (scene.parts - 1), n).await;
        if n % 10 == 9 {
            sleep(Duration::from_millis(10_000 / scene.others)).await;
        }
    }
}

async fn submit(scene: &Scene, writer: &Writer<Limited>, part: usize, n: usize) {
    let key = scene.has_keys.then_some((n * scene.parts + part) as u64);
    let entry = Entry { part, key, submitted: now() };
    writer.submit(entry).await.expect("the writer is open");
}
