use std::sync::Arc;
use std::time::Duration;

use crate::{BatchId, Class, Stats, WriterLabel};

/// Sees what a writer does, in sizes, ages and attempts: requests as they start and finish, entries as they get their answers.
///
/// Nothing of an entry and nothing of a response is shown to it. Set with
/// [`WriterBuilder::observer`](crate::WriterBuilder::observer); every method does nothing by default, so that an observer
/// implements what it looks for. One observer may see several writers, behind an [`Arc`]: every event names its
/// writer.
///
/// # Order
///
/// A request that started finishes exactly once, before its entries get the answers that it caused. Every accepted entry is in
/// exactly one [`EntriesAnswered`], which an observer sees before a flush that waits for it returns, unless that flush is
/// polled at the same moment. Events of different requests may come at once, from several threads.
///
/// # Blocking, panics
///
/// The methods run on the tasks that cause the events, usually the writer's: they should return soon, and must not block.
/// The writer is not locked meanwhile, so they may use it. If one panics, its event is lost, the panic is logged at ERROR,
/// and nothing else is harmed.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use batch_core::{Observer, RequestFinished, RequestOutcome};
///
/// /// Counts requests that the service throttled.
/// #[derive(Default)]
/// struct Throttled(AtomicU64);
///
/// impl Observer for Throttled {
///     fn request_finished(&self, request: &RequestFinished<'_>) {
///         if let RequestOutcome::Failed { class: batch_core::Class::Throttled, .. } = request.outcome {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
/// # let _ = Throttled::default();
/// ```
pub trait Observer: Send + Sync + 'static {
    /// A request is about to be sent.
    fn request_started(&self, _request: &RequestStarted<'_>) {}

    /// A request ended: the service responded, or it is no longer waited for.
    fn request_finished(&self, _request: &RequestFinished<'_>) {}

    /// Entries got their answers, of one kind: those of a request that was accepted as a whole together, others one by one.
    fn entries_answered(&self, _answered: &EntriesAnswered<'_>) {}

    /// A snapshot of the counters: after what changed them, once a second while they change, and at once when nothing is
    /// pending any more.
    fn sampled(&self, _sample: &Sample<'_>) {}
}

impl<O: Observer + ?Sized> Observer for Arc<O> {
    fn request_started(&self, request: &RequestStarted<'_>) {
        (**self).request_started(request);
    }

    fn request_finished(&self, request: &RequestFinished<'_>) {
        (**self).request_finished(request);
    }

    fn entries_answered(&self, answered: &EntriesAnswered<'_>) {
        (**self).entries_answered(answered);
    }

    fn sampled(&self, sample: &Sample<'_>) {
        (**self).sampled(sample);
    }
}

/// A request that is about to be sent.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RequestStarted<'a> {
    /// Its writer.
    pub writer: &'a WriterLabel,
    /// Its number, by which it is finished.
    pub request: BatchId,
    /// The number of its entries.
    pub entries: usize,
    /// Their bytes, as the limits count them.
    pub bytes: usize,
    /// How many of the entries an earlier request carried.
    pub retried: usize,
    /// The time since the acceptance of the oldest of them.
    pub oldest_age: Duration,
}

/// A request that ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RequestFinished<'a> {
    /// Its writer.
    pub writer: &'a WriterLabel,
    /// Its number, by which it was [started](RequestStarted).
    pub request: BatchId,
    /// The number of its entries.
    pub entries: usize,
    /// Their bytes, as the limits count them.
    pub bytes: usize,
    /// The time from its start to its end.
    pub duration: Duration,
    /// Its outcome.
    pub outcome: RequestOutcome<'a>,
}

/// The outcome of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RequestOutcome<'a> {
    /// The request failed as a whole.
    Failed {
        /// What that means for its entries.
        class: Class,
        /// The code of the [`Failure`](crate::Failure).
        code: &'a str,
        /// The service's id of the request, if the failure has it.
        request_id: Option<&'a str>,
    },
    /// The service responded for each entry.
    Responded {
        /// The verdicts.
        verdicts: VerdictCounts,
        /// The code of the first entry that it did not accept.
        code: Option<&'a str>,
    },
    /// The writer's runtime ended while the request was under way.
    Stopped,
}

/// The verdicts of a request's entries, counted; see [`Verdict`](crate::Verdict).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct VerdictCounts {
    /// Entries that the service accepted.
    pub accepted: usize,
    /// Entries whose outcome is unknown.
    pub ambiguous: usize,
    /// Entries that the service rejected for good.
    pub rejected: usize,
    /// Entries that the service did not accept for now.
    pub retried: usize,
    /// Entries that the service throttled.
    pub throttled: usize,
}

/// Entries that got their answers, all of one kind.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct EntriesAnswered<'a> {
    /// Their writer.
    pub writer: &'a WriterLabel,
    /// Their number.
    pub entries: u64,
    /// Their answer.
    pub answer: Answer<'a>,
    /// The number of requests that carried each of them.
    pub attempts: u32,
    /// Whether an attempt may have delivered them beside what the answer says.
    pub maybe_delivered: bool,
    /// The time from the acceptance of the oldest to its answer. Zero for merged entries, whose ages nobody counts.
    pub oldest_age: Duration,
    /// The same for the youngest.
    pub youngest_age: Duration,
}

/// The answer of an entry.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Answer<'a> {
    /// The service accepted it.
    Delivered,
    /// It was handed back.
    HandedBack {
        /// The [name](crate::Cause::name) of the cause.
        cause: &'static str,
        /// The code of the failure that the cause holds, if any.
        code: Option<&'a str>,
    },
    /// It was merged into one that waits.
    Merged,
    /// A newer entry of its identity replaced it.
    Superseded,
}

/// A snapshot of a writer's counters.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Sample<'a> {
    /// The writer.
    pub writer: &'a WriterLabel,
    /// Its counters.
    pub stats: &'a Stats,
}
