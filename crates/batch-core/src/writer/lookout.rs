use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use super::clock;
use super::shared::{Shared, State, Tag};
use crate::{Answer, Answers, Cause, EntriesAnswered, Failure, Observer, Resolution, Sample, Service, Stats};

/// How long counters that change are not sampled again.
const INTERVAL: Duration = Duration::from_secs(1);

/// What the observers of a writer know already.
pub(super) struct Lookout {
    /// How many merged entries they were told of.
    merged: u64,
    /// When the counters were sampled last, and what they had come to.
    sampled: Option<(Instant, [u64; 4])>,
}

/// What the observers are to be told, after the lock.
pub(super) enum Sight {
    Answered(Answered),
    Sampled(Box<Stats>),
}

/// Entries that got their answers, all of one kind.
pub(super) struct Answered {
    kind: Kind,
    entries: u64,
    attempts: u32,
    maybe_delivered: bool,
    oldest: Duration,
    youngest: Duration,
}

enum Kind {
    Delivered,
    HandedBack { cause: &'static str, code: Option<String> },
    Merged,
    Superseded,
}

impl Lookout {
    pub(super) fn new() -> Self {
        Self { merged: 0, sampled: None }
    }
}

impl<S: Service> State<S> {
    /// Lets the observers see answers that are given.
    #[inline]
    pub(super) fn sight_answers(&mut self, answers: &Answers<S::Entry, S::Response, Tag>) {
        if self.lookout.is_some() {
            self.effects.sights.extend(seen(answers, clock::now()).map(Sight::Answered));
        }
    }

    /// Lets the observers see how many entries were merged: this was their answer.
    #[inline]
    pub(super) fn sight_merged(&mut self) {
        if let Some(lookout) = &mut self.lookout {
            let merged = self.buffer.merged();
            let entries = merged - std::mem::replace(&mut lookout.merged, merged);
            if entries > 0 {
                let (oldest, youngest) = (Duration::ZERO, Duration::ZERO);
                let (kind, attempts, maybe_delivered) = (Kind::Merged, 0, false);
                let answered = Answered { kind, entries, attempts, maybe_delivered, oldest, youngest };
                self.effects.sights.push(Sight::Answered(answered));
            }
        }
    }

    /// Samples the counters for the observers, if that is due; else, when it is. Only the driver does this while there is one,
    /// so that one sample is seen after the other.
    pub(super) fn sample(&mut self, now: Instant) -> Option<Instant> {
        let lookout = self.lookout.as_ref()?;
        let (progress, is_empty) = (self.buffer.progress(), self.buffer.is_empty());
        let due = match lookout.sampled {
            Some((_, seen)) if seen == progress => return None,
            Some((at, _)) if !is_empty => at + INTERVAL,
            _ => now,
        };
        if due > now {
            return Some(due);
        }
        self.sample_now(now);
        None
    }

    /// Samples the counters for the observers, where no driver will.
    pub(super) fn sample_now(&mut self, now: Instant) {
        if let Some(lookout) = &mut self.lookout {
            lookout.sampled = Some((now, self.buffer.progress()));
            let stats = self.stats(now);
            self.effects.sights.push(Sight::Sampled(Box::new(stats)));
        }
    }
}

impl<S: Service> Shared<S> {
    /// Tells each observer. One that panics harms nobody.
    pub(super) fn observe(&self, tell: impl Fn(&dyn Observer)) {
        for observer in &self.observers {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| tell(&**observer))) {
                // What a panic carries may panic as it is dropped.
                std::mem::forget(panic);
                self.label.observer_panicked();
            }
        }
    }

    /// Tells each observer what was seen under the lock.
    pub(super) fn tell(&self, sight: &Sight) {
        let writer = &self.label;
        match sight {
            Sight::Answered(answered) => {
                let &Answered { entries, attempts, maybe_delivered, oldest, youngest, .. } = answered;
                let answered = EntriesAnswered {
                    writer,
                    entries,
                    answer: answered.kind.answer(),
                    attempts,
                    maybe_delivered,
                    oldest_age: oldest,
                    youngest_age: youngest,
                };
                self.observe(|observer| observer.entries_answered(&answered));
            }
            Sight::Sampled(stats) => {
                let sample = Sample { writer, stats };
                self.observe(|observer| observer.sampled(&sample));
            }
        }
    }
}

impl Kind {
    fn answer(&self) -> Answer<'_> {
        match self {
            Self::Delivered => Answer::Delivered,
            Self::HandedBack { cause, code } => Answer::HandedBack { cause, code: code.as_deref() },
            Self::Merged => Answer::Merged,
            Self::Superseded => Answer::Superseded,
        }
    }

    fn handed_back(cause: &Cause) -> Self {
        let code = cause.failure().map(Failure::code).map(str::to_owned);
        Self::HandedBack { cause: cause.name(), code }
    }
}

/// What is seen of answers.
fn seen<E, R>(answers: &Answers<E, R, Tag>, now: Instant) -> Option<Answered> {
    let since = |accepted: Instant| now.saturating_duration_since(accepted);
    let (kind, attempts, maybe_delivered, age) = match answers {
        Answers::Delivered(deliveries) => {
            let (oldest, youngest) = deliveries.span()?;
            return Some(Answered {
                kind: Kind::Delivered,
                entries: deliveries.len() as u64,
                attempts: 1,
                maybe_delivered: false,
                oldest: since(oldest),
                youngest: since(youngest),
            });
        }
        Answers::One(Resolution { result: Ok(sent), accepted, .. }) => {
            let kind = if sent.is_superseded() { Kind::Superseded } else { Kind::Delivered };
            (kind, sent.attempts, sent.maybe_duplicate, since(*accepted))
        }
        Answers::One(Resolution { result: Err(item), .. }) => {
            (Kind::handed_back(&item.cause), item.attempts, item.maybe_delivered, item.age)
        }
    };
    Some(Answered { kind, entries: 1, attempts, maybe_delivered, oldest: age, youngest: age })
}
