//! The metrics that [`WriterBuilder::metrics`](crate::WriterBuilder::metrics) reports to the recorder of the crate
//! [`metrics`](https://docs.rs/metrics/0.24), for dashboards and alarms.
//!
//! Every metric has the labels `service`, `destination` and `writer` (the number of the writer in its process), as lines of the
//! log have these fields.
//!
//! | counter | labels | what it counts |
//! |---|---|---|
//! | `batchwright_entries_accepted_total` | | entries that the writer accepted |
//! | `batchwright_entries_answered_total` | `answer`: `delivered`, `handed back`, `merged`, `superseded` | entries that got their answer |
//! | `batchwright_entries_handed_back_total` | `cause`, `code` | entries that were handed back |
//! | `batchwright_entries_discarded_total` | | of these, entries whose receipt was dropped and that made room for new ones |
//! | `batchwright_entries_duplicate_total` | | duplicates of pending entries that were submitted |
//! | `batchwright_entries_sent_total` | | entries sent, each counted once for every request that carried it |
//! | `batchwright_entries_retried_total` | | of these, attempts after the first one of their entry |
//! | `batchwright_throttled_total` | | requests that were throttled as a whole, and entries throttled in others |
//! | `batchwright_requests_total` | `outcome`: `accepted`, `failed`, `partial`, `stopped` | requests that ended |
//! | `batchwright_requests_failed_total` | `code` | those that were not accepted as a whole; the code of the first failure |
//!
//! | gauge | unit | the value now |
//! |---|---|---|
//! | `batchwright_entries_pending` | | entries without an answer |
//! | `batchwright_entries_in_flight` | | of these, entries in flight |
//! | `batchwright_entries_uncollected` | | failures that were not collected |
//! | `batchwright_bytes` | bytes | memory charged for them; [`Settings::max_bytes`](crate::Settings::max_bytes) is its bound |
//! | `batchwright_requests_in_flight` | | requests in flight |
//! | `batchwright_requests_in_flight_limit` | | how many there may be, as the writer has adapted to the service |
//! | `batchwright_oldest_entry_age_seconds` | seconds | the age of the oldest entry without an answer |
//! | `batchwright_since_success_seconds` | seconds | the time since the service last accepted an entry |
//!
//! | histogram | unit | labels | what it shows |
//! |---|---|---|---|
//! | `batchwright_request_duration_seconds` | seconds | `outcome` | how long requests took |
//! | `batchwright_request_entries` | | | entries of a request |
//! | `batchwright_request_bytes` | bytes | | bytes of a request, as the limits count them |
//! | `batchwright_entry_latency_seconds` | seconds | `answer` | the time from the acceptance of an entry to its answer; merged entries are not counted |
//!
//! Gauges, and the counters of accepted, discarded and duplicate entries, are set once a second while something changes, and
//! when nothing is pending any more; all else is counted at once. Of the entries of a request that was accepted as a whole, one
//! half is counted with the latency of the oldest, and the other with that of the youngest. `code` takes up to 64 values for
//! each writer; what comes later is `other`.
//!
//! A histogram in Prometheus needs buckets: [`DURATION_BUCKETS`] fit both in seconds. With them, the dashboard for Grafana in
//! `docs/grafana.json` of the crate `batchwright` shows all of these.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ::metrics::{Key, KeyName, Label, Metadata, Recorder, Unit, with_recorder};

use crate::{
    Answer, Class, EntriesAnswered, Observer, RequestFinished, RequestOutcome, RequestStarted, Sample, Stats,
    WriterLabel,
};

/// Upper ends in seconds of the buckets of a histogram that suit the durations here, from a millisecond to the delivery deadline.
pub const DURATION_BUCKETS: [f64; 16] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0];

/// How many codes a writer tells apart: a service may make up any number.
const MOST_CODES: usize = 64;

const METADATA: Metadata<'static> = Metadata::new("batch_core", ::metrics::Level::INFO, None);

/// Reports what a writer does to the recorder.
pub(crate) struct Metrics {
    /// Those of every metric.
    labels: Vec<Label>,
    codes: Mutex<BTreeSet<String>>,
}

impl Metrics {
    pub(crate) fn of(writer: &WriterLabel) -> Self {
        with_recorder(describe);
        let labels = vec![
            Label::new("service", writer.service()),
            Label::new("destination", writer.destination().to_owned()),
            Label::new("writer", writer.writer().to_string()),
        ];
        Self { labels, codes: Mutex::default() }
    }

    fn key(&self, name: &'static str, more: &[(&'static str, &'static str)]) -> Key {
        let more = more.iter().map(|&(label, value)| Label::new(label, value));
        Key::from_parts(name, self.labels.iter().cloned().chain(more).collect::<Vec<_>>())
    }

    fn count(&self, key: &Key, more: u64) {
        if more > 0 {
            with_recorder(|recorder| recorder.register_counter(key, &METADATA).increment(more));
        }
    }

    fn count_to(&self, name: &'static str, total: u64) {
        let key = self.key(name, &[]);
        with_recorder(|recorder| recorder.register_counter(&key, &METADATA).absolute(total));
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    fn set(&self, name: &'static str, value: u64) {
        self.set_to(name, value as f64);
    }

    fn set_to(&self, name: &'static str, value: f64) {
        let key = self.key(name, &[]);
        with_recorder(|recorder| recorder.register_gauge(&key, &METADATA).set(value));
    }

    fn record(&self, key: &Key, value: f64, times: usize) {
        if times > 0 {
            with_recorder(|recorder| recorder.register_histogram(key, &METADATA).record_many(value, times));
        }
    }

    /// A counter with the label `code`, or one for all codes if there are many.
    fn coded(&self, name: &'static str, labels: &[(&'static str, &'static str)], code: &str) -> Key {
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        let is_told = codes.contains(code) || (codes.len() < MOST_CODES && codes.insert(code.to_owned()));
        drop(codes);
        let code = if is_told { code } else { "other" };
        self.key(name, labels).with_extra_labels(vec![Label::new("code", code.to_owned())])
    }
}

impl Observer for Metrics {
    fn request_started(&self, request: &RequestStarted<'_>) {
        self.count(&self.key(ENTRIES_SENT, &[]), request.entries as u64);
        self.count(&self.key(ENTRIES_RETRIED, &[]), request.retried as u64);
        self.record(&self.key(REQUEST_ENTRIES, &[]), float(request.entries), 1);
        self.record(&self.key(REQUEST_BYTES, &[]), float(request.bytes), 1);
    }

    fn request_finished(&self, request: &RequestFinished<'_>) {
        let (outcome, code, throttled) = match request.outcome {
            RequestOutcome::Failed { class, code, .. } => {
                ("failed", Some(code), u64::from(class == Class::Throttled))
            }
            RequestOutcome::Responded { code: None, .. } => ("accepted", None, 0),
            RequestOutcome::Responded { code, verdicts } => ("partial", code, verdicts.throttled as u64),
            RequestOutcome::Stopped => ("stopped", None, 0),
        };
        self.count(&self.key(REQUESTS, &[("outcome", outcome)]), 1);
        if let Some(code) = code {
            self.count(&self.coded(REQUESTS_FAILED, &[], code), 1);
        }
        self.count(&self.key(THROTTLED, &[]), throttled);
        self.record(&self.key(REQUEST_DURATION, &[("outcome", outcome)]), request.duration.as_secs_f64(), 1);
    }

    fn entries_answered(&self, answered: &EntriesAnswered<'_>) {
        let answer = match answered.answer {
            Answer::Delivered => "delivered",
            Answer::HandedBack { cause, code } => {
                let key = self.coded(ENTRIES_HANDED_BACK, &[("cause", cause)], code.unwrap_or("none"));
                self.count(&key, answered.entries);
                "handed back"
            }
            Answer::Merged => "merged",
            Answer::Superseded => "superseded",
        };
        self.count(&self.key(ENTRIES_ANSWERED, &[("answer", answer)]), answered.entries);
        if answered.answer != Answer::Merged {
            let key = self.key(ENTRY_LATENCY, &[("answer", answer)]);
            let entries = usize::try_from(answered.entries).unwrap_or(usize::MAX);
            self.record(&key, answered.oldest_age.as_secs_f64(), entries.div_ceil(2));
            self.record(&key, answered.youngest_age.as_secs_f64(), entries / 2);
        }
    }

    fn sampled(&self, sample: &Sample<'_>) {
        let Stats { accepted, discarded, duplicates, .. } = *sample.stats;
        self.count_to(ENTRIES_ACCEPTED, accepted);
        self.count_to(ENTRIES_DISCARDED, discarded);
        self.count_to(ENTRIES_DUPLICATE, duplicates);
        self.set(ENTRIES_PENDING, sample.stats.inside);
        self.set(ENTRIES_IN_FLIGHT, sample.stats.in_flight);
        self.set(ENTRIES_UNCOLLECTED, sample.stats.uncollected);
        self.set(BYTES, sample.stats.bytes);
        self.set(REQUESTS_IN_FLIGHT, sample.stats.requests_in_flight);
        self.set(REQUESTS_IN_FLIGHT_LIMIT, sample.stats.in_flight_limit);
        self.set_to(OLDEST_AGE, sample.stats.oldest_age.as_secs_f64());
        if let Some(since) = sample.stats.since_success {
            self.set_to(SINCE_SUCCESS, Duration::as_secs_f64(&since));
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "no request is as large as 2^52")]
fn float(count: usize) -> f64 {
    count as f64
}

fn describe(recorder: &dyn Recorder) {
    let name = KeyName::from_const_str;
    for (counter, description) in COUNTERS {
        recorder.describe_counter(name(counter), Some(Unit::Count), description.into());
    }
    for (gauge, unit, description) in GAUGES {
        recorder.describe_gauge(name(gauge), Some(unit), description.into());
    }
    for (histogram, unit, description) in HISTOGRAMS {
        recorder.describe_histogram(name(histogram), Some(unit), description.into());
    }
}

const BYTES: &str = "batchwright_bytes";
const ENTRIES_ACCEPTED: &str = "batchwright_entries_accepted_total";
const ENTRIES_ANSWERED: &str = "batchwright_entries_answered_total";
const ENTRIES_DISCARDED: &str = "batchwright_entries_discarded_total";
const ENTRIES_DUPLICATE: &str = "batchwright_entries_duplicate_total";
const ENTRIES_HANDED_BACK: &str = "batchwright_entries_handed_back_total";
const ENTRIES_IN_FLIGHT: &str = "batchwright_entries_in_flight";
const ENTRIES_PENDING: &str = "batchwright_entries_pending";
const ENTRIES_RETRIED: &str = "batchwright_entries_retried_total";
const ENTRIES_SENT: &str = "batchwright_entries_sent_total";
const ENTRIES_UNCOLLECTED: &str = "batchwright_entries_uncollected";
const ENTRY_LATENCY: &str = "batchwright_entry_latency_seconds";
const OLDEST_AGE: &str = "batchwright_oldest_entry_age_seconds";
const REQUEST_BYTES: &str = "batchwright_request_bytes";
const REQUEST_DURATION: &str = "batchwright_request_duration_seconds";
const REQUEST_ENTRIES: &str = "batchwright_request_entries";
const REQUESTS: &str = "batchwright_requests_total";
const REQUESTS_FAILED: &str = "batchwright_requests_failed_total";
const REQUESTS_IN_FLIGHT: &str = "batchwright_requests_in_flight";
const REQUESTS_IN_FLIGHT_LIMIT: &str = "batchwright_requests_in_flight_limit";
const SINCE_SUCCESS: &str = "batchwright_since_success_seconds";
const THROTTLED: &str = "batchwright_throttled_total";

const COUNTERS: [(&str, &str); 10] = [
    (ENTRIES_ACCEPTED, "Entries that the writer accepted."),
    (ENTRIES_ANSWERED, "Entries that got their answer."),
    (ENTRIES_DISCARDED, "Failures whose receipt was dropped and that were discarded to free capacity."),
    (ENTRIES_DUPLICATE, "Duplicates of pending entries that were submitted."),
    (ENTRIES_HANDED_BACK, "Entries that were handed back."),
    (ENTRIES_RETRIED, "Attempts after the first one of their entry."),
    (ENTRIES_SENT, "Entries sent, each counted once for every request that carried it."),
    (REQUESTS, "Requests that ended."),
    (REQUESTS_FAILED, "Requests that were not accepted as a whole, by the code of the first failure."),
    (THROTTLED, "Requests throttled as a whole, and entries throttled in others."),
];

const GAUGES: [(&str, Unit, &str); 8] = [
    (BYTES, Unit::Bytes, "Memory charged for pending entries, uncollected failures and permits."),
    (ENTRIES_IN_FLIGHT, Unit::Count, "Entries in flight."),
    (ENTRIES_PENDING, Unit::Count, "Entries without an answer."),
    (ENTRIES_UNCOLLECTED, Unit::Count, "Failures that were not collected."),
    (OLDEST_AGE, Unit::Seconds, "The age of the oldest entry without an answer."),
    (REQUESTS_IN_FLIGHT, Unit::Count, "Requests in flight."),
    (REQUESTS_IN_FLIGHT_LIMIT, Unit::Count, "Requests that may be in flight at a time."),
    (SINCE_SUCCESS, Unit::Seconds, "The time since the service last accepted an entry."),
];

const HISTOGRAMS: [(&str, Unit, &str); 4] = [
    (ENTRY_LATENCY, Unit::Seconds, "The time from the acceptance of an entry to its answer."),
    (REQUEST_BYTES, Unit::Bytes, "Bytes of a request, as the limits count them."),
    (REQUEST_DURATION, Unit::Seconds, "The time from the start of a request to its end."),
    (REQUEST_ENTRIES, Unit::Count, "Entries of a request."),
];
