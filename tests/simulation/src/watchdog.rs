//! Who notices a run that does not end: time stands still in it, so that nothing within it can.

use std::collections::BTreeMap;
use std::process::exit;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::seeds::{Subject, now};

/// The runs under way, each since when.
pub(crate) struct Watchdog<'a> {
    subject: &'a Subject,
    playing: Mutex<BTreeMap<u64, Instant>>,
}

impl<'a> Watchdog<'a> {
    pub(crate) fn new(subject: &'a Subject) -> Self {
        Self { subject, playing: Mutex::default() }
    }

    /// Plays a seed under watch.
    pub(crate) fn guard<R>(&self, seed: u64, play: impl FnOnce() -> R) -> R {
        self.with(|playing| playing.insert(seed, now()));
        let outcome = play();
        self.with(|playing| playing.remove(&seed));
        outcome
    }

    /// Watches until every sender is gone; ends the process if a run takes too long.
    pub(crate) fn watch(&self, all_done: &Receiver<()>) {
        while all_done.recv_timeout(SECOND) == Err(RecvTimeoutError::Timeout) {
            if let Some(seed) = self.endless(now()) {
                let Subject { name, command, .. } = self.subject;
                eprintln!("\n{name}, seed {seed}: no end after {PATIENCE:?}");
                eprintln!("\nto replay it:\n\n    {command} --first-seed {seed} --seeds 1\n");
                exit(1);
            }
        }
    }

    fn endless(&self, now: Instant) -> Option<u64> {
        let is_endless = |since: Instant| now.saturating_duration_since(since) > PATIENCE;
        self.with(|playing| playing.iter().find(|&(_, &since)| is_endless(since)).map(|(&seed, _)| seed))
    }

    fn with<R>(&self, work: impl FnOnce(&mut BTreeMap<u64, Instant>) -> R) -> R {
        work(&mut self.playing.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

const SECOND: Duration = Duration::from_secs(1);
/// The longest runs take seconds, and a minute where the machine has much else to do.
const PATIENCE: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::Outcome;

    fn play(_: u64, _: bool) -> Outcome {
        unreachable!("nobody plays here")
    }

    #[test]
    fn a_run_is_endless_only_while_it_is_played() {
        let subject = Subject { name: "endless", command: "replay", play };
        let watchdog = Watchdog::new(&subject);
        let begun = now();
        watchdog.guard(7, || {
            assert_eq!(watchdog.endless(begun + SECOND), None);
            assert_eq!(watchdog.endless(now() + 2 * PATIENCE), Some(7));
        });
        assert_eq!(watchdog.endless(now() + 2 * PATIENCE), None);
    }
}
