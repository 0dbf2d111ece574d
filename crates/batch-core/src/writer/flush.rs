use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::task::{Poll, Waker};

use tokio::time::Instant;

use super::clock;
use super::effects::{guarded, quietly};
use super::lock::Locked;
use super::shared::{Shared, State};
use crate::buffer::Stamp;
use crate::{ScopeId, Service, UnprocessedItem, Watermark, Writer};

impl<S: Service> Writer<S> {
    /// Sends every entry accepted before this call without lingering, waits for their answers, and returns
    /// the failures that have no other owner (see [`Writer`](Self#who-gets-a-failure)).
    ///
    /// It does not wait for entries accepted later, so it ends even under steady traffic, and any number of
    /// callers may flush at once. Entries of a [`Scope`](crate::Scope) are sent too, but neither waited for
    /// nor returned. Backoffs are not cut short: in the worst case, a flush takes as long as the delivery
    /// deadline.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it completes, no failure is lost: the next flush returns it.
    #[must_use = "an unprocessed item is an entry that was not delivered"]
    pub async fn flush(&self) -> Vec<UnprocessedItem<S::Entry>> {
        self.shared.flush(ScopeId::OWN).await
    }

    /// Flushes like [`flush`](Self::flush), but no longer than until `deadline`: entries without an answer
    /// by then are withdrawn and returned too.
    ///
    /// An entry in flight at the deadline is returned as a copy, marked as maybe delivered. Its request runs
    /// on, and a late verdict changes nothing but [`Stats::late`](crate::Stats::late).
    ///
    /// The call returns at the deadline even if the writer's runtime is blocked, idle or gone. It does not
    /// wait for a handler that is running at the deadline.
    ///
    /// # Panics
    ///
    /// Panics outside a tokio runtime with a timer.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use batch_core::{Service, UnprocessedItem, Writer};
    /// # async fn end_of_program<S: Service>(writer: &Writer<S>) -> Vec<UnprocessedItem<S::Entry>> {
    /// let deadline = tokio::time::Instant::now() + Duration::from_millis(500);
    /// writer.flush_by(deadline).await
    /// # }
    /// ```
    #[must_use = "an unprocessed item is an entry that was not delivered"]
    pub async fn flush_by(&self, deadline: impl Into<Instant>) -> Vec<UnprocessedItem<S::Entry>> {
        self.shared.flush_by(ScopeId::OWN, deadline.into()).await
    }

    /// Closes the writer and waits until every entry has its answer.
    ///
    /// From this call on, no handle and no scope accepts an entry; callers that wait in
    /// [`submit`](Self::submit) get theirs back with [`SubmitError::Closed`](crate::SubmitError::Closed).
    /// Returns the failures that [`flush`](Self::flush) would return; those of a scope stay with the scope.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it completes, the writer stays closed, delivery goes on, and the
    /// failures stay for [`take_unprocessed`](Self::take_unprocessed).
    #[must_use = "an unprocessed item is an entry that was not delivered"]
    pub async fn shutdown(&self) -> Vec<UnprocessedItem<S::Entry>> {
        self.shared.close();
        let flush = Flush::of_everything(&self.shared);
        flush.passed().await;
        self.shared.collect(ScopeId::OWN, None)
    }

    /// Closes the writer like [`shutdown`](Self::shutdown), but waits no longer than until `deadline`:
    /// entries without an answer by then are withdrawn as in [`flush_by`](Self::flush_by), and handed back to
    /// their owners.
    ///
    /// # Panics
    ///
    /// Panics outside a tokio runtime with a timer.
    #[must_use = "an unprocessed item is an entry that was not delivered"]
    pub async fn shutdown_by(&self, deadline: impl Into<Instant>) -> Vec<UnprocessedItem<S::Entry>> {
        self.shared.close();
        let flush = Flush::of_everything(&self.shared);
        flush.passed_by(deadline.into()).await;
        self.shared.collect(ScopeId::OWN, None)
    }

    /// Returns the failures so far that have no other owner, without waiting.
    #[must_use = "an unprocessed item is an entry that was not delivered"]
    pub fn take_unprocessed(&self) -> Vec<UnprocessedItem<S::Entry>> {
        self.shared.collect(ScopeId::OWN, None)
    }
}

impl<S: Service> Shared<S> {
    /// Flushes a scope; its failures.
    pub(super) async fn flush(&self, scope: ScopeId) -> Vec<UnprocessedItem<S::Entry>> {
        let flush = Flush::begin(self, scope);
        flush.passed().await;
        self.collect(scope, Some(flush.key.0))
    }

    /// Flushes a scope until a deadline; its failures.
    pub(super) async fn flush_by(&self, scope: ScopeId, deadline: Instant) -> Vec<UnprocessedItem<S::Entry>> {
        let flush = Flush::begin(self, scope);
        flush.passed_by(deadline).await;
        self.collect(scope, Some(flush.key.0))
    }
}

/// A flush under way.
struct Flush<'a, S: Service> {
    shared: &'a Shared<S>,
    key: Key,
}

/// Flushes in the order in which they end, told apart by a number.
type Key = (Watermark, u64);

/// The flushes under way.
pub(super) struct Flushes {
    pending: BTreeSet<Key>,
    /// The wakers of those that have not been woken since they last looked.
    wakers: BTreeMap<Key, Waker>,
    /// The scopes whose flushes may have ended.
    progressed: BTreeSet<ScopeId>,
    next: u64,
}

impl<'a, S: Service> Flush<'a, S> {
    fn begin(shared: &'a Shared<S>, scope: ScopeId) -> Self {
        let mut state = shared.lock();
        let watermark = state.buffer.flush(scope, clock::now());
        Self::until(shared, state, watermark)
    }

    /// A flush of all scopes, after which nothing is accepted.
    fn of_everything(shared: &'a Shared<S>) -> Self {
        Self::until(shared, shared.lock(), Watermark::EVERYTHING)
    }

    fn until(shared: &'a Shared<S>, mut state: Locked<'_, S>, watermark: Watermark) -> Self {
        let key = state.flushes.begin(watermark);
        state.effects.calls_driver = true;
        Self { shared, key }
    }

    /// Waits until everything before its watermark is answered, and the handler has what is its own.
    async fn passed(&self) {
        poll_fn(|context| {
            let waker = context.waker().clone();
            let mut state = self.shared.lock();
            if state.is_flushed(self.key.0) {
                state.effects.unused_wakers.push(waker);
                return Poll::Ready(());
            }
            let unused = state.flushes.wakers.insert(self.key, waker);
            state.effects.unused_wakers.extend(unused);
            Poll::Pending
        })
        .await;
    }
}

impl<S: Service> Flush<'_, S> {
    /// Waits like [`passed`](Self::passed), and withdraws what is not answered at the deadline.
    async fn passed_by(&self, deadline: Instant) {
        if tokio::time::timeout_at(deadline, self.passed()).await.is_err() {
            self.shared.withdraw(self.key.0);
        }
    }
}

impl<S: Service> Drop for Flush<'_, S> {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.flushes.pending.remove(&self.key);
        let unused = state.flushes.wakers.remove(&self.key);
        state.effects.unused_wakers.extend(unused);
    }
}

impl Flushes {
    pub(super) fn new() -> Self {
        Self { pending: BTreeSet::new(), wakers: BTreeMap::new(), progressed: BTreeSet::new(), next: 0 }
    }

    /// Whether any is under way, which will collect failures.
    pub(super) fn are_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// What those of the writer's own entries cover.
    pub(super) fn covered(&self) -> Option<Watermark> {
        let everything = self.pending.last().map(|key| key.0).filter(|&last| last == Watermark::EVERYTHING);
        let own = self.pending.range(..(Watermark::first_after(ScopeId::OWN), 0)).next_back();
        everything.or_else(|| own.map(|key| key.0))
    }

    /// The flushes of this scope may have ended.
    pub(super) fn look_at(&mut self, scope: ScopeId) {
        self.progressed.insert(scope);
    }

    /// The first that waits of those of a scope.
    fn first_of(&self, scope: ScopeId) -> Option<Key> {
        let first = self.wakers.range((Watermark::first_of(scope), 0)..).next()?;
        Some(*first.0).filter(|key| key.0.scope() == scope)
    }

    fn begin(&mut self, watermark: Watermark) -> Key {
        let key = (watermark, self.next);
        self.next += 1;
        self.pending.insert(key);
        key
    }
}

impl<S: Service> State<S> {
    /// Wakes the flushes that are done.
    pub(super) fn wake_flushes(&mut self) {
        self.flushes.progressed.append(&mut self.buffer.take_progressed());
        if self.flushes.progressed.is_empty() {
            return;
        }
        let everything = Watermark::EVERYTHING;
        let mut scopes = std::mem::take(&mut self.flushes.progressed);
        scopes.insert(everything.scope());
        for scope in scopes {
            while let Some(key) = self.flushes.first_of(scope)
                && self.is_flushed(key.0)
            {
                self.effects.wakes.extend(self.flushes.wakers.remove(&key));
            }
        }
    }

    /// Whether everything before the watermark is answered, and the handler has what is its own.
    fn is_flushed(&self, watermark: Watermark) -> bool {
        let mut handling = match watermark {
            Watermark::EVERYTHING => self.handling.range(..),
            _ => self.handling.range(Stamp::all_of(watermark.scope())),
        };
        let is_handling = handling.next().is_some_and(|(&stamp, _)| watermark.covers(stamp));
        !is_handling && self.buffer.is_flushed(watermark)
    }
}

impl<S: Service> Shared<S> {
    /// Answers everything before the watermark: of what is in flight, by a copy.
    fn withdraw(&self, watermark: Watermark) {
        let mut state = self.lock();
        let withdrawn = state.buffer.withdraw(watermark, clock::now());
        let batch_of = |id| state.batches.get(&id)?.upgrade();
        let in_flight: Vec<_> = withdrawn
            .into_iter()
            .filter_map(|withdrawn| Some((batch_of(withdrawn.batch)?, withdrawn.positions)))
            .collect();
        state.effects.calls_driver = true;
        drop(state);
        for (batch, positions) in in_flight {
            let copy = |at: usize| Some((at, guarded(|| batch.entries()[at].clone())?));
            let copies: Vec<_> = positions.into_iter().filter_map(copy).collect();
            let mut unused = Vec::new();
            let mut state = self.lock();
            for (at, copy) in copies {
                unused.extend(state.buffer.hand_back_copy(batch.id(), at, copy, clock::now()).err());
            }
            drop(state);
            unused.into_iter().for_each(quietly);
            // Its request may have ended meanwhile.
            quietly(batch);
        }
    }
}
