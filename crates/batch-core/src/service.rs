use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use crate::{Failure, Key, LimitPolicy};

/// One batch operation of one service: what it allows, how it counts, and one way to send.
///
/// A service is a small adapter. It does not spawn, sleep, retry, buffer or log failures: the
/// [`Writer`](crate::Writer) does all of that from what the adapter tells it. The trait is
/// object-safe.
///
/// # Example
///
/// A complete adapter for an operation that takes up to 3 numbers a request, and refuses 13.
///
/// ```
/// use async_trait::async_trait;
/// use batch_core::{Cause, Failure, Invalid, LimitPolicy, Measure, Reply, Service, Verdict, Writer};
///
/// struct Numbers;
///
/// #[async_trait]
/// impl Service for Numbers {
///     type Entry = i64;
///     type Response = (); // what the service tells about a number that it took: nothing
///
///     fn name(&self) -> &'static str {
///         "numbers"
///     }
///
///     fn limits(&self) -> LimitPolicy {
///         LimitPolicy::new(3, 24, 8).expect("the limits are not zero")
///     }
///
///     fn measure<'a>(&self, entry: &'a i64) -> Result<Measure<'a>, Invalid> {
///         if *entry < 0 {
///             return Err(Invalid::new("the number is below 0, the smallest one taken"));
///         }
///         Ok(Measure::of_bytes(8))
///     }
///
///     async fn send(&self, entries: &[i64]) -> Reply<()> {
///         // Here an adapter calls its client and translates the answer.
///         let verdict = |n: &i64| match n {
///             13 => Verdict::Reject(Failure::new("Unlucky")),
///             _ => Verdict::Accepted(()),
///         };
///         Reply::Each(entries.iter().map(verdict).collect())
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let writer = Writer::builder(Numbers).build()?;
/// for n in 10..=19 {
///     writer.submit(n).await?;
/// }
/// let refused = writer.submit(-1).await.unwrap_err();
/// assert_eq!(refused.to_string(), "invalid entry: the number is below 0, the smallest one taken");
/// assert_eq!(refused.into_entry(), -1);
///
/// let unprocessed = writer.flush().await;
/// assert_eq!(unprocessed.len(), 1);
/// assert_eq!(unprocessed[0].entry, 13);
/// assert!(matches!(&unprocessed[0].cause, Cause::Rejected(failure) if failure.code() == "Unlucky"));
/// assert_eq!(writer.stats().delivered, 9);
/// # Ok(())
/// # }
/// ```
#[async_trait]
pub trait Service: Send + Sync + 'static {
    /// What a user submits. It is cloned only where a flush with a deadline hands back what a request in
    /// flight still carries.
    type Entry: Clone + Send + Sync + 'static;

    /// What the service tells about an entry that it took.
    type Response: Send + Sync + 'static;

    /// A short name for logs, such as `sqs`.
    fn name(&self) -> &'static str;

    /// What it sends to, for logs: the name of a queue, for example. Read once, when the writer is built.
    /// Default: nothing.
    fn destination(&self) -> String {
        String::new()
    }

    /// The limits of a request and of an entry. Read once, when the writer is built.
    fn limits(&self) -> LimitPolicy;

    /// How long the service surely remembers an entry that it accepted, if it does: one that comes again
    /// within that time is not taken for another. Default: none, it does not, or for ever. Read once,
    /// when the writer is built.
    ///
    /// That time begins at the first attempt that may have delivered the entry. One attempt timeout
    /// before its end the entry is handed back with [`Cause::Ambiguous`](crate::Cause::Ambiguous)
    /// instead of being sent again, so that no retry can arrive when it is over.
    fn remembers_for(&self) -> Option<Duration> {
        None
    }

    /// Fills in what the service generates for an entry (an id, a timestamp). Called once when an
    /// entry is submitted, before [`measure`](Self::measure). An entry that already has it must
    /// be left as it is, so that an entry handed back can be submitted again.
    fn prepare(&self, _entry: &mut Self::Entry) {}

    /// Everything about an entry at once: its sizes, its lane, its identity.
    ///
    /// # Errors
    ///
    /// Why the service would refuse this entry. Its size is not checked here: the writer compares
    /// the measure with [`limits`](Self::limits).
    fn measure<'a>(&self, entry: &'a Self::Entry) -> Result<Measure<'a>, Invalid>;

    /// Sends one request with these entries, in this order, and says what became of it.
    ///
    /// Called from several tasks at once. The future is dropped before its end only by the timeout of an
    /// attempt and by the end of its runtime; the entries are only borrowed, so none is lost, and the
    /// writer counts the request as ambiguous. A panic counts as ambiguous too.
    async fn send(&self, entries: &[Self::Entry]) -> Reply<Self::Response>;
}

/// A service behind a pointer is a service: `Box<dyn Service<Entry = E, Response = R>>`, say.
#[async_trait]
impl<S: Service + ?Sized> Service for Box<S> {
    type Entry = S::Entry;
    type Response = S::Response;

    fn name(&self) -> &'static str {
        (**self).name()
    }

    fn destination(&self) -> String {
        (**self).destination()
    }

    fn limits(&self) -> LimitPolicy {
        (**self).limits()
    }

    fn remembers_for(&self) -> Option<Duration> {
        (**self).remembers_for()
    }

    fn prepare(&self, entry: &mut Self::Entry) {
        (**self).prepare(entry);
    }

    fn measure<'a>(&self, entry: &'a Self::Entry) -> Result<Measure<'a>, Invalid> {
        (**self).measure(entry)
    }

    async fn send(&self, entries: &[Self::Entry]) -> Reply<Self::Response> {
        (**self).send(entries).await
    }
}

/// Everything that the writer needs to know about an entry.
#[derive(Clone, Debug)]
#[must_use]
pub struct Measure<'a> {
    /// Its size against the limit of an entry, in bytes as the service counts.
    pub entry_bytes: usize,
    /// Its share of a request, in bytes as the service counts.
    pub request_bytes: usize,
    /// What it occupies on the heap, in bytes, for the writer's memory bound.
    pub heap_bytes: usize,
    /// The lane whose order it keeps; none where order does not matter.
    pub lane: Option<Key<'a>>,
    /// Entries of equal identity and equal lane are duplicates of each other; none where there are none.
    pub identity: Option<Key<'a>>,
}

impl Measure<'_> {
    /// An entry without lane and identity, of which every size is `bytes`.
    pub fn of_bytes(bytes: usize) -> Self {
        Self { entry_bytes: bytes, request_bytes: bytes, heap_bytes: bytes, lane: None, identity: None }
    }
}

/// Why an entry is refused at `submit`: what is wrong, what it counts, the limit and the way out.
///
/// `Display` and `Debug` show nothing that the entry holds, not the name of an attribute either.
/// Where in the entry the reason lies is asked for with [`place`](Self::place).
///
/// ```
/// use batch_core::Invalid;
///
/// let invalid = Invalid::new("a value is empty").at("the attribute \"my secret\"");
/// assert_eq!(invalid.to_string(), "a value is empty");
/// assert_eq!(invalid.place(), Some("the attribute \"my secret\""));
/// ```
#[derive(Clone, Eq, PartialEq, thiserror::Error)]
#[error("{reason}")]
pub struct Invalid {
    reason: Cow<'static, str>,
    place: Option<Box<str>>,
}

impl Invalid {
    /// A refusal for this reason, which shows no part of the entry.
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self { reason: reason.into(), place: None }
    }

    /// Adds where in the entry the reason lies, in the entry's own words.
    #[must_use]
    pub fn at(mut self, place: impl Into<Box<str>>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Where in the entry the reason lies, if it was said. It quotes the entry: show it to whoever may
    /// see that.
    #[must_use]
    pub fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }
}

impl fmt::Debug for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Invalid({self})")
    }
}

/// What became of a request.
#[derive(Clone, Debug)]
pub enum Reply<T> {
    /// It may or may not have been applied: a timeout, a reset, a 5xx after sending, an answer
    /// that cannot be read. Uses up an attempt.
    Ambiguous(Failure),
    /// One verdict for each entry, in the order of the entries. A vector of another length makes
    /// the whole request ambiguous.
    Each(Vec<Verdict<T>>),
    /// Nothing was applied and no retry will change that: access denied, no such destination. Its
    /// entries are handed back; the writer stays usable.
    Fatal(Failure),
    /// Nothing was applied and a retry may succeed. Uses up an attempt.
    Retry(Failure),
    /// Nothing was applied because the request is invalid or too large. Its entries are sent again
    /// in parts, one part after the other, until each culprit was refused in a request of its own
    /// ([`Cause::Rejected`](crate::Cause::Rejected)) and the others are delivered. That takes at
    /// most 2k⌈log₂ n⌉ + 1 requests for k culprits of n entries. Where n is above 25 it ends after
    /// 3n/2 + 25 requests; what is left then comes back with
    /// [`Cause::Unisolated`](crate::Cause::Unisolated). Uses up no attempt.
    Split(Failure),
    /// Nothing was applied because the service is asked too much. Uses up no attempt; the writer
    /// slows down.
    Throttled(Failure),
    /// The request surely never left: connection refused, no such host. Or it was refused because its
    /// credentials have expired or are not valid yet, and others will be asked for. Uses up no attempt; the
    /// writer sends one probe at a time until the service answers one. An ambiguous reply is no answer.
    Unsent(Failure),
}

/// What became of one entry of a request that the service answered.
#[derive(Clone, Debug)]
pub enum Verdict<T> {
    /// It is taken.
    Accepted(T),
    /// It may or may not be taken; the answer does not mention it, say. Uses up an attempt.
    Ambiguous(Failure),
    /// It is refused for good.
    Reject(Failure),
    /// It is not taken and a retry may succeed. Uses up an attempt.
    Retry(Failure),
    /// It is not taken because the service is asked too much. Uses up no attempt.
    Throttled(Failure),
}
