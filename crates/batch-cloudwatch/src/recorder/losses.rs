//! What a recorder could not record or deliver: counted, and logged.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Metric, UnprocessedItem};

/// What a [`Recorder`](crate::Recorder) has done, and what it could not do. All counts are those since it was
/// created.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct RecorderStats {
    /// Samples that were dropped because CloudWatch would reject their values: not a number, infinite or out of
    /// range. They are counted when a slot is read, and a value that a gauge keeps only once.
    pub dropped_samples: u64,
    /// Metrics that the writer handed back to [`Recorder::run`](crate::Recorder::run).
    pub handed_back: u64,
    /// Labels that are no dimensions because CloudWatch would reject them. The series are recorded without.
    pub omitted_labels: u64,
    /// Registrations that were refused, so that what is recorded with their handles is lost: CloudWatch would
    /// reject the name, or there are as many series as [`Recorder::max_series`](crate::Recorder::max_series)
    /// allows.
    pub refused_registrations: u64,
    /// Metrics that the writer refused.
    pub refused_metrics: u64,
    /// Series that are registered now.
    pub series: usize,
}

#[derive(Default)]
pub(super) struct Losses {
    dropped: AtomicU64,
    handed_back: AtomicU64,
    omitted: AtomicU64,
    refused_registrations: AtomicU64,
    refused_metrics: AtomicU64,
}

/// Counts, and says the first time why.
macro_rules! count {
    ($counter:expr, $count:expr, $text:literal) => {
        let count: u64 = $count;
        if count > 0 && $counter.fetch_add(count, Ordering::Relaxed) == 0 {
            tracing::warn!(target: "batch_cloudwatch", count, concat!($text, " This is logged once; `Recorder::stats` counts."));
        }
    };
}

impl Losses {
    pub(super) fn drop_samples(&self, samples: u64) {
        count!(self.dropped, samples, "samples are dropped: CloudWatch would reject their values.");
    }

    pub(super) fn omit_labels(&self, labels: u64) {
        count!(
            self.omitted,
            labels,
            "labels are omitted: CloudWatch would reject them as dimensions. Use up to 30, of printable ASCII characters."
        );
    }

    pub(super) fn refuse_beyond_the_limit(&self) {
        count!(
            self.refused_registrations,
            1,
            "a metric is not recorded: there are as many series as `Recorder::max_series` allows. Use labels with fewer values, or raise it."
        );
    }

    pub(super) fn refuse_name(&self) {
        count!(
            self.refused_registrations,
            1,
            "a metric is not recorded: CloudWatch would reject its name. Use up to 255 printable ASCII characters."
        );
    }

    pub(super) fn refuse_metric(&self, error: &impl std::fmt::Display) {
        if self.refused_metrics.fetch_add(1, Ordering::Relaxed) == 0 {
            tracing::warn!(target: "batch_cloudwatch", %error, "the writer refused a metric of the recorder. This is logged once; `Recorder::stats` counts.");
        }
    }

    pub(super) fn hand_back(&self, items: &[UnprocessedItem<Metric>]) {
        let Some(first) = items.first() else { return };
        self.handed_back.fetch_add(items.len() as u64, Ordering::Relaxed);
        tracing::warn!(target: "batch_cloudwatch", count = items.len(), first = %format_args!("{first:#}"), "metrics of the recorder were not delivered");
    }

    pub(super) fn stats(&self, series: usize) -> RecorderStats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        RecorderStats {
            dropped_samples: read(&self.dropped),
            handed_back: read(&self.handed_back),
            omitted_labels: read(&self.omitted),
            refused_registrations: read(&self.refused_registrations),
            refused_metrics: read(&self.refused_metrics),
            series,
        }
    }
}
