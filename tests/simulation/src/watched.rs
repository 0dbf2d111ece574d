//! The service of a target, with a witness of every call.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use batch_core::{
    Batch, Class, ConfigError, Growth, Invalid, LimitPolicy, Measure, Quota, Refusal, Reply, Service,
    Settings, Verdict, Verdicts,
};

use crate::checker::{Ended, Facts, Fate, Outcome};
use crate::mark::MarkedOf;
use crate::target::{SentOf, Target};
use crate::witness::Witness;

/// The service that the writer is given.
pub(crate) struct Watched<T: Target>(pub(crate) Arc<Witness<T>>);

/// A request under way, which ends however its future does.
struct Flight<'a, T: Target> {
    witness: &'a Witness<T>,
    id: u64,
    outcome: Option<Outcome>,
}

#[async_trait]
impl<T: Target> Service for Watched<T> {
    type Entry = MarkedOf<T>;
    type Response = SentOf<T>;

    fn name(&self) -> &'static str {
        self.0.target.service().name()
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        self.0.target.service().limits()
    }

    fn defaults(&self) -> Settings {
        self.0.target.service().defaults()
    }

    fn remembers_for(&self) -> Option<Duration> {
        self.0.target.service().remembers_for()
    }

    fn prepare(&self, marked: &mut MarkedOf<T>) -> Result<(), Invalid> {
        self.0.target.service().prepare(&mut marked.entry)
    }

    fn measure<'a>(&self, marked: &'a MarkedOf<T>) -> Result<Measure<'a>, Invalid> {
        let (target, entry) = (&self.0.target, &marked.entry);
        let measure = target.service().measure(entry);
        let facts = measure.as_ref().ok().map(|measure| Facts::of(measure, target.seal(entry)));
        self.0.tell(|checker| checker.measured(target.number(entry), facts));
        measure
    }

    fn absorb(&self, waiting: &mut MarkedOf<T>, newer: &mut MarkedOf<T>) -> Option<Growth> {
        let (target, newer_n) = (&self.0.target, self.0.target.number(&newer.entry));
        let growth = target.service().absorb(&mut waiting.entry, &mut newer.entry)?;
        let measure = target.service().measure(&waiting.entry);
        let facts = measure.ok().map(|measure| Facts::of(&measure, target.seal(&waiting.entry)));
        self.0.tell(|checker| checker.absorbs(target.number(&waiting.entry), newer_n, facts));
        Some(growth)
    }

    fn quota(&self, marked: &MarkedOf<T>) -> Option<Quota> {
        self.0.target.service().quota(&marked.entry)
    }

    async fn send(&self, batch: &Batch<MarkedOf<T>>) -> Reply<SentOf<T>> {
        let marked = batch.entries();
        let target = &self.0.target;
        let mut flight = Flight::begin(&self.0, marked);
        let entries: Vec<_> = marked.iter().map(|marked| marked.entry.clone()).collect();
        let reply = target.service().send(&Batch::of(entries)).await;
        flight.outcome = Some(outcome(target, marked, &reply));
        reply
    }
}

impl<'a, T: Target> Flight<'a, T> {
    fn begin(witness: &'a Witness<T>, marked: &[MarkedOf<T>]) -> Self {
        let id = witness.next_request();
        let target = &witness.target;
        let known = |marked: &MarkedOf<T>| (target.number(&marked.entry), target.seal(&marked.entry));
        let entries: Vec<_> = marked.iter().map(known).collect();
        let stats = witness.stats();
        witness.tell(|checker| checker.begins(id, &entries, stats));
        Self { witness, id, outcome: None }
    }
}

impl<T: Target> Drop for Flight<'_, T> {
    fn drop(&mut self) {
        let ended = match self.outcome.take() {
            Some(outcome) => Ended::Answered(outcome),
            None if std::thread::panicking() => Ended::Panicked,
            None => Ended::GivenUp,
        };
        let stats = self.witness.stats();
        self.witness.tell(|checker| checker.ends(self.id, &ended, stats));
    }
}

/// What the writer is told, before it is: a service learns from a response what it says of quotas when it is asked next.
fn outcome<T: Target>(target: &T, carried: &[MarkedOf<T>], reply: &Reply<SentOf<T>>) -> Outcome {
    let Refusal { class, failure } = match reply {
        Ok(Verdicts::AllAccepted(responses)) => {
            let accepted = |position| Fate::Accepted(target.response(&responses.read(position)));
            return Outcome::Each((0..carried.len()).map(accepted).collect());
        }
        Ok(Verdicts::AllBut(responses, others)) => {
            let mut others = others.iter().peekable();
            let fate = |position| match others.next_if(|(other, _)| *other == position) {
                Some((_, verdict)) => fate(target, carried.get(position), verdict),
                None => Fate::Accepted(target.response(&responses.read(position))),
            };
            return Outcome::Each((0..carried.len()).map(fate).collect());
        }
        Ok(Verdicts::Each(verdicts)) => {
            // Too many or too few of them are told as they are.
            let fate = |(position, verdict)| fate(target, carried.get(position), verdict);
            return Outcome::Each(verdicts.iter().enumerate().map(fate).collect());
        }
        Err(refusal) => refusal,
    };
    let failure = failure.clone();
    match class {
        Class::Ambiguous => Outcome::Ambiguous(failure),
        Class::Expired | Class::Unsent => Outcome::Unsent(failure),
        Class::Fatal | Class::UnknownDestination | Class::Unrecognized => Outcome::Fatal(failure),
        Class::Retry => Outcome::Retry(failure),
        Class::Split => Outcome::Split(failure),
        Class::Throttled => Outcome::Throttled(failure),
        other => panic!("a class that the model does not know: {other:?}"),
    }
}

fn fate<T: Target>(target: &T, marked: Option<&MarkedOf<T>>, verdict: &Verdict<SentOf<T>>) -> Fate {
    match verdict {
        Verdict::Accepted(sent) => Fate::Accepted(target.response(sent)),
        Verdict::Ambiguous(failure) => Fate::Ambiguous(failure.clone()),
        Verdict::Reject(failure) => Fate::Reject(failure.clone()),
        Verdict::Retry(failure) => Fate::Retry(failure.clone()),
        Verdict::Throttled(failure) => {
            match marked.and_then(|marked| target.service().quota(&marked.entry)) {
                Some(_) => Fate::Limited(failure.clone()),
                None => Fate::Throttled(failure.clone()),
            }
        }
    }
}
