//! Schedules: each is drawn from one seed, and the same seed draws the same again.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use shuttle::scheduler::{Schedule, Scheduler, Task, TaskId};
use shuttle::{Config, FailurePersistence, MaxSteps, Runner};

use crate::exchanged::panic::Scripted;
use crate::exchanged::{self, thread};
use crate::time;

/// What broke, and on which schedule.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The seed that draws the schedule again.
    pub seed: u64,
    /// Why it broke.
    pub why: String,
    /// What the stand-ins noticed on the way.
    pub notes: Vec<String>,
}

/// Runs a scenario once for each seed, up to the first that breaks it.
///
/// # Errors
///
/// The schedule that broke it.
pub fn check(seeds: Range<u64>, scenario: fn()) -> Result<(), Broken> {
    silence();
    let mut config = Config::new();
    config.failure_persistence = FailurePersistence::None;
    config.max_steps = MaxSteps::FailAfter(MOST_STEPS);
    config.stack_size = STACK_BYTES;
    config.silence_warnings = true;
    let runner = Runner::new(Drawn::new(seeds), config);
    let run = catch_unwind(AssertUnwindSafe(|| {
        runner.run(move || {
            time::start();
            scenario();
        })
    }));
    run.map(drop).map_err(|payload| Broken {
        seed: SEED.get(),
        why: WHY.take().unwrap_or_else(|| words(&*payload)),
        notes: NOTES.take(),
    })
}

/// Remembers what may explain why a schedule breaks.
pub(crate) fn note(words: String) {
    NOTES.with_borrow_mut(|notes| notes.push(words));
}

/// How a schedule chooses among the tasks that can go on.
#[derive(Clone, Copy, Debug)]
enum Manner {
    /// The most urgent one, by priorities that change a few times.
    Priorities,
    /// Mostly the one that goes on already.
    Sticky,
    /// Any, with equal chances.
    Uniform,
}

/// Draws schedules from seeds.
struct Drawn {
    seeds: Range<u64>,
    choices: Random,
    data: Random,
    manner: Manner,
    /// A timer goes off while other tasks can go on, on average once in this number of steps; never without it.
    hurry: Option<u64>,
    priorities: BTreeMap<usize, u64>,
}

impl Drawn {
    fn new(seeds: Range<u64>) -> Self {
        let (choices, data) = (Random::new(0), Random::new(0));
        Self { seeds, choices, data, manner: Manner::Uniform, hurry: None, priorities: BTreeMap::new() }
    }

    fn begin(&mut self, seed: u64) {
        SEED.set(seed);
        NOTES.take();
        WHY.take();
        thread::reset();
        time::reset();
        (self.choices, self.data) = (Random::new(2 * seed), Random::new(2 * seed + 1));
        self.manner = [Manner::Priorities, Manner::Sticky, Manner::Uniform][self.choices.below(3) as usize];
        self.hurry = [None, Some(256), Some(24)][self.choices.below(3) as usize];
        self.priorities.clear();
    }

    fn urgent(&mut self, tasks: &[usize], current: Option<usize>, is_yielding: bool) -> usize {
        if let Some(current) = current
            && (is_yielding || self.choices.below(64) == 0)
        {
            // Below every other: priorities only fall.
            let least = self.priorities.values().min().copied().unwrap_or(u64::MAX / 2);
            self.priorities.insert(current, least.saturating_sub(1));
        }
        for task in tasks {
            let priority = u64::MAX / 2 + self.choices.below(1 << 32);
            self.priorities.entry(*task).or_insert(priority);
        }
        *tasks.iter().max_by_key(|task| self.priorities[task]).expect("some task can go on")
    }

    fn choose(&mut self, tasks: &[usize], current: Option<usize>, is_yielding: bool) -> usize {
        match (self.manner, current) {
            (Manner::Priorities, _) => self.urgent(tasks, current, is_yielding),
            (Manner::Sticky, Some(current))
                if !is_yielding && tasks.contains(&current) && self.choices.below(8) > 0 =>
            {
                current
            }
            _ => tasks[self.choices.below(tasks.len() as u64) as usize],
        }
    }
}

impl Scheduler for Drawn {
    fn new_execution(&mut self) -> Option<Schedule> {
        let seed = self.seeds.next()?;
        self.begin(seed);
        Some(Schedule::new(seed))
    }

    fn next_task(&mut self, tasks: &[&Task], current: Option<TaskId>, is_yielding: bool) -> Option<TaskId> {
        let clock = time::task();
        let can_go_on = |task: &&&Task| Some(usize::from(task.id())) != clock;
        let others: Vec<_> = tasks.iter().filter(can_go_on).map(|task| usize::from(task.id())).collect();
        let time_passes = others.len() < tasks.len()
            && (others.is_empty() || self.hurry.is_some_and(|steps| self.choices.below(steps) == 0));
        let chosen = match clock {
            Some(clock) if time_passes => clock,
            _ => self.choose(&others, current.map(usize::from), is_yielding),
        };
        Some(chosen.into())
    }

    fn next_u64(&mut self) -> u64 {
        self.data.next()
    }
}

/// SplitMix64, after Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (2014).
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// Has panics booked instead of printed: scripted ones are no news, and the first other one is the finding.
fn silence() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Shuttle sets its own hook before its first execution, and never again.
        Runner::new(Drawn::new(0..1), Config::new()).run(|| {});
        std::panic::set_hook(Box::new(|panic| {
            thread::unwinding(1);
            if std::env::var_os("SHUTTLE_CAPTURE_BACKTRACE").is_some() {
                note(format!("{} by way of {}", words(panic.payload()), exchanged::sync::way()));
            }
            if panic.payload().is::<Scripted>() {
                return;
            }
            let ours = panic.location().filter(|place| !place.file().contains("shuttle-engine"));
            let place = ours.map(|place| format!(" ({})", exchanged::sync::shown(place))).unwrap_or_default();
            let why = format!("{}{place}", words(panic.payload()));
            WHY.with_borrow_mut(|first| {
                first.get_or_insert(why.clone());
            });
            if ENDS_THE_PROCESS.iter().any(|words| why.starts_with(words)) {
                println!("    BROKEN on seed {}: the process ends, for {why}", SEED.get());
            }
        }));
    });
}

fn words(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<Scripted>().map(|panic| panic.0)).map(str::to_owned);
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".to_owned())
}

/// How panics begin after which nothing more can be said.
const ENDS_THE_PROCESS: [&str; 2] =
    ["panic in a destructor during cleanup", "panic in a function that cannot unwind"];

/// Far more than any scenario takes that ends.
const MOST_STEPS: usize = 100_000;

const STACK_BYTES: usize = 1 << 19;

thread_local! {
    static SEED: Cell<u64> = const { Cell::new(0) };
    static WHY: RefCell<Option<String>> = const { RefCell::new(None) };
    static NOTES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}
