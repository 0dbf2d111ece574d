//! The recorder, as the crate `metrics` sees it.

use std::sync::Arc;

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, SharedString, Unit};

use super::Recorder;
use super::registry::{Accumulator, Registry};
use super::template::Template;
use super::unit::standard;

impl metrics::Recorder for Recorder {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&self.shared.counters, &key, unit);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&self.shared.gauges, &key, unit);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&self.shared.histograms, &key, unit);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.register(&self.shared.counters, key).map_or_else(Counter::noop, Counter::from_arc)
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        self.register(&self.shared.gauges, key).map_or_else(Gauge::noop, Gauge::from_arc)
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.register(&self.shared.histograms, key).map_or_else(Histogram::noop, Histogram::from_arc)
    }
}

impl Recorder {
    /// What gathers a series, unless it is not to be recorded.
    fn register<T: Accumulator>(&self, registry: &Registry<T>, key: &Key) -> Option<Arc<T>> {
        if is_own(key.name()) {
            return None;
        }
        if let Some(known) = registry.find(key) {
            return Some(known);
        }
        let losses = &self.shared.losses;
        if self.series() >= self.most_series() {
            losses.refuse_beyond_the_limit();
            return None;
        }
        let Some(template) = Template::of(key) else {
            losses.refuse_name();
            return None;
        };
        losses.omit_labels(template.omitted);
        Some(registry.insert(key, template.metric))
    }

    fn describe<T: Accumulator>(&self, registry: &Registry<T>, name: &KeyName, unit: Option<Unit>) {
        if let Some(unit) = unit.and_then(standard).filter(|_| !is_own(name.as_str())) {
            registry.describe(name.as_str(), unit, self.most_series());
        }
    }
}

/// Whether a writer reports this of itself: to send it would cause more of it.
fn is_own(name: &str) -> bool {
    name.starts_with("batchwright")
}
