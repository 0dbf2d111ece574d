use std::time::{Duration, Instant};

use super::label::WriterLabel;
use super::ledger::{Ledger, Report, Trouble};
use super::shared::State;
use crate::{Class, Failure, Refusal, Reply, Service, UnprocessedItem};

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

impl WriterLabel {
    /// The handler panicked; its panic is not the writer's.
    pub(super) fn handler_panicked(&self) {
        let (service, destination, writer) = self.fields();
        tracing::error!(
            target: "batch_core",
            service,
            destination,
            writer,
            "the handler for unprocessed items panicked; the entry it was given is lost"
        );
    }

    /// An observer panicked; its panic is not the writer's.
    pub(super) fn observer_panicked(&self) {
        let (service, destination, writer) = self.fields();
        tracing::error!(
            target: "batch_core",
            service,
            destination,
            writer,
            "an observer panicked; the event that it was given is lost"
        );
    }

    /// The service could not be asked for its rate again.
    pub(super) fn rate_unknown(&self, failure: &Failure) {
        let (service, destination, writer) = self.fields();
        tracing::warn!(
            target: "batch_core",
            service,
            destination,
            writer,
            code = failure.code(),
            detail = failure.detail(),
            "the rate of the service is not known now; the writer keeps to the last one, and asks again"
        );
    }

    /// Entries that came back after the last handle was dropped.
    pub(super) fn lost(&self, entries: usize) {
        let (service, destination, writer) = self.fields();
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
            let (service, destination, writer) = self.fields();
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
        let (service, destination, writer) = self.fields();
        tracing::debug!(target: "batch_core", service, destination, writer, entries, %failure, "a request failed");
        if let Some(words) = failure.message() {
            tracing::trace!(target: "batch_core", service, destination, writer, words, "the service's error message");
        }
    }

    fn log_report(&self, report: Report) {
        let (service, destination, writer) = self.fields();
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

    /// Books what a reply to a request with so many entries shows, and returns the failure of all of them.
    pub(super) fn reply<R>(
        &mut self,
        reply: &Reply<R>,
        entries: usize,
        oldest: Duration,
        now: Instant,
    ) -> Option<Failure> {
        let (class, failure) = match reply {
            Err(Refusal { class, failure }) => (*class, failure.clone()),
            Ok(verdicts) => match verdicts.failure_of_all(entries) {
                Some(failure) => (Class::Retry, failure),
                None => {
                    self.end_outage(now);
                    return None;
                }
            },
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
                return Some(failure);
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
        Some(failure)
    }

    /// Books an entry that is handed back.
    pub(super) fn handed_back<E>(&mut self, item: &UnprocessedItem<E>, now: Instant) {
        let failure = item.cause.failure();
        let code = failure.map(|failure| failure.code().to_owned());
        let trouble = Trouble::HandedBack { cause: item.cause.name(), code };
        self.ledger.book(trouble, item.age, failure.and_then(Failure::detail), now);
    }

    /// Whether nothing is to be reported.
    pub(super) fn is_quiet(&self) -> bool {
        self.over.is_none() && self.ledger.is_empty()
    }

    fn end_outage(&mut self, now: Instant) {
        if let Some(outage) = self.outage.take() {
            self.over = Some(Outage { ended: now, ..outage });
            self.ledger.outage_ended(now);
        }
    }
}

impl<S: Service> State<S> {
    /// Books what a reply shows.
    pub(super) fn log_reply<R>(&mut self, reply: &Reply<R>, entries: usize, now: Instant) {
        let oldest = self.buffer.oldest_age(now);
        if let Some(failure) = self.log.reply(reply, entries, oldest, now) {
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
