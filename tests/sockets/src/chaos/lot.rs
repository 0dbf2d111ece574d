//! What a seed decides of one run.

use std::time::Duration;

use batch_core::{Backoff, OnAmbiguous, Order, Settings};
use fastrand::Rng;

/// One run: what is written, how, what goes wrong, and how it ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Lot {
    pub(super) entries: u64,
    /// The content of an entry.
    pub(super) bytes: usize,
    /// Between two entries.
    pub(super) pause: Duration,
    pub(super) door: Door,
    pub(super) order: Order,
    pub(super) end: End,
    /// How long a shutdown may take after a signal.
    pub(super) grace: Duration,
    /// The part of the requests that fail at the server.
    pub(super) faults: f64,
    /// The part of the connections that have trouble on the way.
    pub(super) trouble: f64,
    ambiguous: OnAmbiguous,
    attempt_timeout: Duration,
    max_attempts: u32,
    delivery_deadline: Duration,
    max_entries: usize,
}

/// How the program learns what became of an entry.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Door {
    /// From `flush_by`, after every so many entries, within this time.
    Flush { every: u64, within: Duration },
    /// From its receipt.
    Receipt,
}

/// How the program ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum End {
    /// After its last entry.
    Finish,
    /// By this signal, so long after its first entry.
    Signal { name: &'static str, after: Duration },
}

impl Lot {
    pub(super) fn draw(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let millis = |rng: &mut Rng, range| Duration::from_millis(rng.u64(range));
        Self {
            entries: rng.u64(20..400),
            bytes: 1 << rng.u32(5..12),
            pause: Duration::from_micros(rng.u64(0..5_000)),
            door: match rng.bool() {
                true => Door::Receipt,
                false => Door::Flush { every: rng.u64(10..100), within: millis(&mut rng, 50..800) },
            },
            order: if rng.bool() { Order::Relaxed } else { Order::Strict },
            end: match (rng.u8(0..20), millis(&mut rng, 20..1_500)) {
                (0..4, _) => End::Finish,
                (4..10, after) => End::Signal { name: "INT", after },
                (10..13, after) => End::Signal { name: KILL, after },
                (_, after) => End::Signal { name: "TERM", after },
            },
            grace: millis(&mut rng, 50..1_500),
            faults: rng.f64() * 0.2,
            trouble: rng.f64(),
            ambiguous: if rng.u8(0..4) == 0 { OnAmbiguous::HandBack } else { OnAmbiguous::Retry },
            attempt_timeout: millis(&mut rng, 100..700),
            max_attempts: rng.u32(1..10),
            delivery_deadline: millis(&mut rng, 500..4_000),
            max_entries: rng.usize(20..400),
        }
    }

    pub(super) fn settings(&self) -> Settings {
        Settings::new()
            .on_ambiguous(self.ambiguous)
            .attempt_timeout(self.attempt_timeout)
            .backoff(Backoff::new(Duration::from_millis(5), Duration::from_millis(300)))
            .delivery_deadline(self.delivery_deadline)
            .max_attempts(self.max_attempts)
            .max_entries(self.max_entries)
            .order(self.order)
    }
}

/// The signal that no program survives.
pub(super) const KILL: &str = "KILL";

#[cfg(test)]
mod tests {
    use super::{End, KILL, Lot};

    #[test]
    fn a_seed_draws_the_same_run_and_every_end_of_it() {
        let draw = || (0..100).map(Lot::draw).collect::<Vec<_>>();
        assert_eq!(draw(), draw());
        let ends_by =
            |name| draw().iter().any(|lot| matches!(lot.end, End::Signal { name: n, .. } if n == name));
        assert!(ends_by("INT") && ends_by("TERM") && ends_by(KILL));
        assert!(draw().iter().any(|lot| lot.end == End::Finish));
    }
}
