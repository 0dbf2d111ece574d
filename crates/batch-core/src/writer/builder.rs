use std::sync::Arc;

use tokio::runtime::Handle;

use super::clock;
use super::shared::{Handler, Shared};
use crate::{ConfigError, Service, Settings, UnprocessedItem, Writer};

/// Puts a [`Writer`] together; nothing is checked or sent before [`build`](Self::build).
#[must_use = "a builder does nothing until it is built"]
pub struct WriterBuilder<S: Service> {
    service: S,
    settings: Settings,
    handler: Option<Handler<S::Entry>>,
    runtime: Option<Handle>,
    seed: Option<u64>,
}

impl<S: Service> WriterBuilder<S> {
    pub(super) fn new(service: S) -> Self {
        Self { service, settings: Settings::new(), handler: None, runtime: None, seed: None }
    }

    /// How the writer gathers, sends, retries and bounds. What is not set has the default of the service
    /// ([`Service::defaults`]), else that named at its method.
    ///
    /// See [`Settings`] for an example of each.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Gives every failure without a live receipt to this handler, as it happens, instead of
    /// keeping it for `flush`. The handler runs on the writer's task and should return soon. An
    /// entry given to a handler that panics is gone; the panic is logged. A handler that owns a
    /// handle of the writer keeps it alive for ever.
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
        self.handler = Some(Box::new(handler));
        self
    }

    /// Works on this runtime, from whatever thread or runtime entries are submitted. The runtime must have a
    /// timer (`enable_time` or `enable_all`). Default: the runtime in which an entry is first submitted.
    ///
    /// A program whose threads have no runtime submits with
    /// [`try_submit`](crate::Writer::try_submit), or waits for room with
    /// [`Handle::block_on`](tokio::runtime::Handle::block_on).
    ///
    /// ```
    /// # use batch_core::{Service, WriterBuilder};
    /// # fn set<S: Service>(builder: WriterBuilder<S>, runtime: &tokio::runtime::Runtime) -> WriterBuilder<S> {
    /// builder.runtime(runtime.handle().clone())
    /// # }
    /// ```
    pub fn runtime(mut self, runtime: Handle) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// Seeds the jitter of the backoff, so that a run under paused time can be repeated exactly.
    /// Default: a random seed.
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

    /// The writer. Needs no runtime and no network.
    ///
    /// # Errors
    ///
    /// When the service's options are wrong or do not go together with the settings
    /// ([`Service::check`]), and when settings contradict each other or the service's limits, with both
    /// numbers.
    pub fn build(self) -> Result<Writer<S>, ConfigError> {
        let settings = self.settings.or(self.service.defaults()).remembered_for(self.service.remembers_for());
        self.service.check(&settings)?;
        let plan = settings.plan::<S::Entry>(self.service.limits()?)?;
        let shared = Shared::new(self.service, plan, self.handler, self.runtime, clock::random(self.seed));
        Ok(Writer { shared: Arc::new(shared) })
    }
}

impl<S: Service> std::fmt::Debug for WriterBuilder<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WriterBuilder")
            .field("service", &self.service.name())
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
