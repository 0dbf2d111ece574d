//! What an observer of the writer sees, counted.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use batch_core::{Answer, BatchId, EntriesAnswered, Observer, RequestFinished, RequestStarted};

/// The sums of what was seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sights {
    /// Requests that started.
    pub(crate) started: u64,
    /// Of these, those that have not finished.
    pub(crate) open: BTreeSet<BatchId>,
    /// Entries that the requests carried.
    pub(crate) carried: u64,
    /// Entries by their answer.
    pub(crate) delivered: u64,
    pub(crate) handed_back: u64,
    pub(crate) merged: u64,
    pub(crate) superseded: u64,
    /// A request that started or finished twice.
    pub(crate) complaint: Option<String>,
}

/// Counts.
pub(crate) struct Lookout(pub(crate) Arc<Mutex<Sights>>);

impl Lookout {
    fn see(&self, change: impl FnOnce(&mut Sights)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Observer for Lookout {
    fn request_started(&self, request: &RequestStarted<'_>) {
        self.see(|sights| {
            sights.started += 1;
            sights.carried += request.entries as u64;
            if !sights.open.insert(request.request) {
                sights.complaint = Some(format!("{request:?} starts twice"));
            }
        });
    }

    fn request_finished(&self, request: &RequestFinished<'_>) {
        self.see(|sights| {
            if !sights.open.remove(&request.request) {
                sights.complaint = Some(format!("{request:?} finishes without a start"));
            }
        });
    }

    fn entries_answered(&self, answered: &EntriesAnswered<'_>) {
        self.see(|sights| match answered.answer {
            Answer::Delivered => sights.delivered += answered.entries,
            Answer::HandedBack { .. } => sights.handed_back += answered.entries,
            Answer::Merged => sights.merged += answered.entries,
            Answer::Superseded => sights.superseded += answered.entries,
            other => sights.complaint = Some(format!("an unknown answer: {other:?}")),
        });
    }
}
