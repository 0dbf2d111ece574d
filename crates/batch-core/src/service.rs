use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::{
    Batch, ConfigError, Failure, Growth, Invalid, LimitPolicy, Measure, Quota, Rate, Reply, Settings,
};

/// An adapter for one batch operation of one service: its limits, the sizes of its entries, and a way to
/// send a request.
///
/// A service is a value. The options of the destination (its name, its client, its keys) are set on the value
/// before it is passed to [`Writer::builder`](crate::Writer::builder). An adapter does not spawn, sleep,
/// retry, buffer or log failures: the [`Writer`](crate::Writer) does all of that, from the verdicts that the
/// adapter reports.
///
/// The trait is dyn-compatible, and implemented for `Arc<S>` and `Box<S>`.
///
/// # Example
///
/// A complete adapter for an operation that accepts up to 3 numbers per request, and rejects 13. That of an AWS
/// service has the same shape, and in addition the name of its destination, which
/// [`destination`](Self::destination) returns and [`check`](Self::check) validates; `batch-firehose` is the
/// shortest.
///
/// ```
/// use async_trait::async_trait;
/// use batch_core::{
///     Batch, Cause, ConfigError, Failure, Invalid, LimitPolicy, Measure, Reply, Service, Verdict, Writer,
/// };
///
/// struct Numbers;
///
/// #[async_trait]
/// impl Service for Numbers {
///     type Entry = i64;
///     type Response = (); // the service returns nothing for an accepted number
///
///     fn name(&self) -> &'static str {
///         "numbers"
///     }
///
///     fn limits(&self) -> Result<LimitPolicy, ConfigError> {
///         LimitPolicy::new(3, 24, 8)
///     }
///
///     fn measure<'a>(&self, entry: &'a i64) -> Result<Measure<'a>, Invalid> {
///         if *entry < 0 {
///             return Err(Invalid::new("the number is below 0, the smallest one accepted"));
///         }
///         Ok(Measure::of_bytes(8))
///     }
///
///     async fn send(&self, batch: &Batch<i64>) -> Reply<()> {
///         // Here an adapter calls its client and translates the response.
///         let verdict = |n: &i64| match n {
///             13 => Verdict::Reject(Failure::new("Unlucky")),
///             _ => Verdict::Accepted(()),
///         };
///         Ok(batch.entries().iter().map(verdict).collect())
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
/// assert_eq!(refused.to_string(), "invalid entry: the number is below 0, the smallest one accepted");
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
    /// The type of the entries that users submit.
    ///
    /// An entry is cloned only if a flush with a deadline hands it back while its request is still in flight.
    type Entry: Clone + Send + Sync + 'static;

    /// The type of the service's response for an entry that it accepted.
    type Response: Send + Sync + 'static;

    /// Returns a short name for logs, such as `sqs`.
    fn name(&self) -> &'static str;

    /// Returns the name of the destination for logs, such as the name of a queue.
    ///
    /// Called once, when the writer is built. The default is an empty string.
    fn destination(&self) -> String {
        String::new()
    }

    /// Returns the limits of a request and of an entry.
    ///
    /// Called once, when the writer is built, after [`check`](Self::check).
    ///
    /// # Errors
    ///
    /// Returns an error if the service's own options leave no room for an entry in a request.
    fn limits(&self) -> Result<LimitPolicy, ConfigError>;

    /// Returns the settings that apply where the user set none, such as the rules for order and duplicates.
    ///
    /// Called once, when the writer is built. The default is [`Settings::new`].
    fn defaults(&self) -> Settings {
        Settings::new()
    }

    /// Checks the service's own options, such as the name of the destination, and whether they are compatible
    /// with the settings: those of the user, completed by [`defaults`](Self::defaults).
    ///
    /// Called once, when the writer is built. The default accepts everything.
    ///
    /// # Errors
    ///
    /// Returns an error that names the value, the limit and the way out.
    fn check(&self, _settings: &Settings) -> Result<(), ConfigError> {
        Ok(())
    }

    /// Returns how long the service recognises an entry that it has already accepted, such as the
    /// deduplication interval of a FIFO queue.
    ///
    /// Called once, when the writer is built. The default is `None`, for a service that does not deduplicate,
    /// or does so without a time limit.
    ///
    /// The time counts from the first attempt that may have delivered the entry. One attempt timeout before
    /// its end, the writer hands the entry back with [`Cause::Ambiguous`](crate::Cause::Ambiguous) instead of
    /// sending it again, so no retry can arrive after the service has forgotten the entry.
    fn remembers_for(&self) -> Option<Duration> {
        None
    }

    /// Completes an entry with generated values, such as an id or a timestamp.
    ///
    /// Called each time an entry is submitted, before [`measure`](Self::measure). It must keep the values
    /// that an entry already has, so that an entry that was handed back can be submitted again. The default
    /// does nothing.
    ///
    /// # Errors
    ///
    /// Returns the reason why the entry cannot be completed. The caller gets the entry back with
    /// [`SubmitError::Invalid`](crate::SubmitError::Invalid).
    fn prepare(&self, _entry: &mut Self::Entry) -> Result<(), Invalid> {
        Ok(())
    }

    /// Validates an entry, and returns its sizes, its lane and its identity.
    ///
    /// # Errors
    ///
    /// Returns the reason why the service would reject this entry. The size need not be checked: the writer
    /// compares it with [`limits`](Self::limits).
    fn measure<'a>(&self, entry: &'a Self::Entry) -> Result<Measure<'a>, Invalid>;

    /// Merges a newer entry into one of the same lane and identity, to which nothing has happened yet, and
    /// returns what it adds to that entry's sizes; or returns `None`, and changes neither.
    ///
    /// Called only under [`Duplicates::Merge`](crate::Duplicates::Merge), for one such entry after the other
    /// until one absorbs the newer entry. The default returns `None`.
    ///
    /// The merged entry must be valid and fit the limits of the service, as it may be handed back and
    /// submitted again. In each size, the growth must not exceed what [`measure`](Self::measure) returned for
    /// the newer entry; what exceeds it is not counted. What is left of the newer entry is dropped
    /// afterwards.
    ///
    /// # Locks
    ///
    /// The writer is locked meanwhile, so this method must neither block nor drop anything whose drop runs
    /// code of the user's, and must not use the writer. If it panics, the call that submitted the newer entry
    /// panics.
    fn absorb(&self, _waiting: &mut Self::Entry, _newer: &mut Self::Entry) -> Option<Growth> {
        None
    }

    /// Returns what an entry takes of a limit that it shares with only some others: its shard, its table, its
    /// message group. The default is `None`, for an entry that is limited with all others or not at all.
    ///
    /// Called when an entry is throttled by itself ([`Verdict::Throttled`](crate::Verdict::Throttled)), and,
    /// while such a quota is limited or the user chose a rate in [units](crate::Rate::units), before an entry goes into
    /// a request. Requests are then filled with what
    /// each limited quota lets through, and no quota holds up another one. A wrong answer costs time, and
    /// nothing else.
    fn quota(&self, _entry: &Self::Entry) -> Option<Quota> {
        None
    }

    /// Returns the rate of [`defaults`](Self::defaults) as it is now, where that is a rate of the destination which may
    /// change, such as a share of the capacity of a table; or `None` if it never changes. The default is `None`.
    ///
    /// Called unless the user chose a rate, and the writer keeps to what it returns: with the first request, then every 30
    /// seconds while the writer has something to send, and 10 seconds after the last call if the service has throttled
    /// anything since. Once it returned `None`, it is not called again. Nothing waits for it.
    ///
    /// A rate that counts something else than that of `defaults`, or nothing at all, is ignored.
    ///
    /// # Cancel safety
    ///
    /// The writer drops the future before it completes if it takes longer than an attempt may, or the runtime shuts down.
    ///
    /// # Errors
    ///
    /// Returns the reason why the rate is not known now. The writer logs it at WARN and keeps the last rate.
    async fn rate(&self) -> Result<Option<Rate>, Failure> {
        Ok(None)
    }

    /// Sends one request with the entries of this batch, in their order, and returns their verdicts.
    ///
    /// Called from several tasks at once.
    ///
    /// # Cancel safety
    ///
    /// The writer drops the future before it completes if the attempt times out or the runtime shuts down.
    /// The entries are only borrowed, so none is lost; the request counts as ambiguous. So does a request
    /// whose future panics.
    ///
    /// # Errors
    ///
    /// Returns the reason why the request failed as a whole, and what that means for the entries.
    async fn send(&self, batch: &Batch<Self::Entry>) -> Reply<Self::Response>;
}

/// A service behind a pointer is a service, and the pointer forwards every method.
macro_rules! forward {
    ($($pointer:ident)*) => {$(
        #[async_trait]
        impl<S: Service + ?Sized> Service for $pointer<S> {
            type Entry = S::Entry;
            type Response = S::Response;

            fn name(&self) -> &'static str {
                (**self).name()
            }

            fn destination(&self) -> String {
                (**self).destination()
            }

            fn limits(&self) -> Result<LimitPolicy, ConfigError> {
                (**self).limits()
            }

            fn defaults(&self) -> Settings {
                (**self).defaults()
            }

            fn check(&self, settings: &Settings) -> Result<(), ConfigError> {
                (**self).check(settings)
            }

            fn remembers_for(&self) -> Option<Duration> {
                (**self).remembers_for()
            }

            fn prepare(&self, entry: &mut Self::Entry) -> Result<(), Invalid> {
                (**self).prepare(entry)
            }

            fn measure<'a>(&self, entry: &'a Self::Entry) -> Result<Measure<'a>, Invalid> {
                (**self).measure(entry)
            }

            fn absorb(&self, waiting: &mut Self::Entry, newer: &mut Self::Entry) -> Option<Growth> {
                (**self).absorb(waiting, newer)
            }

            fn quota(&self, entry: &Self::Entry) -> Option<Quota> {
                (**self).quota(entry)
            }

            async fn rate(&self) -> Result<Option<Rate>, Failure> {
                (**self).rate().await
            }

            async fn send(&self, batch: &Batch<Self::Entry>) -> Reply<Self::Response> {
                (**self).send(batch).await
            }
        }
    )*};
}

forward!(Arc Box);
