use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::datum::StoredDatum;

/// What makes a metric the one it is, within its namespace: its name and its dimensions, in
/// whichever order they are sent.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub(super) struct MetricId {
    pub(super) name: String,
    pub(super) dimensions: Vec<(String, String)>,
}

/// What was sent for one metric.
#[derive(Debug, Default)]
pub(super) struct Metric {
    pub(super) datums: Vec<Arc<StoredDatum>>,
    /// When the last datum arrived, in milliseconds since 1970.
    pub(super) reported_millis: u64,
}

impl MetricId {
    pub(super) fn new(name: String, mut dimensions: Vec<(String, String)>) -> Self {
        dimensions.sort_unstable();
        Self { name, dimensions }
    }

    pub(super) fn of(datum: &StoredDatum) -> Self {
        Self::new(datum.metric_name.clone(), datum.dimensions.clone())
    }
}
