//! A subscriber that records every event and every span, of whatever level, with all fields.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Level, Metadata, Subscriber};

/// What was told on this thread since it was made.
#[must_use]
pub(crate) struct Recording {
    told: Arc<Mutex<Vec<Told>>>,
    _guard: DefaultGuard,
}

/// An event, or a span with the fields that were given at once or later.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) target: String,
    pub(crate) level: Level,
    pub(crate) text: String,
}

#[derive(Default)]
struct Recorder {
    told: Arc<Mutex<Vec<Told>>>,
    spans: Mutex<Vec<&'static Metadata<'static>>>,
}

impl Recording {
    pub(crate) fn start() -> Self {
        let recorder = Recorder::default();
        let told = Arc::clone(&recorder.told);
        Self { told, _guard: tracing::subscriber::set_default(recorder) }
    }

    pub(crate) fn told(&self) -> Vec<Told> {
        self.told.lock().unwrap().clone()
    }

    /// What our own crates told above TRACE.
    pub(crate) fn ours(&self) -> Vec<Told> {
        let ours = |told: &Told| told.target.starts_with("batch") && told.level < Level::TRACE;
        self.told().into_iter().filter(ours).collect()
    }
}

impl Recorder {
    fn tell(&self, metadata: &Metadata<'_>, record: impl FnOnce(&mut Fields)) {
        let mut fields = Fields(metadata.name().to_owned());
        record(&mut fields);
        let told = Told { target: metadata.target().to_owned(), level: *metadata.level(), text: fields.0 };
        self.told.lock().unwrap().push(told);
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.tell(span.metadata(), |fields| span.record(fields));
        let mut spans = self.spans.lock().unwrap();
        spans.push(span.metadata());
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let metadata = self.spans.lock().unwrap()[span.into_u64() as usize - 1];
        self.tell(metadata, |fields| values.record(fields));
    }

    fn event(&self, event: &Event<'_>) {
        self.tell(event.metadata(), |fields| event.record(fields));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}
