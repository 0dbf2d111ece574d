use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::{Batch, ConfigError, Invalid, LimitPolicy, Measure, Reply, Settings};

/// One batch operation of one service: what it allows, how it counts, and one way to send.
///
/// A service is a small adapter, and a value: what a user chooses about the destination (its name, its
/// client, its keys) is set on it before it is given to [`Writer::builder`](crate::Writer::builder). It
/// does not spawn, sleep, retry, buffer or log failures: the [`Writer`](crate::Writer) does all of that
/// from what the adapter reports. The trait is object-safe.
///
/// # Example
///
/// A complete adapter for an operation that takes up to 3 numbers a request, and rejects 13.
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
///     type Response = (); // what the service says of a number that it accepted: nothing
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
    /// What a user submits. It is cloned only where a flush with a deadline hands back what a request in
    /// flight still carries.
    type Entry: Clone + Send + Sync + 'static;

    /// The service's response for an entry that it accepted.
    type Response: Send + Sync + 'static;

    /// A short name for logs, such as `sqs`.
    fn name(&self) -> &'static str;

    /// What it sends to, for logs: the name of a queue, for example. Read once, when the writer is built.
    /// Default: nothing.
    fn destination(&self) -> String {
        String::new()
    }

    /// The limits of a request and of an entry. Read once, when the writer is built, after
    /// [`check`](Self::check).
    ///
    /// # Errors
    ///
    /// When the service's own options leave no room for an entry.
    fn limits(&self) -> Result<LimitPolicy, ConfigError>;

    /// The settings that hold where the user chose none: its rules for order and duplicates, its linger,
    /// its deadline. Read once, when the writer is built. Default: [`Settings::new`].
    fn defaults(&self) -> Settings {
        Settings::new()
    }

    /// Checks the service's own options (whether there can be a destination of this name, for example),
    /// and whether they go together with these settings, which are the user's, completed by
    /// [`defaults`](Self::defaults). Called once, when the writer is built. Default: everything is right.
    ///
    /// # Errors
    ///
    /// What is wrong: the value, the limit and the way out.
    fn check(&self, _settings: &Settings) -> Result<(), ConfigError> {
        Ok(())
    }

    /// How long the service surely remembers an entry that it accepted, if it does: one that comes again
    /// within that time is not taken for another. Read once, when the writer is built. Default: none; it
    /// does not, or for ever.
    ///
    /// That time begins at the first attempt that may have delivered the entry. One attempt timeout
    /// before its end the entry is handed back with [`Cause::Ambiguous`](crate::Cause::Ambiguous)
    /// instead of being sent again, so that no retry can arrive when it is over.
    fn remembers_for(&self) -> Option<Duration> {
        None
    }

    /// Completes an entry with what the service generates for it (an id, a timestamp). Called once when
    /// an entry is submitted, before [`measure`](Self::measure). What an entry already has is left as it
    /// is, so that an entry handed back can be submitted again. Default: nothing.
    ///
    /// # Errors
    ///
    /// Why the entry cannot be completed. It is given back to the caller.
    fn prepare(&self, _entry: &mut Self::Entry) -> Result<(), Invalid> {
        Ok(())
    }

    /// Everything about an entry at once: its sizes, its lane, its identity.
    ///
    /// # Errors
    ///
    /// Why the service would reject this entry. Its size is not checked here: the writer compares
    /// the measure with [`limits`](Self::limits).
    fn measure<'a>(&self, entry: &'a Self::Entry) -> Result<Measure<'a>, Invalid>;

    /// Sends one request with the entries of this batch, in their order, and reports what became of them.
    ///
    /// Called from several tasks at once. The future is dropped before its end only by the timeout of an
    /// attempt and by the end of its runtime; the entries are only borrowed, so none is lost, and the
    /// writer counts the request as ambiguous. A panic counts as ambiguous too.
    ///
    /// # Errors
    ///
    /// When the request failed as a whole: the reason, and what it means for the entries.
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

            async fn send(&self, batch: &Batch<Self::Entry>) -> Reply<Self::Response> {
                (**self).send(batch).await
            }
        }
    )*};
}

forward!(Arc Box);
