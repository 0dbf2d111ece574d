use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, SystemTime};

use batch_core::{Service, Writer};
use tokio::time::Instant;

use crate::items::{Items, Order};
use crate::part::{AnyPart, BoxFuture, Part};
use crate::{BatchItemFailures, InvocationScope, Item, clock};

/// One invocation of a function: the time that it has, the messages or records of its event, and what became of the
/// entries made from them.
///
/// Any number of invocations may use one writer at once: each has a [scope](batch_core::Scope) of its own, so that none waits
/// for the entries of another, withdraws them or collects their failures.
///
/// An invocation that is dropped without [`finish`](Self::finish), because the handler returned an error, panicked or was
/// cancelled, leaves its entries to the writer, which goes on delivering them. Lambda delivers the whole event again then.
#[must_use = "an invocation reports what failed when it is finished"]
pub struct Invocation {
    begun: Instant,
    /// Unless it is unknown.
    remaining: Option<Duration>,
    margin: Duration,
    fallback: Duration,
    items: Mutex<Items>,
    parts: Mutex<Vec<Arc<dyn AnyPart>>>,
}

impl Invocation {
    /// Begins an invocation with the deadline of its Lambda context: `context.deadline()` of the `lambda_runtime` crate.
    ///
    /// A deadline in the past is unknown: `cargo lambda` sends a constant of ten minutes after the Unix epoch. The invocation
    /// has the [fallback](Self::fallback) then.
    pub fn new(deadline: SystemTime) -> Self {
        Self::begin(clock::until(deadline))
    }

    /// Begins an invocation that has this much time left, by whatever clock; none is unknown.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # runtime.block_on(async {
    /// let invocation = batch_lambda::Invocation::with_remaining(Duration::from_secs(30));
    /// assert!(invocation.finish().await.is_empty());
    /// # });
    /// ```
    pub fn with_remaining(remaining: Duration) -> Self {
        Self::begin(Some(remaining).filter(|remaining| !remaining.is_zero()))
    }

    fn begin(remaining: Option<Duration>) -> Self {
        Self {
            begun: clock::now(),
            remaining,
            margin: MARGIN,
            fallback: FALLBACK,
            items: Mutex::default(),
            parts: Mutex::default(),
        }
    }

    /// Sets how long before the end of the invocation its entries are given up, so that the handler can still respond.
    /// Default: 500 ms.
    ///
    /// It takes at most half of the time that is left when the invocation begins.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use batch_lambda::Invocation;
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// let invocation = Invocation::with_remaining(Duration::from_secs(30)).margin(Duration::from_secs(2));
    /// let left = invocation.deadline() - tokio::time::Instant::now();
    /// assert!(left <= Duration::from_secs(28));
    /// # });
    /// ```
    pub fn margin(self, margin: Duration) -> Self {
        Self { margin, ..self }
    }

    /// Sets how much time the invocation has if its deadline is unknown. Default: 3 s, the time-out of a function whose owner
    /// sets none.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    ///
    /// use batch_lambda::Invocation;
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// let invocation = Invocation::new(SystemTime::UNIX_EPOCH).fallback(Duration::from_secs(10));
    /// let left = invocation.deadline() - tokio::time::Instant::now();
    /// assert!(left > Duration::from_secs(9) && left <= Duration::from_millis(9_500));
    /// # });
    /// ```
    pub fn fallback(self, fallback: Duration) -> Self {
        Self { fallback, ..self }
    }

    /// Returns when entries that have no answer are given up: the end of the invocation, less the margin.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        let remaining = self.remaining.unwrap_or(self.fallback).min(LONGEST);
        self.begun + (remaining - self.margin.min(remaining / 2))
    }

    /// Opens a scope of this writer for the entries of the invocation.
    ///
    /// An invocation may write to several writers. An item that made entries for some of them fails if one of these entries
    /// does.
    pub fn scope<S: Service>(&self, writer: &Writer<S>) -> InvocationScope<'_, S> {
        let part = Arc::new(Part::new(writer.scope()));
        let shared: Arc<dyn AnyPart> = Arc::<Part<S>>::clone(&part);
        self.parts.lock().unwrap_or_else(PoisonError::into_inner).push(shared);
        InvocationScope::new(self, part)
    }

    /// Names a message of a standard queue, by its `messageId`.
    ///
    /// If it fails, it alone is reported. A message of a standard queue may have a group too, which keeps no order.
    pub fn message(&self, id: impl Into<String>) -> Item<'_> {
        self.add(id.into(), Order::None)
    }

    /// Names a message of a FIFO queue, by its `messageId` and its `MessageGroupId`. Name messages in the order of the event.
    ///
    /// If it fails, it is reported with all messages of its group that are named after it, whatever became of these: in a
    /// group, no message may come before an earlier one.
    pub fn fifo_message(&self, id: impl Into<String>, group: impl Into<String>) -> Item<'_> {
        self.add(id.into(), Order::Group(group.into()))
    }

    /// Names a record of a Kinesis or DynamoDB stream, by its sequence number.
    ///
    /// Of those that failed, the lowest sequence number is reported, by value, and Lambda goes back to it: that record and
    /// all after it are delivered again.
    pub fn record(&self, sequence_number: impl Into<String>) -> Item<'_> {
        self.add(sequence_number.into(), Order::Sequence)
    }

    /// Sends what was submitted without lingering, waits for the answers until the [deadline](Self::deadline), and returns
    /// what failed, for Lambda to deliver it again.
    ///
    /// Entries without an answer at the deadline are withdrawn, and their items fail. One that is in flight then may be
    /// delivered all the same, and is delivered again with its item.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it completes, the writers go on delivering the entries, and what becomes of them is not
    /// reported: return an error then, so that Lambda delivers the event again.
    ///
    /// # Panics
    ///
    /// Panics outside a tokio runtime with a timer, if a scope was opened.
    pub async fn finish(self) -> BatchItemFailures {
        let deadline = self.deadline();
        let parts = self.parts.into_inner().unwrap_or_else(PoisonError::into_inner);
        // All at once: each has the time until the deadline.
        let failed = all(parts.iter().map(|part| part.finish(deadline)).collect()).await;
        let mut items = self.items.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (position, reason) in failed.into_iter().flatten() {
            items.fail(position, reason);
        }
        items.into_failures()
    }

    pub(crate) fn items(&self) -> MutexGuard<'_, Items> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, id: String, order: Order) -> Item<'_> {
        Item { invocation: self, position: self.items().add(id, order) }
    }
}

impl fmt::Debug for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invocation").field("deadline", &self.deadline()).finish_non_exhaustive()
    }
}

/// Waits for all of them at once.
async fn all<T>(mut futures: Vec<BoxFuture<'_, T>>) -> Vec<T> {
    let mut outputs = Vec::with_capacity(futures.len());
    poll_fn(|context| {
        futures.retain_mut(|future| match future.as_mut().poll(context) {
            Poll::Ready(output) => {
                outputs.push(output);
                false
            }
            Poll::Pending => true,
        });
        if futures.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    outputs
}

/// What Lambda gives a function whose owner sets no time-out (developer guide, "Configure Lambda function timeout").
const FALLBACK: Duration = Duration::from_secs(3);

/// Beyond any invocation, so that no deadline overflows a clock.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Enough for what a handler does after its last request.
const MARGIN: Duration = Duration::from_millis(500);
