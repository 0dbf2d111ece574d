//! What happened, as a number that two equal runs share, and as lines for whoever looks for a cause.

use std::time::Duration;

/// The record of a run.
#[derive(Debug)]
pub(crate) struct Journal {
    digest: u64,
    lines: Option<Vec<String>>,
}

impl Journal {
    /// An empty record, which keeps lines only when they are wanted.
    pub(crate) fn new(keeps_lines: bool) -> Self {
        Self { digest: 0xcbf2_9ce4_8422_2325, lines: keeps_lines.then(Vec::new) }
    }

    /// Records an event: its time and numbers in the digest, if equal runs have them in common; its words if lines are
    /// kept.
    pub(crate) fn note(&mut self, now: Duration, numbers: Option<&[u64]>, words: impl FnOnce() -> String) {
        if let Some(numbers) = numbers {
            self.mix(now.as_nanos() as u64);
            numbers.iter().for_each(|&number| self.mix(number));
        }
        if let Some(lines) = &mut self.lines {
            lines.push(format!("{:>12.3} ms  {}", now.as_secs_f64() * 1e3, words()));
        }
    }

    /// The same for equal runs.
    pub(crate) fn digest(&self) -> u64 {
        self.digest
    }

    /// The lines, if they were kept.
    pub(crate) fn into_lines(self) -> Vec<String> {
        self.lines.unwrap_or_default()
    }

    fn mix(&mut self, number: u64) {
        self.digest = (self.digest ^ number).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23);
    }
}
