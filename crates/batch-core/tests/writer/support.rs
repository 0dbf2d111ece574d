//! Virtual time, a writer in one line, and the log.

use std::cell::RefCell;
use std::fmt::{Debug, Write};
use std::future::Future;
use std::pin::Pin;
use std::sync::Once;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use batch_core::{ENTRY_OVERHEAD_BYTES, Settings, UnprocessedItem, Writer};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context as LayerContext, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::fake::{Fake, Item, Request};

/// Longer than anything here may take: whatever takes so long waits for ever.
const FOREVER: Duration = Duration::from_secs(30 * 24 * 3600);

pub(crate) fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) fn writer(fake: &Fake, settings: Settings) -> Writer<Fake> {
    Writer::builder(fake.clone()).settings(settings).seed(7).build().unwrap()
}

/// A memory bound with room for so many entries, and for so many bytes of their heap.
pub(crate) fn room_of(entries: usize, bytes: usize) -> usize {
    entries * ENTRY_OVERHEAD_BYTES + bytes
}

/// Waits so many virtual milliseconds; everything else that can go on does, first.
pub(crate) async fn pass(millis: u64) {
    tokio::time::sleep(ms(millis)).await;
}

/// Lets the other tasks work, while no time passes.
pub(crate) async fn settle() {
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
}

/// What a future gives, and the virtual time that it takes.
pub(crate) async fn timed<F: Future>(future: F) -> (F::Output, Duration) {
    let began = Instant::now();
    let output = tokio::time::timeout(FOREVER, future).await.expect("it would wait for ever");
    (output, began.elapsed())
}

/// What a future gives that must need no time.
pub(crate) async fn at_once<F: Future>(future: F) -> F::Output {
    let (output, took) = timed(future).await;
    assert_eq!(took, Duration::ZERO, "it should need no time");
    output
}

/// Like [`timed`], in a task of its own that has begun, with the time from now.
pub(crate) async fn begun<F>(future: F) -> JoinHandle<(F::Output, Duration)>
where
    F: Future<Output: Send> + Send + 'static,
{
    let task = tokio::spawn(timed(future));
    settle().await;
    task
}

/// Polls a future once, with a waker that wakes nobody.
pub(crate) fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// The ids of what was handed back, in order.
pub(crate) fn ids(items: &[UnprocessedItem<Item>]) -> Vec<u32> {
    let mut ids: Vec<_> = items.iter().map(|item| item.entry.id).collect();
    ids.sort_unstable();
    ids
}

/// The most requests that were in flight at once, among these.
pub(crate) fn peak(requests: &[Request]) -> usize {
    let at = |instant: Duration| {
        let open = |r: &&Request| r.began <= instant && r.ended.is_none_or(|ended| ended > instant);
        requests.iter().filter(open).count()
    };
    requests.iter().map(|request| at(request.began)).max().unwrap_or(0)
}

/// What is logged on this thread from now on. One subscriber serves all threads: a subscriber for
/// each test would race with the others for the cached interest in each line of the code.
pub(crate) fn capture_logs() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| tracing_subscriber::registry().with(Logs).init());
    LINES.take();
    SPANS.take();
}

/// Every line of this level since [`capture_logs`]: the target, then `field=value`.
pub(crate) fn logged(level: Level) -> Vec<String> {
    LINES
        .with_borrow(|lines| lines.iter().filter(|line| line.0 == level).map(|line| line.1.clone()).collect())
}

/// Every span of the writer's that was closed since [`capture_logs`]: its name, then `field=value`, then the names of the
/// spans that it follows from.
#[cfg(feature = "trace")]
pub(crate) fn spans() -> Vec<String> {
    SPANS.with_borrow(Clone::clone)
}

thread_local! {
    static LINES: RefCell<Vec<(Level, String)>> = const { RefCell::new(Vec::new()) };
    static SPANS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

struct Logs;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Logs {
    fn on_event(&self, event: &Event<'_>, _: LayerContext<'_, S>) {
        let mut line = Line(event.metadata().target().to_owned());
        event.record(&mut line);
        LINES.with_borrow_mut(|lines| lines.push((*event.metadata().level(), line.0)));
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: LayerContext<'_, S>) {
        let mut line = Line(attributes.metadata().name().to_owned());
        attributes.record(&mut line);
        if let Some(span) = context.span(id) {
            if let Some(parent) = span.parent() {
                write!(line.0, " in={}", parent.name()).unwrap();
            }
            span.extensions_mut().insert(line);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: LayerContext<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(line) = span.extensions_mut().get_mut::<Line>()
        {
            values.record(line);
        }
    }

    fn on_follows_from(&self, id: &Id, follows: &Id, context: LayerContext<'_, S>) {
        if let (Some(span), Some(follows)) = (context.span(id), context.span(follows))
            && let Some(line) = span.extensions_mut().get_mut::<Line>()
        {
            write!(line.0, " follows={}", follows.name()).unwrap();
        }
    }

    fn on_close(&self, id: Id, context: LayerContext<'_, S>) {
        if let Some(span) = context.span(&id)
            && span.metadata().target() == "batch_core"
            && let Some(line) = span.extensions_mut().remove::<Line>()
        {
            SPANS.with_borrow_mut(|spans| spans.push(line.0));
        }
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}
