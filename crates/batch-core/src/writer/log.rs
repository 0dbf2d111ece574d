use super::shared::Shared;
use crate::{Failure, Reply, Service};

/// What a request leaves to be logged, outside of the lock.
pub(super) struct News {
    failure: Option<Failure>,
    turn: Option<Turn>,
}

/// Whether requests get through at all.
enum Turn {
    CutOff,
    Through,
}

impl News {
    /// What this reply tells. `is_cut_off` is what was known until now.
    pub(super) fn of<T>(reply: &Reply<T>, is_cut_off: &mut bool) -> Self {
        let (failure, gets_through) = match reply {
            Reply::Ambiguous(failure) | Reply::Fatal(failure) => (Some(failure), None),
            Reply::Each(_) => (None, Some(true)),
            Reply::Retry(failure) | Reply::Split(failure) | Reply::Throttled(failure) => {
                (Some(failure), Some(true))
            }
            Reply::Unsent(failure) => (Some(failure), Some(false)),
        };
        let turn = match gets_through {
            Some(false) if !*is_cut_off => Some(Turn::CutOff),
            Some(true) if *is_cut_off => Some(Turn::Through),
            _ => None,
        };
        *is_cut_off = gets_through.map_or(*is_cut_off, |gets_through| !gets_through);
        Self { failure: failure.cloned(), turn }
    }
}

impl<S: Service> Shared<S> {
    /// Every request that fails as a whole is worth a line for whoever looks for it. That none gets
    /// through is worth a warning: nothing comes back before the delivery deadline.
    pub(super) fn log(&self, news: &News, entries: usize) {
        let service = self.service.name();
        if let Some(failure) = &news.failure {
            tracing::debug!(target: "batch_core", service, entries, %failure, "a request failed");
        }
        match (&news.turn, &news.failure) {
            (Some(Turn::CutOff), Some(failure)) => {
                tracing::warn!(
                    target: "batch_core",
                    service,
                    %failure,
                    "no request gets through; one at a time is tried until one does"
                );
            }
            (Some(Turn::Through), _) => {
                tracing::info!(target: "batch_core", service, "requests get through again");
            }
            _ => {}
        }
    }
}
