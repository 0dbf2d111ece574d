use std::sync::Arc;

use super::clock;
use super::shared::{Handler, Shared};
use crate::{ConfigError, Service, Settings, UnprocessedItem, Writer};

/// Puts a [`Writer`] together; nothing is checked or sent before [`build`](Self::build).
#[must_use = "a builder does nothing until it is built"]
pub struct WriterBuilder<S: Service> {
    service: S,
    settings: Settings,
    handler: Option<Handler<S::Entry>>,
    seed: Option<u64>,
}

impl<S: Service> WriterBuilder<S> {
    pub(super) fn new(service: S) -> Self {
        Self { service, settings: Settings::new(), handler: None, seed: None }
    }

    /// How the writer gathers, sends, retries and bounds. Default: [`Settings::new`].
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
    /// When the settings contradict each other or the service's limits, with both numbers.
    pub fn build(self) -> Result<Writer<S>, ConfigError> {
        let settings = self.settings.remembered_for(self.service.remembers_for());
        let plan = settings.plan::<S::Entry>(self.service.limits())?;
        let shared = Shared::new(self.service, plan, self.handler, clock::random(self.seed));
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
