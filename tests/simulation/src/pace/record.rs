//! What a service saw, and what comes of it.

use std::time::Duration;

use tokio::time::Instant;

use crate::clock::now;

/// What a service saw, in steps of a tenth of a second.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    began: Instant,
    pub(crate) writers: usize,
    pub(crate) steps: Vec<Step>,
    /// How long the accepted entries of each part waited since they were submitted.
    pub(crate) waits: Vec<Vec<Duration>>,
    pub(crate) requests: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// What was accepted of each writer.
    pub(crate) accepted: Vec<u64>,
    pub(crate) throttled: u64,
}

/// Steps of a second.
pub(crate) const STEPS: usize = 10;

impl Record {
    pub(crate) fn new(writers: usize, parts: usize) -> Self {
        Self { began: now(), writers, steps: Vec::new(), waits: vec![Vec::new(); parts], requests: 0 }
    }

    pub(crate) fn request(&mut self) {
        self.requests += 1;
    }

    pub(crate) fn count(&mut self, writer: usize, is_accepted: bool) {
        let step = (STEPS as f64 * (now() - self.began).as_secs_f64()) as usize;
        let empty = Step { accepted: vec![0; self.writers], throttled: 0 };
        if self.steps.len() <= step {
            self.steps.resize(step + 1, empty);
        }
        let step = &mut self.steps[step];
        match is_accepted {
            true => step.accepted[writer] += 1,
            false => step.throttled += 1,
        }
    }

    /// What was accepted of each writer in these steps, and what was throttled.
    pub(crate) fn sum(&self, from: usize, to: usize) -> Step {
        let mut sum = Step { accepted: vec![0; self.writers], throttled: 0 };
        for step in self.steps.iter().skip(from).take(to.saturating_sub(from)) {
            for (all, &one) in sum.accepted.iter_mut().zip(&step.accepted) {
                *all += one;
            }
            sum.throttled += step.throttled;
        }
        sum
    }

    /// How many seconds after this step so much a second is accepted for the first time, over so many steps.
    pub(crate) fn reaches(&self, per_second: f64, from: usize, over: usize) -> Option<f64> {
        let enough = per_second * over as f64 / STEPS as f64;
        let last = self.steps.len().checked_sub(over)?;
        let is_enough = |&at: &usize| self.sum(at, at + over).all() as f64 >= enough;
        (from..=last).find(is_enough).map(|at| (at - from) as f64 / STEPS as f64)
    }

    /// The wait in this part that all but one of a hundred stay below.
    pub(crate) fn p99(&self, parts: std::ops::Range<usize>) -> Duration {
        let mut waits: Vec<_> = self.waits[parts].iter().flatten().copied().collect();
        waits.sort_unstable();
        waits.get(waits.len() * 99 / 100).copied().unwrap_or_default()
    }
}

impl Step {
    pub(crate) fn all(&self) -> u64 {
        self.accepted.iter().sum()
    }
}
