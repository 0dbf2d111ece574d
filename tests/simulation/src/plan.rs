//! What the seed decides before anything happens.

use std::time::Duration;

use batch_core::{Backoff, Duplicates, ENTRY_OVERHEAD_BYTES, LimitPolicy, Linger, OnAmbiguous, Order};

use crate::dice::Dice;
use crate::rules::Rules;

/// A run, but for the target and its storms.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The seed of everything.
    pub seed: u64,
    /// The settings of the writer.
    pub rules: Rules,
    pub(crate) entries: usize,
    pub(crate) submitters: usize,
    pub(crate) collectors: usize,
    /// How the submitters go about it, each way with its weight.
    pub(crate) ways: Vec<(u32, Way)>,
    /// What becomes of receipts.
    pub(crate) fates: Vec<(u32, Fate)>,
    pub(crate) gap: Gap,
    /// The probability that the clock jumps at a rest.
    pub(crate) jumps: f64,
    /// Whether the handler panics now and then.
    pub(crate) handler_panics: bool,
    /// The probability that a submitter begins a flush and keeps it without polling it.
    pub(crate) idle_flushes: f64,
    /// How many scopes the users share at a time.
    pub(crate) scopes: usize,
    /// The probability that an entry goes through one of them.
    pub(crate) scoped: f64,
    /// The probability that a submitter parts with one of them after an entry.
    pub(crate) partings: f64,
    pub(crate) ending: Ending,
    /// How it goes on after the runtime was dropped.
    pub(crate) restart: Option<Restart>,
}

/// The life of a writer in another runtime.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Restart {
    /// How long there is no runtime: longer than any backoff or gap, of which the checker does not know how much is left.
    pub(crate) gap: Duration,
    pub(crate) entries: usize,
    pub(crate) ending: Ending,
}

/// What a target allows.
#[derive(Clone, Copy, Debug)]
pub struct Allowed {
    /// The limits of the service.
    pub limits: LimitPolicy,
    /// The largest entry that the target makes, in bytes of heap.
    pub largest_entry: usize,
    /// The rules for duplicates to choose from.
    pub duplicates: &'static [Duplicates],
    /// How long the service remembers an entry, if it does.
    pub memory: Option<Duration>,
    /// How many entries a run has at least, mostly at most, and at most.
    pub entries: [usize; 3],
    /// About how many times an entry may be retried, which costs time.
    pub rounds: usize,
}

/// One way of submitting an entry.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Way {
    CancelSubmit,
    CancelSubmitTracked,
    DropPermit,
    PermitSubmit,
    PermitTrack,
    Submit,
    Track,
    TrySubmit,
    TryTrack,
}

/// What becomes of a receipt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fate {
    Await,
    AwaitBriefly,
    AwaitElsewhere,
    Drop,
    DropLater,
    Keep,
    LookAndKeep,
}

/// The pauses between two entries of a submitter.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Gap {
    Bursts { entries: usize, pause: Duration },
    None,
    Steady { most: usize },
}

/// How it all ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ending {
    /// The last handle is dropped while entries are inside.
    DropHandles,
    /// The runtime is dropped after so long.
    DropRuntime(Duration),
    /// All is flushed, then the handles are dropped.
    Flush,
    /// Somebody shuts down after so long, in the middle of everything.
    ShutdownAmid(Duration),
    ShutdownAtTheEnd,
    ShutdownBy(Duration),
}

impl Plan {
    /// The plan of this seed.
    #[must_use]
    pub fn draw(seed: u64, allowed: &Allowed) -> Self {
        let mut dice = Dice::of(seed, "plan");
        let entries = draw_entries(&mut dice, allowed.entries);
        Self {
            seed,
            rules: draw_rules(&mut dice, allowed, entries),
            entries,
            submitters: dice.magnitude(1, 8),
            collectors: dice.between(0, 3),
            ways: draw_ways(&mut dice),
            fates: draw_fates(&mut dice),
            gap: match dice.between(0, 2) {
                0 => Gap::None,
                1 => Gap::Steady { most: dice.magnitude(1, 2_000) },
                _ => Gap::Bursts { entries: dice.magnitude(2, 200), pause: dice.millis(1, 60_000) },
            },
            jumps: if dice.chance(0.3) { 0.02 } else { 0.0 },
            handler_panics: dice.chance(0.1),
            idle_flushes: dice.pick(&[0.0, 0.0, 0.05]),
            scopes: dice.pick(&[0, 0, 1, 2, 3, 5]),
            scoped: dice.pick(&[0.1, 0.5, 0.9, 1.0]),
            partings: dice.pick(&[0.003, 0.03, 0.3]),
            ending: draw_ending(&mut dice),
            restart: draw_restart(&mut dice, entries),
        }
    }
}

/// Many small runs and a few large ones.
fn draw_entries(dice: &mut Dice, [least, mostly, most]: [usize; 3]) -> usize {
    match dice.between(0, 99) {
        0 => dice.magnitude((most / 4).max(least), most),
        1..=8 => dice.magnitude((most / 16).max(least), (most / 3).max(mostly)),
        9..=29 => dice.magnitude(mostly, (most / 12).max(mostly)),
        _ => dice.magnitude(least, mostly),
    }
}

fn draw_rules(dice: &mut Dice, allowed: &Allowed, entries: usize) -> Rules {
    let mut limits = allowed.limits;
    if dice.chance(0.3) {
        let fewer = dice.magnitude(1, limits.entries());
        limits = limits.lower_entries(fewer).unwrap_or(limits);
    }
    let (delivery_deadline, backoff) = draw_patience(dice, allowed.rounds, entries);
    let start = dice.magnitude(1, 16);
    let largest = allowed.limits.entry_bytes().min(limits.payload_bytes()).max(allowed.largest_entry);
    let least_bytes = largest + ENTRY_OVERHEAD_BYTES;
    let rules = Rules {
        limits,
        ambiguous: if dice.chance(0.2) { OnAmbiguous::HandBack } else { OnAmbiguous::Retry },
        attempt_timeout: dice.millis(20, 10_000),
        backoff,
        delivery_deadline,
        duplicates: dice.pick(allowed.duplicates),
        in_flight: (start, start + dice.between(0, 48)),
        linger: draw_linger(dice),
        max_attempts: if dice.chance(0.5) { None } else { Some(dice.magnitude(1, 12) as u32) },
        memory: allowed.memory,
        max_bytes: dice.magnitude(least_bytes, 64 << 20),
        max_entries: dice.magnitude(1, 4_000),
        order: if dice.chance(0.4) { Order::Strict } else { Order::Relaxed },
        threshold_bytes: if dice.chance(0.7) {
            limits.payload_bytes()
        } else {
            dice.magnitude(1, limits.payload_bytes())
        },
        threshold_entries: if dice.chance(0.7) {
            limits.entries()
        } else {
            dice.magnitude(1, limits.entries())
        },
        has_handler: dice.chance(0.3),
        jitter: dice.seed(),
    };
    within(without_threshold(rules, dice), allowed)
}

/// An idle writer waits not at all, for a part of what a busy one waits, or as long.
fn draw_linger(dice: &mut Dice) -> Linger {
    let longest = dice.millis(0, 500);
    match dice.between(0, 5) {
        0 => Linger::Fixed(longest),
        1 => Linger::Natural { idle: longest, longest },
        2 | 3 => Linger::Natural { idle: Duration::ZERO, longest },
        _ => Linger::Natural { idle: longest.mul_f64(dice.pick(&[0.01, 0.1, 0.5, 0.9])), longest },
    }
}

/// A deadline and a backoff: the longer an entry may be retried, the longer the retries wait, or a long storm would be
/// little but retries.
fn draw_patience(dice: &mut Dice, most: usize, entries: usize) -> (Duration, Backoff) {
    let deadline = dice.millis(50, 400_000);
    let rounds = (most * 70 / entries.max(1)).clamp(most / 10, most) as u32;
    let cap = dice.millis(20, 20_000).max(deadline / rounds);
    let base = dice.millis(1, 1_000);
    (deadline, Backoff::new(base, cap))
}

/// Where entries are merged or share carriers, no number of them is a reason to go, unless the user says so.
fn without_threshold(mut rules: Rules, dice: &mut Dice) -> Rules {
    let gathers = rules.duplicates == Duplicates::Merge || rules.limits.carrier_bytes().is_some();
    if gathers && dice.chance(0.7) {
        (rules.threshold_bytes, rules.threshold_entries) = (usize::MAX, usize::MAX);
    }
    rules
}

/// What a user may set for this service: a request ends, and a batch goes, before the time of its entries is over.
fn within(mut rules: Rules, allowed: &Allowed) -> Rules {
    let longest =
        allowed.memory.map_or(rules.delivery_deadline, |memory| rules.delivery_deadline.min(memory / 2));
    rules.attempt_timeout = rules.attempt_timeout.min(longest);
    let longest = rules.delivery_deadline * 3 / 4;
    rules.linger = match rules.linger {
        Linger::Fixed(linger) => Linger::Fixed(linger.min(longest)),
        Linger::Natural { idle, longest: busy } => {
            Linger::Natural { idle: idle.min(longest), longest: busy.min(longest) }
        }
    };
    rules
}

fn draw_ways(dice: &mut Dice) -> Vec<(u32, Way)> {
    let mut weight = |most| dice.between(0, most) as u32;
    vec![
        (1 + weight(8), Way::Submit),
        (1 + weight(8), Way::Track),
        (weight(4), Way::CancelSubmit),
        (weight(2), Way::CancelSubmitTracked),
        (weight(2), Way::DropPermit),
        (weight(3), Way::PermitSubmit),
        (weight(2), Way::PermitTrack),
        (weight(4), Way::TrySubmit),
        (weight(2), Way::TryTrack),
    ]
}

fn draw_fates(dice: &mut Dice) -> Vec<(u32, Fate)> {
    let mut weight = |most| dice.between(0, most) as u32;
    vec![
        (1 + weight(6), Fate::AwaitElsewhere),
        (weight(2), Fate::Await),
        (weight(3), Fate::AwaitBriefly),
        (weight(2), Fate::Drop),
        (weight(3), Fate::DropLater),
        (weight(2), Fate::Keep),
        (weight(2), Fate::LookAndKeep),
    ]
}

fn draw_ending(dice: &mut Dice) -> Ending {
    let patience = dice.millis(1, 100_000);
    dice.weighted(&[
        (2, Ending::DropHandles),
        (2, Ending::DropRuntime(patience)),
        (3, Ending::Flush),
        (2, Ending::ShutdownAmid(patience)),
        (4, Ending::ShutdownAtTheEnd),
        (3, Ending::ShutdownBy(patience)),
    ])
}

/// What comes after a runtime that was dropped may end like any other.
fn draw_restart(dice: &mut Dice, entries: usize) -> Option<Restart> {
    let restart = Restart {
        gap: dice.millis(30_000, 600_000),
        entries: dice.magnitude(1, entries),
        ending: draw_ending(dice),
    };
    dice.chance(0.7).then_some(restart)
}
