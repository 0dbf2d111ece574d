use std::sync::Arc;

use tokio::runtime::Handle;

use super::clock;
use super::label::WriterLabel;
use super::shared::{Choices, Shared};
use super::trace::Tracing;
use crate::plan::Plan;
use crate::{ConfigError, Observer, Service, Settings, UnprocessedItem, Writer};

/// Configures and builds a [`Writer`].
///
/// Created by [`Writer::builder`]. Nothing is checked before [`build`](Self::build), and nothing is sent
/// before the first entry is submitted.
#[must_use = "a builder does nothing until `build` is called"]
pub struct WriterBuilder<S: Service> {
    service: S,
    settings: Settings,
    choices: Choices<S::Entry>,
    #[cfg(feature = "metrics")]
    metrics: bool,
    seed: Option<u64>,
}

impl<S: Service> WriterBuilder<S> {
    pub(super) fn new(service: S) -> Self {
        let choices =
            Choices { handler: None, observers: Vec::new(), tracing: Tracing::off(), runtime: None };
        Self {
            service,
            settings: Settings::new(),
            choices,
            #[cfg(feature = "metrics")]
            metrics: false,
            seed: None,
        }
    }

    /// Sets how the writer batches, sends and retries, and how much it may hold.
    ///
    /// A setting left unset takes the service's default ([`Service::defaults`]), or else the default
    /// documented at its method. See [`Settings`] for an example of each. Default: [`Settings::new`].
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Sets a handler that receives every failure without a live receipt as it happens, instead of
    /// leaving it for [`flush`](Writer::flush) to return.
    ///
    /// The handler runs on the task that ends the entry, usually one of the writer's: it should return soon,
    /// and must not block. If it panics, the entry it was given is lost and the panic is logged at ERROR. A
    /// handler that owns a handle of its writer keeps the writer alive forever. Default: no handler.
    ///
    /// ```
    /// # use batch_core::{Service, WriterBuilder};
    /// # fn set<S: Service>(builder: WriterBuilder<S>) -> WriterBuilder<S> {
    /// builder.on_unprocessed(|item| eprintln!("{item:#}"))
    /// # }
    /// ```
    pub fn on_unprocessed(
        mut self,
        handler: impl Fn(UnprocessedItem<S::Entry>) + Send + Sync + 'static,
    ) -> Self {
        self.choices.handler = Some(Box::new(handler));
        self
    }

    /// Adds an observer, which sees requests and answers in sizes, ages and attempts; see [`Observer`]. A shared one is added
    /// as an `Arc`. Default: none, which costs nothing.
    ///
    /// ```
    /// # use batch_core::{Service, WriterBuilder};
    /// # fn set<S: Service>(builder: WriterBuilder<S>) -> WriterBuilder<S> {
    /// use batch_core::{EntriesAnswered, Observer};
    ///
    /// struct Printer;
    ///
    /// impl Observer for Printer {
    ///     fn entries_answered(&self, answered: &EntriesAnswered<'_>) {
    ///         println!("{} of {}: {:?}", answered.entries, answered.writer.destination(), answered.answer);
    ///     }
    /// }
    ///
    /// builder.observer(Printer)
    /// # }
    /// ```
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.choices.observers.push(Box::new(observer));
        self
    }

    /// Reports to the recorder of the crate `metrics`, version 0.24, which the program installs. An own version of that crate
    /// with another number in its place sees nothing of it. Default: nothing is reported.
    ///
    /// The names, units and labels are listed in [`metrics`](crate::metrics). Install the recorder before the writer is built:
    /// descriptions are given once.
    ///
    /// ```
    /// # use batch_core::{Service, WriterBuilder};
    /// # fn set<S: Service>(builder: WriterBuilder<S>) -> WriterBuilder<S> {
    /// builder.metrics()
    /// # }
    /// ```
    #[cfg(feature = "metrics")]
    #[cfg_attr(docsrs, doc(cfg(feature = "metrics")))]
    pub fn metrics(mut self) -> Self {
        self.metrics = true;
        self
    }

    /// Opens a `tracing` span for each request, named after OpenTelemetry's conventions; the spans of the service's client are
    /// inside of it. Default: no spans.
    ///
    /// The names of its fields are listed in [`trace`](crate::trace). While a subscriber is interested in the spans, a request
    /// follows from the spans in which its entries were submitted, up to 128 of them, as far as they are still open when it is
    /// sent: so await the receipt, or flush, within the span that is to be linked. An entry is never changed for it.
    ///
    /// ```
    /// # use batch_core::{Service, WriterBuilder};
    /// # fn set<S: Service>(builder: WriterBuilder<S>) -> WriterBuilder<S> {
    /// builder.trace()
    /// # }
    /// ```
    #[cfg(feature = "trace")]
    #[cfg_attr(docsrs, doc(cfg(feature = "trace")))]
    pub fn trace(mut self) -> Self {
        self.choices.tracing = Tracing::on();
        self
    }

    /// Sets the tokio runtime on which the writer works, whichever thread or runtime submits entries.
    ///
    /// The runtime must have a timer (`enable_time` or `enable_all`). Default: the runtime in which an entry
    /// is first submitted.
    ///
    /// Threads outside any runtime can submit with [`try_submit`](crate::Writer::try_submit), or wait for
    /// capacity with [`Handle::block_on`](tokio::runtime::Handle::block_on).
    ///
    /// ```
    /// # use batch_core::{Service, WriterBuilder};
    /// # fn set<S: Service>(builder: WriterBuilder<S>, runtime: &tokio::runtime::Runtime) -> WriterBuilder<S> {
    /// builder.runtime(runtime.handle().clone())
    /// # }
    /// ```
    pub fn runtime(mut self, runtime: Handle) -> Self {
        self.choices.runtime = Some(runtime);
        self
    }

    /// Seeds the jitter of the backoff, so that a test under paused time can be repeated exactly. Default:
    /// a random seed.
    ///
    /// ```
    /// # use batch_core::{Service, WriterBuilder};
    /// # fn set<S: Service>(builder: WriterBuilder<S>) -> WriterBuilder<S> {
    /// builder.seed(7)
    /// # }
    /// ```
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Checks the options and the settings, and builds the writer.
    ///
    /// It neither needs a runtime nor uses the network.
    ///
    /// # Errors
    ///
    /// Returns an error if the service's options are invalid or incompatible with the settings
    /// ([`Service::check`]), or if the settings contradict each other or exceed the service's limits. The
    /// error names the value, the limit and the way out.
    pub fn build(self) -> Result<Writer<S>, ConfigError> {
        let defaults = self.service.defaults();
        let (merges, name) = (defaults.is_merging(), self.service.name());
        let follows_rate = self.settings.rate.is_none() && defaults.rate.is_some();
        let settings = self.settings.or(defaults).remembered_for(self.service.remembers_for());
        check_merging(merges, settings.is_merging(), name)?;
        self.service.check(&settings)?;
        let plan = Plan { follows_rate, ..settings.plan::<S::Entry>(self.service.limits()?)? };
        let label = WriterLabel::new(&self.service);
        #[cfg_attr(
            not(feature = "metrics"),
            expect(unused_mut, reason = "one more observer with the feature")
        )]
        let mut choices = self.choices;
        #[cfg(feature = "metrics")]
        if self.metrics {
            choices.observers.push(Box::new(crate::metrics::Metrics::of(&label)));
        }
        let shared = Shared::new(self.service, label, plan, choices, clock::random(self.seed));
        Ok(Writer { shared: Arc::new(shared) })
    }
}

/// Checks that entries are merged where the service merges them, and nowhere else. Whoever does not merge
/// them must know that no two of an identity are sent together, which this rule does not promise.
fn check_merging(service: bool, settings: bool, name: &str) -> Result<(), ConfigError> {
    let complaint = match (service, settings) {
        (true, false) => {
            "merges entries as it is configured; unset the rule, or set the service to merge none"
        }
        (false, true) => {
            "does not merge entries as it is configured; set another rule than `Duplicates::Merge`"
        }
        _ => return Ok(()),
    };
    Err(ConfigError::Unsupported(format!("Settings::duplicates: the service {name:?} {complaint}")))
}

impl<S: Service> std::fmt::Debug for WriterBuilder<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WriterBuilder")
            .field("service", &self.service.name())
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
