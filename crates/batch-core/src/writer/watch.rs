use std::time::{Duration, Instant};

use super::clock;
use super::shared::{Shared, State};
use super::trace::{Inside, Origins, RequestSpan};
use crate::failure::MISCOUNTED;
use crate::{
    Batch, BatchId, Class, Failure, Load, Refusal, Reply, RequestFinished, RequestOutcome, RequestStarted,
    Service, Verdict, VerdictCounts, Verdicts,
};

/// What observers and a span are told of one request, which outlives it in its attempt.
pub(super) struct Watch {
    request: BatchId,
    load: Load,
    retried: usize,
    /// The age of its oldest entry when it was packed.
    oldest_age: Duration,
    /// The spans in which its entries were submitted.
    origins: Origins,
    began: Option<Instant>,
    span: RequestSpan,
}

impl<S: Service> Shared<S> {
    /// Whether anybody is told of requests.
    pub(super) fn is_watched(&self) -> bool {
        !self.observers.is_empty() || self.tracing.is_wanted()
    }
}

impl<S: Service> State<S> {
    /// What is known of a request that was packed just now.
    pub(super) fn watch(&self, batch: &Batch<S::Entry>, now: Instant) -> Box<Watch> {
        let request = batch.id();
        let oldest = self.buffer.oldest_in(request);
        Box::new(Watch {
            request,
            load: Load { entries: batch.entries().len(), ..batch.load() },
            retried: self.buffer.retried_in(request),
            oldest_age: oldest.map_or(Duration::ZERO, |accepted| now.saturating_duration_since(accepted)),
            origins: self.links.of(self.buffer.tags_in(request)),
            began: None,
            span: RequestSpan::none(),
        })
    }
}

impl Watch {
    /// The request is about to be sent.
    pub(super) fn start<S: Service>(&mut self, shared: &Shared<S>) {
        self.began = Some(clock::now());
        let Load { entries, bytes } = self.load;
        let (request, retried, oldest_age) = (self.request, self.retried, self.oldest_age);
        let started = RequestStarted { writer: &shared.label, request, entries, bytes, retried, oldest_age };
        shared.observe(|observer| observer.request_started(&started));
        if shared.tracing.is_wanted() {
            self.span = RequestSpan::open(&started, &self.origins);
        }
    }

    /// The span of the request is the current one as long as this is held.
    pub(super) fn enter(&self) -> Inside<'_> {
        self.span.enter()
    }

    /// The request ended: with its reply, or with its runtime.
    pub(super) fn finish<S: Service>(&self, shared: &Shared<S>, reply: Option<&Reply<S::Response>>) {
        let Load { entries, bytes } = self.load;
        let outcome = outcome(reply, entries);
        let duration =
            self.began.map_or(Duration::ZERO, |began| clock::now().saturating_duration_since(began));
        let finished = RequestFinished {
            writer: &shared.label,
            request: self.request,
            entries,
            bytes,
            duration,
            outcome,
        };
        self.span.close(&finished);
        shared.observe(|observer| observer.request_finished(&finished));
    }
}

fn outcome<R>(reply: Option<&Reply<R>>, entries: usize) -> RequestOutcome<'_> {
    match reply {
        None => RequestOutcome::Stopped,
        Some(Ok(verdicts)) if verdicts.miscounted(entries).is_some() => {
            RequestOutcome::Failed { class: Class::Ambiguous, code: MISCOUNTED, request_id: None }
        }
        Some(Ok(verdicts)) => RequestOutcome::Responded {
            verdicts: counts(verdicts, entries),
            code: verdicts.single().find_map(failure).map(Failure::code),
        },
        Some(Err(Refusal { class, failure })) => {
            RequestOutcome::Failed { class: *class, code: failure.code(), request_id: failure.request_id() }
        }
    }
}

fn counts<R>(verdicts: &Verdicts<R>, entries: usize) -> VerdictCounts {
    let mut counts = VerdictCounts { accepted: verdicts.accepted(entries), ..VerdictCounts::default() };
    for verdict in verdicts.single() {
        let count = match verdict {
            Verdict::Accepted(_) => continue,
            Verdict::Ambiguous(_) => &mut counts.ambiguous,
            Verdict::Reject(_) => &mut counts.rejected,
            Verdict::Retry(_) => &mut counts.retried,
            Verdict::Throttled(_) => &mut counts.throttled,
        };
        *count += 1;
    }
    counts
}

/// Why an entry was not accepted.
fn failure<R>(verdict: &Verdict<R>) -> Option<&Failure> {
    match verdict {
        Verdict::Accepted(_) => None,
        Verdict::Ambiguous(failure)
        | Verdict::Reject(failure)
        | Verdict::Retry(failure)
        | Verdict::Throttled(failure) => Some(failure),
    }
}
