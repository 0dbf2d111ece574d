use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::ledger::{Ledger, Report, Trouble};
use super::shared::State;
use crate::{Cause, Class, Failure, Refusal, Reply, Service, UnprocessedItem};

/// What every line of a writer's log says of it.
pub(super) struct Label {
    service: &'static str,
    destination: String,
    /// Which of the writers of this process it is.
    writer: u64,
}

/// The log as far as the writer's state knows it.
pub(super) struct Log {
    pub(super) ledger: Ledger,
    outage: Option<Outage>,
    /// What the end of an outage is to be reported with.
    over: Option<Outage>,
}

/// Requests that do not get through.
#[derive(Clone, Copy)]
struct Outage {
    began: Instant,
    ended: Instant,
    requests: u64,
}

/// Lines to be logged after the lock.
#[derive(Default)]
pub(super) struct Lines {
    reports: Vec<Report>,
    over: Option<Outage>,
    /// A request that failed as a whole, and how many entries it carried.
    failed: Option<(Failure, usize)>,
}

impl Label {
    pub(super) fn new<S: Service>(service: &S) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self {
            service: service.name(),
            destination: service.destination(),
            writer: NEXT.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// The handler panicked; its panic is not the writer's.
    pub(super) fn handler_panicked(&self) {
        let Self { service, destination, writer } = self;
        tracing::error!(
            target: "batch_core",
            service,
            destination,
            writer,
            "the handler for unprocessed items panicked; the entry it was given is lost"
        );
    }

    /// Entries that came back after the last handle was dropped.
    pub(super) fn lost(&self, entries: usize) {
        let Self { service, destination, writer } = self;
        tracing::error!(
            target: "batch_core",
            service,
            destination,
            writer,
            entries,
            "entries are lost: they were handed back after the last handle was dropped"
        );
    }

    pub(super) fn log(&self, lines: Lines) {
        if let Some((failure, entries)) = lines.failed {
            self.log_request(&failure, entries);
        }
        lines.reports.into_iter().for_each(|report| self.log_report(report));
        if let Some(outage) = lines.over {
            let Self { service, destination, writer } = self;
            let (lasted, requests) = (outage.ended.saturating_duration_since(outage.began), outage.requests);
            tracing::info!(
                target: "batch_core",
                service,
                destination,
                writer,
                ?lasted,
                requests,
                "requests are getting through again"
            );
        }
    }

    /// Every request that fails as a whole, for those that look for it; the service's own words may quote an entry.
    fn log_request(&self, failure: &Failure, entries: usize) {
        let Self { service, destination, writer } = self;
        tracing::debug!(target: "batch_core", service, destination, writer, entries, %failure, "a request failed");
        if let Some(words) = failure.message() {
            tracing::trace!(target: "batch_core", service, destination, writer, words, "the service's error message");
        }
    }

    fn log_report(&self, report: Report) {
        let Self { service, destination, writer } = self;
        let Report { trouble, count, oldest, detail } = report;
        match trouble {
            Trouble::CutOff { code } => tracing::warn!(
                target: "batch_core", service, destination, writer, code, detail, requests = count, ?oldest,
                "no request is getting through; one probe at a time is sent until one does"
            ),
            Trouble::Discarded => tracing::warn!(
                target: "batch_core", service, destination, writer, entries = count, ?oldest,
                "failures whose receipts were dropped were discarded to free capacity for new entries"
            ),
            Trouble::Duplicates => tracing::warn!(
                target: "batch_core", service, destination, writer, entries = count,
                "duplicate entries: an entry with the same identity is still pending"
            ),
            Trouble::Failing { code } => tracing::warn!(
                target: "batch_core", service, destination, writer, code, detail, requests = count, ?oldest,
                "requests failed; their entries are retried"
            ),
            Trouble::HandedBack { cause, code } => tracing::warn!(
                target: "batch_core", service, destination, writer, cause, code, detail, entries = count, ?oldest,
                "entries were handed back"
            ),
        }
    }
}

impl Log {
    pub(super) fn new() -> Self {
        Self { ledger: Ledger::new(), outage: None, over: None }
    }

    /// Books what a reply shows.
    pub(super) fn reply<R>(&mut self, reply: &Reply<R>, oldest: Duration, now: Instant) -> Option<Failure> {
        let Err(Refusal { class, failure }) = reply else {
            self.end_outage(now);
            return None;
        };
        let gets_through = match class {
            Class::Ambiguous => None,
            Class::Expired | Class::Unsent => Some(false),
            Class::Retry => Some(true),
            Class::Fatal
            | Class::Split
            | Class::Throttled
            | Class::UnknownDestination
            | Class::Unrecognized => {
                self.end_outage(now);
                return Some(failure.clone());
            }
        };
        let code = failure.code().to_owned();
        let trouble = match gets_through {
            Some(false) => {
                let outage = self.outage.get_or_insert(Outage { began: now, ended: now, requests: 0 });
                outage.requests += 1;
                Trouble::CutOff { code }
            }
            Some(true) => {
                self.end_outage(now);
                Trouble::Failing { code }
            }
            None => Trouble::Failing { code },
        };
        self.ledger.book(trouble, oldest, failure.detail(), now);
        Some(failure.clone())
    }

    /// Books an entry that is handed back.
    pub(super) fn handed_back<E>(&mut self, item: &UnprocessedItem<E>, now: Instant) {
        let failure = item.cause.failure();
        let code = failure.map(|failure| failure.code().to_owned());
        let trouble = Trouble::HandedBack { cause: name_of(&item.cause), code };
        self.ledger.book(trouble, item.age, failure.and_then(Failure::detail), now);
    }

    /// Whether nothing is to be reported.
    pub(super) fn is_quiet(&self) -> bool {
        self.over.is_none() && self.ledger.is_empty()
    }

    fn end_outage(&mut self, now: Instant) {
        let outage = self.outage.take().map(|outage| Outage { ended: now, ..outage });
        self.over = outage.or(self.over);
    }
}

impl<S: Service> State<S> {
    /// Books what a reply shows.
    pub(super) fn log_reply<R>(&mut self, reply: &Reply<R>, entries: usize, now: Instant) {
        let oldest = self.buffer.oldest_age(now);
        if let Some(failure) = self.log.reply(reply, oldest, now) {
            self.effects.lines.failed = Some((failure, entries));
        }
    }

    /// Moves what is to be reported now to the effects.
    pub(super) fn report(&mut self, now: impl FnOnce() -> Instant) {
        self.effects.lines.over = self.log.over.take().or(self.effects.lines.over);
        if !self.log.ledger.is_empty() {
            self.effects.lines.reports.append(&mut self.log.ledger.report(now()));
        }
    }

    /// Moves everything that was not reported yet to the effects.
    pub(super) fn report_rest(&mut self, now: Instant) {
        self.effects.lines.reports.append(&mut self.log.ledger.rest(now));
    }
}

/// The name of a cause, as a field.
fn name_of(cause: &Cause) -> &'static str {
    match cause {
        Cause::Ambiguous(_) => "ambiguous",
        Cause::DeadlineExceeded(_) => "deadline exceeded",
        Cause::Fatal(_) => "fatal",
        Cause::Rejected(_) => "rejected",
        Cause::RetriesExhausted(_) => "retries exhausted",
        Cause::RuntimeStopped(_) => "runtime stopped",
        Cause::Unisolated(_) => "unisolated",
        Cause::Withdrawn(_) => "withdrawn",
    }
}
