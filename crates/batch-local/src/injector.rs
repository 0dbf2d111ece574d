use std::ops::Range;
use std::time::Duration;

use fastrand::Rng;

use crate::plan::Choice;
use crate::{Fault, FaultPlan};

/// A plan at work: where its script stands and what its seed yields next.
#[derive(Debug)]
pub(crate) struct Injector {
    plan: FaultPlan,
    scripted: usize,
    faults: Rng,
    // Apart from the faults, so that reads in between do not change which writes fail.
    latencies: Rng,
}

/// What a plan has in store for one request.
#[derive(Debug)]
pub(crate) struct Drawn {
    pub(crate) fault: Fault,
    pub(crate) latency: Duration,
    /// For the choice among the request's entries.
    pub(crate) seed: u64,
}

impl Injector {
    /// Starts `plan`. A plan without a seed of its own takes `seed`.
    pub(crate) fn new(plan: FaultPlan, seed: u64) -> Self {
        let own = match plan.choice {
            Choice::Random { seed, .. } => seed,
            Choice::Always(_) | Choice::Script(_) => seed,
        };
        Self { plan, scripted: 0, faults: Rng::with_seed(own), latencies: Rng::with_seed(!own) }
    }

    /// What becomes of a request that is signed with the access key of this id.
    pub(crate) fn draw(&mut self, operation: &str, is_write: bool, access_key: &str) -> Drawn {
        let struck = if self.plan.operations.is_empty() {
            is_write
        } else {
            self.plan.operations.iter().any(|name| name == operation)
        };
        let fault = if struck { self.fault(access_key) } else { Fault::None };
        let seed = if fault.is_none() { 0 } else { self.faults.u64(..) };
        Drawn { fault, latency: self.next_latency(), seed }
    }

    fn fault(&mut self, access_key: &str) -> Fault {
        let fault = match self.next_fault() {
            Fault::None => self.plan.otherwise.clone(),
            fault => fault,
        };
        match fault {
            Fault::RefuseKeys { predicate, status, code } if predicate(access_key) => {
                Fault::ErrorBefore { status, code }
            }
            Fault::RefuseKeys { .. } => Fault::None,
            Fault::ThrottleAbove(allowance) if allowance.take() => Fault::None,
            Fault::ThrottleAbove(_) => Fault::ThrottleRequest,
            fault => fault,
        }
    }

    fn next_fault(&mut self) -> Fault {
        match &self.plan.choice {
            Choice::Always(fault) => fault.clone(),
            Choice::Random { rate, kinds, .. } => {
                if self.faults.f64() < *rate {
                    draw_kind(kinds, &mut self.faults)
                } else {
                    Fault::None
                }
            }
            Choice::Script(faults) => {
                let fault = faults.get(self.scripted).cloned().unwrap_or(Fault::None);
                self.scripted = self.scripted.saturating_add(1);
                fault
            }
        }
    }

    fn next_latency(&mut self) -> Duration {
        match &self.plan.latency {
            Some(range) => draw_duration(range, &mut self.latencies),
            None => Duration::ZERO,
        }
    }
}

fn draw_kind(kinds: &[(Fault, u32)], rng: &mut Rng) -> Fault {
    let total: u64 = kinds.iter().map(|(_, weight)| u64::from(*weight)).sum();
    if total == 0 {
        return Fault::None;
    }
    let mut left = rng.u64(..total);
    for (fault, weight) in kinds {
        let weight = u64::from(*weight);
        if left < weight {
            return fault.clone();
        }
        left -= weight;
    }
    Fault::None
}

fn draw_duration(range: &Range<Duration>, rng: &mut Rng) -> Duration {
    let width = range.end.saturating_sub(range.start);
    let nanos = u64::try_from(width.as_nanos()).unwrap_or(u64::MAX);
    match nanos {
        0 => range.start,
        _ => range.start.saturating_add(Duration::from_nanos(rng.u64(..nanos))),
    }
}
