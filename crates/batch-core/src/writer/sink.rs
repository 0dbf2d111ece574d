use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_sink::Sink;

use super::permit::Permit;
use super::scope::Scope;
use super::yielding::wake_after_others;
use crate::{ReserveError, Service, SubmitError, UnprocessedItem, Writer};

/// A [`Sink`] of entries: the end of a stream pipeline that a writer delivers.
///
/// Created by [`Writer::sink`] and [`Scope::into_sink`]. It is a scope with another interface: its flushes wait only for its
/// own entries and return only their failures, and what it leaves when it is dropped passes to the writer.
///
/// - `poll_ready` is the back-pressure: it waits for capacity for one entry of up to the service's maximum size, and
///   reserves it. Now and then, it lets other tasks work before that.
/// - `start_send` submits the entry with that capacity. Without a reservation, it submits as
///   [`Writer::try_submit`] does.
/// - `poll_flush` sends what was submitted without lingering, and waits for every answer.
/// - `poll_close` does the same, and gives up a reservation. The writer stays open, and so does the sink.
///
/// Do not flush after each entry, as `SinkExt::send` does: requests would carry one entry each. `StreamExt::forward` flushes
/// whenever its stream pauses, and at most once for each response. Where entries trickle in and each request is billed, take
/// them from the stream in a loop and call [`Writer::submit`].
///
/// # Failures
///
/// An entry that cannot be delivered goes to the handler given to
/// [`WriterBuilder::on_unprocessed`](crate::WriterBuilder::on_unprocessed). Without a handler, a flush returns it, in
/// [`SinkError::Unprocessed`]. An error ends `forward` and `send_all`, but not the sink: it can be used as before.
///
/// ```
/// # use batch_core::{Service, SinkError, Writer};
/// # async fn pipeline<S: Service>(writer: &Writer<S>, entries: Vec<S::Entry>) -> Result<(), SinkError<S::Entry>> {
/// use futures_util::{StreamExt, stream};
///
/// stream::iter(entries).map(Ok).forward(writer.sink()).await
/// # }
/// ```
#[must_use = "a sink does nothing unless entries are sent to it"]
pub struct EntrySink<S: Service> {
    capacity: Capacity<S>,
    flush: Option<Flush<S::Entry>>,
    /// Whether nothing was submitted since the last flush began.
    is_flushed: bool,
    scope: Scope<S>,
}

/// The reason why an [`EntrySink`] did not go on. `Debug` and `Display` do not show an entry.
#[non_exhaustive]
pub enum SinkError<E> {
    /// No capacity was reserved. No entry is involved.
    Reserve(ReserveError),
    /// The entry was not accepted. The error gives it back.
    Submit(SubmitError<E>),
    /// These entries were not delivered, each with its cause; all others that the flush covered were.
    Unprocessed(Vec<UnprocessedItem<E>>),
}

/// Capacity for the next entry.
enum Capacity<S: Service> {
    Missing,
    Reserved(Permit<S>),
    Waiting(Pin<Box<dyn Future<Output = Result<Permit<S>, ReserveError>> + Send>>),
}

/// A flush under way.
type Flush<E> = Pin<Box<dyn Future<Output = Vec<UnprocessedItem<E>>> + Send>>;

impl<S: Service> Writer<S> {
    /// Returns a [`Sink`] of entries, which is a new [scope](Self::scope) of this writer.
    pub fn sink(&self) -> EntrySink<S> {
        self.scope().into_sink()
    }
}

impl<S: Service> Scope<S> {
    /// Turns the scope into a [`Sink`] of entries. Entries that were submitted before stay in the scope.
    pub fn into_sink(self) -> EntrySink<S> {
        EntrySink { capacity: Capacity::Missing, flush: None, is_flushed: false, scope: self }
    }
}

impl<S: Service> EntrySink<S> {
    /// Turns the sink into the scope that it is. A flush under way is given up without loss: the next flush of the scope
    /// returns its failures.
    pub fn into_scope(self) -> Scope<S> {
        self.scope
    }

    fn poll_capacity(&mut self, context: &mut Context<'_>) -> Poll<Result<(), ReserveError>> {
        if matches!(self.capacity, Capacity::Missing) {
            let writer = &self.scope.writer;
            if writer.shared.owes_turn() {
                wake_after_others(context);
                return Poll::Pending;
            }
            let (writer, id) = (writer.clone(), self.scope.id);
            self.capacity = match writer.try_reserve_in(id) {
                Some(permit) => Capacity::Reserved(permit),
                None => Capacity::Waiting(Box::pin(async move { writer.reserve_in(id).await })),
            };
        }
        if let Capacity::Waiting(waiting) = &mut self.capacity {
            let outcome = ready!(waiting.as_mut().poll(context));
            self.capacity = Capacity::Missing;
            self.capacity = Capacity::Reserved(outcome?);
        }
        Poll::Ready(Ok(()))
    }

    fn submit(&mut self, entry: S::Entry) -> Result<(), SubmitError<S::Entry>> {
        match std::mem::replace(&mut self.capacity, Capacity::Missing) {
            Capacity::Reserved(permit) => permit.submit(entry)?,
            other => {
                self.capacity = other;
                self.scope.try_submit(entry)?;
            }
        }
        self.is_flushed = false;
        Ok(())
    }

    fn poll_answers(&mut self, context: &mut Context<'_>) -> Poll<Vec<UnprocessedItem<S::Entry>>> {
        while self.flush.is_some() || !self.is_flushed {
            let flush = self.flush.get_or_insert_with(|| {
                self.is_flushed = true;
                let (writer, id) = (self.scope.writer.clone(), self.scope.id);
                Box::pin(async move { writer.shared.flush(id).await })
            });
            let items = ready!(flush.as_mut().poll(context));
            self.flush = None;
            // Entries may have been submitted since that flush began: they need another one.
            if !items.is_empty() {
                return Poll::Ready(items);
            }
        }
        Poll::Ready(Vec::new())
    }
}

impl<S: Service> Sink<S::Entry> for EntrySink<S> {
    type Error = SinkError<S::Entry>;

    fn poll_ready(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.get_mut().poll_capacity(context).map_err(SinkError::Reserve)
    }

    fn start_send(self: Pin<&mut Self>, entry: S::Entry) -> Result<(), Self::Error> {
        self.get_mut().submit(entry).map_err(SinkError::Submit)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        let items = ready!(self.get_mut().poll_answers(context));
        Poll::Ready(if items.is_empty() { Ok(()) } else { Err(SinkError::Unprocessed(items)) })
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.capacity = Capacity::Missing;
        self.poll_flush(context)
    }
}

impl<E> SinkError<E> {
    /// Returns the entries that come back with the error.
    pub fn into_entries(self) -> Vec<E> {
        match self {
            Self::Reserve(_) => Vec::new(),
            Self::Submit(error) => vec![error.into_entry()],
            Self::Unprocessed(items) => items.into_iter().map(|item| item.entry).collect(),
        }
    }
}

impl<E> fmt::Display for SinkError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reserve(_) => f.write_str("no capacity was reserved"),
            Self::Submit(_) => f.write_str("the entry was not accepted"),
            Self::Unprocessed(items) if items.len() == 1 => f.write_str("1 entry was not delivered"),
            Self::Unprocessed(items) => write!(f, "{} entries were not delivered", items.len()),
        }
    }
}

impl<E> fmt::Debug for SinkError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reserve(error) => f.debug_tuple("Reserve").field(error).finish(),
            Self::Submit(error) => f.debug_tuple("Submit").field(error).finish(),
            Self::Unprocessed(items) => f.debug_tuple("Unprocessed").field(items).finish(),
        }
    }
}

impl<E: 'static> Error for SinkError<E> {
    /// Of several items, the first.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Reserve(error) => Some(error),
            Self::Submit(error) => Some(error),
            Self::Unprocessed(items) => items.first().map(|item| item as &(dyn Error + 'static)),
        }
    }
}

impl<S: Service> fmt::Debug for EntrySink<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EntrySink").field("scope", &self.scope).finish_non_exhaustive()
    }
}
