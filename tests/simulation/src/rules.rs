//! The settings of a writer, as the checker needs to know them: every one has a value.

use std::time::Duration;

use batch_core::{Backoff, Duplicates, LimitPolicy, Linger, OnAmbiguous, Order, Settings};

/// The limits of the service and every setting of the writer.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// The limits that no request may exceed: those of the service, lowered by the settings.
    pub limits: LimitPolicy,
    /// See [`Settings::on_ambiguous`].
    pub ambiguous: OnAmbiguous,
    /// See [`Settings::attempt_timeout`].
    pub attempt_timeout: Duration,
    /// See [`Settings::backoff`].
    pub backoff: Backoff,
    /// See [`Settings::delivery_deadline`].
    pub delivery_deadline: Duration,
    /// See [`Settings::duplicates`].
    pub duplicates: Duplicates,
    /// See [`Settings::in_flight`].
    pub in_flight: (usize, usize),
    /// See [`Settings::linger`].
    pub linger: Linger,
    /// See [`Settings::max_attempts`].
    pub max_attempts: Option<u32>,
    /// See [`Settings::max_bytes`].
    pub max_bytes: usize,
    /// See [`Settings::max_entries`].
    pub max_entries: usize,
    /// See [`batch_core::Service::remembers_for`].
    pub memory: Option<Duration>,
    /// See [`Settings::order`].
    pub order: Order,
    /// See [`Settings::threshold_bytes`].
    pub threshold_bytes: usize,
    /// See [`Settings::threshold_entries`].
    pub threshold_entries: usize,
    /// Whether failures without a receipt go to a handler.
    pub has_handler: bool,
    /// The seed of the writer's jitter.
    pub jitter: u64,
}

impl Rules {
    /// The same as a user writes it.
    pub fn settings(&self) -> Settings {
        let settings = Settings::new()
            .on_ambiguous(self.ambiguous)
            .attempt_timeout(self.attempt_timeout)
            .backoff(self.backoff)
            .delivery_deadline(self.delivery_deadline)
            .duplicates(self.duplicates)
            .in_flight(self.in_flight.0..=self.in_flight.1)
            .linger(self.linger)
            .max_batch_bytes(self.limits.request_bytes())
            .max_batch_entries(self.limits.entries())
            .max_bytes(self.max_bytes)
            .max_entries(self.max_entries)
            .order(self.order)
            .threshold_bytes(self.threshold_bytes)
            .threshold_entries(self.threshold_entries);
        match self.max_attempts {
            Some(attempts) => settings.max_attempts(attempts),
            None => settings,
        }
    }

    /// What an entry of a size unknown yet is charged.
    pub(crate) fn largest_charge(&self) -> usize {
        self.limits.entry_bytes().min(self.limits.payload_bytes()) + batch_core::ENTRY_OVERHEAD_BYTES
    }
}
