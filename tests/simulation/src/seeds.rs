//! Many seeds, on all processors, and what is said about them.

use std::cell::{Cell, RefCell};
use std::panic;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use batch_core::Stats;

use crate::arguments::Arguments;
use crate::stage::Outcome;
use crate::watchdog::Watchdog;

/// What can be simulated.
pub struct Subject {
    /// What it is called.
    pub name: &'static str,
    /// What replays a seed of it, but for the seed.
    pub command: &'static str,
    /// Runs a seed; keeps lines if told to.
    pub play: fn(seed: u64, keeps_lines: bool) -> Outcome,
}

/// One seed in so many is run twice, to see that both runs are equal.
const TWICE: u64 = 16;

/// Runs these seeds and prints what came of it; whether no law was broken.
#[must_use]
pub fn run(subject: &Subject, arguments: Arguments) -> bool {
    panic::set_hook(Box::new(remember_panic));
    let sums = Sums::default();
    let next = AtomicU64::new(arguments.first_seed);
    let end = arguments.first_seed.saturating_add(arguments.seeds);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let begun = now();
    let watchdog = Watchdog::new(subject);
    std::thread::scope(|scope| {
        let (at_work, all_done) = mpsc::channel();
        let (watchdog, next, sums) = (&watchdog, &next, &sums);
        scope.spawn(move || watchdog.watch(&all_done));
        for _ in 0..threads.min(usize::try_from(arguments.seeds).unwrap_or(threads)) {
            let at_work = at_work.clone();
            scope.spawn(move || {
                let _at_work = at_work;
                while !sums.has_failed.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        break;
                    }
                    sums.add(watchdog.guard(seed, || check(subject, seed, arguments.lines)));
                }
            });
        }
    });
    sums.report(subject, now() - begun)
}

/// One seed; where it fails, once more with lines.
fn check(subject: &Subject, seed: u64, shown: u64) -> Outcome {
    let outcome = caught(subject, seed, false);
    let is_repeated = outcome.violation.is_none() && seed.is_multiple_of(TWICE);
    let differs = is_repeated && caught(subject, seed, false).digest != outcome.digest;
    if outcome.violation.is_none() && !differs {
        return outcome;
    }
    let mut again = caught(subject, seed, true);
    let complaint = match (&outcome.violation, &again.violation) {
        (Some(first), Some(second)) if first == second => first.clone(),
        (None, None) => "law 12: two runs of this seed differ".to_owned(),
        (first, second) => format!("law 12: {first:?}, and when run again {second:?}"),
    };
    let hidden = again.lines.len().saturating_sub(usize::try_from(shown).unwrap_or(usize::MAX));
    show(subject, seed, &complaint, &again.lines[hidden..]);
    again.violation = Some(complaint);
    again
}

/// A panic of the simulation itself is a failure too.
fn caught(subject: &Subject, seed: u64, keeps_lines: bool) -> Outcome {
    PLAYING.set((subject.command, seed));
    let play = || (subject.play)(seed, keeps_lines);
    panic::catch_unwind(play).unwrap_or_else(|_| Outcome {
        violation: Some(format!("a panic: {}", LAST_PANIC.take())),
        digest: 0,
        lines: Vec::new(),
        figures: Stats::default(),
        scopes: 0,
        lasted: Duration::ZERO,
    })
}

fn show(subject: &Subject, seed: u64, complaint: &str, lines: &[String]) {
    eprintln!("\n{}, seed {seed}: {complaint}", subject.name);
    if complaint.contains("panic") {
        eprintln!("the last panic: {}", LAST_PANIC.take());
    }
    for line in lines {
        eprintln!("  {line}");
    }
    eprintln!("\nto replay it:\n\n    {} --first-seed {seed} --seeds 1\n", subject.command);
}

/// What all runs brought together.
#[derive(Default)]
struct Sums {
    has_failed: AtomicBool,
    total: Mutex<Total>,
}

#[derive(Default)]
struct Total {
    runs: u64,
    figures: Stats,
    scopes: u64,
    lasted: Duration,
}

impl Sums {
    fn add(&self, outcome: Outcome) {
        if outcome.violation.is_some() {
            self.has_failed.store(true, Ordering::Relaxed);
        }
        let mut total = self.total.lock().unwrap_or_else(PoisonError::into_inner);
        total.runs += 1;
        total.scopes += outcome.scopes;
        total.lasted += outcome.lasted;
        let sums = &mut total.figures;
        let more = outcome.figures;
        sums.accepted += more.accepted;
        sums.delivered += more.delivered;
        sums.handed_back += more.handed_back;
        sums.discarded += more.discarded;
        sums.superseded += more.superseded;
        sums.merged += more.merged;
        sums.ambiguous += more.ambiguous;
        sums.late += more.late;
        sums.requests += more.requests;
        sums.entries_sent += more.entries_sent;
    }

    fn report(&self, subject: &Subject, took: Duration) -> bool {
        let total = self.total.lock().unwrap_or_else(PoisonError::into_inner);
        let Stats {
            accepted, delivered, handed_back, discarded, superseded, merged, ambiguous, late, ..
        } = total.figures;
        let Stats { requests, entries_sent, .. } = total.figures;
        let scopes = total.scopes;
        let has_failed = self.has_failed.load(Ordering::Relaxed);
        println!(
            "{}: {} schedules in {:.1} s, {:.0} a second: {accepted} entries ({delivered} delivered, {superseded} \
             superseded, {merged} merged, {handed_back} handed back, {discarded} of them discarded, {ambiguous} \
             ambiguous, {late} withdrawn in flight), {scopes} scopes, {entries_sent} entries sent in {requests} requests, {:.0} days; {}",
            subject.name,
            total.runs,
            took.as_secs_f64(),
            total.runs as f64 / took.as_secs_f64().max(1e-9),
            total.lasted.as_secs_f64() / 86_400.0,
            if has_failed { "A LAW IS BROKEN" } else { "every law holds" },
        );
        !has_failed
    }
}

thread_local! {
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
    static PLAYING: Cell<(&'static str, u64)> = const { Cell::new(("", 0)) };
}

/// Scripted panics are part of a run; others are shown with it, or at once where they end the process.
fn remember_panic(info: &panic::PanicHookInfo<'_>) {
    let earlier = LAST_PANIC.replace(info.to_string());
    if info.payload_as_str().is_some_and(|words| words.starts_with("panic in a ")) {
        let (replay, seed) = PLAYING.get();
        eprintln!("\n{earlier}\n{info}\n\nto replay it:\n\n    {replay} --first-seed {seed} --seeds 1\n");
    }
}

#[expect(clippy::disallowed_methods, reason = "a tool measures real time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subject").field("name", &self.name).finish_non_exhaustive()
    }
}
