//! What a recorder of the crate `metrics` is told, and that the dashboard shows it all.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::{Arc, Mutex};

use batch_core::{Settings, Writer};
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use tokio::runtime::Builder;

use crate::fake::{Act, Fake, item};
use crate::support::pass;

const DASHBOARD: &str = include_str!("../../../batchwright/docs/grafana.json");
const DOCUMENTED: &str = include_str!("../../src/metrics.rs");

/// Keeps the last value of a gauge, the sum of a counter, and the number and the sum of what a histogram was told.
#[derive(Clone, Default)]
pub(crate) struct Recorded {
    values: Arc<Mutex<BTreeMap<String, f64>>>,
    described: Arc<Mutex<BTreeSet<String>>>,
    /// The names that have values.
    used: Arc<Mutex<BTreeSet<String>>>,
}

/// One of its metrics.
struct One {
    name: String,
    values: Arc<Mutex<BTreeMap<String, f64>>>,
}

impl Recorded {
    /// Everything, by name and labels; those that every metric has are left out.
    pub(crate) fn values(&self) -> BTreeMap<String, f64> {
        self.values.lock().unwrap().clone()
    }

    fn value(&self, name: &str) -> f64 {
        self.values.lock().unwrap().get(name).copied().unwrap_or_default()
    }

    fn describe(&self, name: &KeyName) {
        self.described.lock().unwrap().insert(name.as_str().to_owned());
    }

    fn one(&self, key: &Key) -> Arc<One> {
        self.used.lock().unwrap().insert(key.name().to_owned());
        let labels: Vec<_> = key.labels().map(|label| (label.key(), label.value())).collect();
        assert_eq!(labels[0].0, "service");
        assert_eq!((labels[1].0, labels[2].0), ("destination", "writer"));
        let own: Vec<_> = labels[3..].iter().map(|(label, value)| format!("{label}={value}")).collect();
        let shown = if own.is_empty() { String::new() } else { format!("{{{}}}", own.join(",")) };
        Arc::new(One { name: format!("{}{shown}", key.name()), values: Arc::clone(&self.values) })
    }
}

impl One {
    fn change(&self, more: &str, change: impl FnOnce(&mut f64)) {
        change(self.values.lock().unwrap().entry(format!("{}{more}", self.name)).or_default());
    }
}

impl CounterFn for One {
    fn increment(&self, more: u64) {
        self.change("", |value| *value += more as f64);
    }

    fn absolute(&self, total: u64) {
        self.change("", |value| *value = value.max(total as f64));
    }
}

impl GaugeFn for One {
    fn increment(&self, more: f64) {
        self.change("", |value| *value += more);
    }

    fn decrement(&self, less: f64) {
        self.change("", |value| *value -= less);
    }

    fn set(&self, new: f64) {
        self.change("", |value| *value = new);
    }
}

impl HistogramFn for One {
    fn record(&self, new: f64) {
        self.change(" sum", |sum| *sum += new);
        self.change(" count", |count| *count += 1.0);
    }
}

impl Recorder for Recorded {
    fn describe_counter(&self, key: KeyName, _: Option<Unit>, _: SharedString) {
        self.describe(&key);
    }

    fn describe_gauge(&self, key: KeyName, _: Option<Unit>, _: SharedString) {
        self.describe(&key);
    }

    fn describe_histogram(&self, key: KeyName, _: Option<Unit>, _: SharedString) {
        self.describe(&key);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.one(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.one(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.one(key))
    }
}

/// What a recorder is told meanwhile.
pub(crate) fn recorded<F: Future>(work: impl FnOnce(Recorded) -> F) -> Recorded {
    let recorded = Recorded::default();
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    metrics::with_local_recorder(&recorded, || runtime.block_on(work(recorded.clone())));
    recorded
}

/// A writer that meets everything that is counted.
async fn play(_: Recorded) {
    let acts = [Act::throttle(), Act::retry().after(40), Act::reject(), Act::accept().after(250)];
    let writer = Writer::builder(Fake::acts(acts)).settings(Settings::new()).metrics().build().unwrap();
    for id in 1..=2 {
        writer.submit(item(id)).await.unwrap();
        assert_eq!(writer.flush().await.len(), usize::from(id == 1));
    }
    pass(1).await;
}

#[test]
fn what_a_writer_does_is_counted() {
    let recorded = recorded(play);
    for (name, value) in [
        ("batchwright_entries_accepted_total", 2.0),
        ("batchwright_entries_answered_total{answer=delivered}", 1.0),
        ("batchwright_entries_answered_total{answer=handed back}", 1.0),
        ("batchwright_entries_handed_back_total{cause=rejected,code=Refused}", 1.0),
        ("batchwright_entries_sent_total", 4.0),
        ("batchwright_entries_retried_total", 2.0),
        ("batchwright_requests_total{outcome=accepted}", 1.0),
        ("batchwright_requests_total{outcome=failed}", 2.0),
        ("batchwright_requests_total{outcome=partial}", 1.0),
        ("batchwright_requests_failed_total{code=SlowDown}", 1.0),
        ("batchwright_requests_failed_total{code=Unavailable}", 1.0),
        ("batchwright_requests_failed_total{code=Refused}", 1.0),
        ("batchwright_throttled_total", 1.0),
        ("batchwright_entries_pending", 0.0),
        ("batchwright_entry_latency_seconds{answer=delivered} count", 1.0),
        ("batchwright_entry_latency_seconds{answer=delivered} sum", 0.25),
        ("batchwright_request_bytes sum", 40.0),
        ("batchwright_request_duration_seconds{outcome=accepted} sum", 0.25),
    ] {
        assert!((recorded.value(name) - value).abs() < 1e-9, "{name}: {:#?}", recorded.values());
    }
}

#[test]
fn codes_that_a_service_makes_up_do_not_fill_the_recorder() {
    let recorded = recorded(async |_| {
        let mut number = 0;
        let fake = Fake::by(move |_| {
            number += 1;
            let failure = batch_core::Failure::new(format!("Code{number}"));
            Act::Say(Err(batch_core::Refusal::new(batch_core::Class::Fatal, failure)))
        });
        let writer = Writer::builder(fake).metrics().build().unwrap();
        for id in 0..200 {
            writer.submit(item(id)).await.unwrap();
            assert_eq!(writer.flush().await.len(), 1);
        }
    });
    let values = recorded.values();
    let codes = values.keys().filter(|name| name.starts_with("batchwright_requests_failed_total{")).count();
    assert_eq!(codes, 65);
    assert!((recorded.value("batchwright_requests_failed_total{code=other}") - 136.0).abs() < 1e-9);
}

#[test]
fn every_metric_is_described_documented_and_on_the_dashboard_and_nothing_else_is() {
    let recorded = recorded(play);
    let described = recorded.described.lock().unwrap().clone();
    assert_eq!(*recorded.used.lock().unwrap(), described, "those that have values");
    let documented = DOCUMENTED.lines().filter_map(|line| line.strip_prefix("//! | `"));
    let documented: BTreeSet<_> = documented.flat_map(names).collect();
    assert_eq!(documented, described, "those in the documentation");
    let dashboard: serde_json::Value = serde_json::from_str(DASHBOARD).unwrap();
    let mut shown = BTreeSet::new();
    expressions(&dashboard, &mut shown);
    assert_eq!(shown, described, "those on the dashboard");
}

/// The metrics in all expressions of a dashboard.
fn expressions(value: &serde_json::Value, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Array(values) => values.iter().for_each(|value| expressions(value, found)),
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str() {
                    Some(text) if ["expr", "definition", "query"].contains(&name.as_str()) => {
                        found.extend(names(text));
                    }
                    _ => expressions(value, found),
                }
            }
        }
        _ => {}
    }
}

/// The names of metrics in a text, without what Prometheus adds to those of a histogram.
fn names(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_lowercase() && c != '_');
    let names = words.filter(|word| word.starts_with("batchwright_"));
    let bare = |name: &str| {
        let suffixes = ["_bucket", "_sum", "_count"];
        suffixes.iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name).to_owned()
    };
    names.map(bare).collect()
}
