//! Law 12: of many waiters, each is woken once, not once for every other.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Wake, Waker};

use batch_core::{Settings, Writer};
use tokio::task::{Unconstrained, unconstrained};

use crate::fake::{Act, Fake, item};
use crate::support::{ms, pass, writer};

const WAITERS: usize = 2_000;

#[derive(Default)]
struct Counter(AtomicUsize);

impl Wake for Counter {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Futures that were polled once, with a waker that counts.
struct Waiters<F> {
    futures: Vec<Pin<Box<Unconstrained<F>>>>,
    counter: Arc<Counter>,
}

impl<F: Future> Waiters<F> {
    fn new(futures: impl Iterator<Item = F>) -> Self {
        let mut waiters = Self {
            futures: futures.map(|future| Box::pin(unconstrained(future))).collect(),
            counter: Arc::default(),
        };
        assert_eq!(waiters.poll(), 0, "all of them wait");
        waiters
    }

    /// Polls all that are left, in turn; how many are done.
    fn poll(&mut self) -> usize {
        let waker = Waker::from(Arc::clone(&self.counter));
        let before = self.futures.len();
        self.futures.retain_mut(|future| future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        before - self.futures.len()
    }

    fn wakes(&self) -> usize {
        self.counter.0.load(Ordering::Relaxed)
    }
}

async fn full(act: Act) -> (Writer<Fake>, Fake) {
    let fake = Fake::acts([act]);
    let writer = writer(&fake, Settings::new().max_entries(1));
    writer.submit(item(0)).await.unwrap();
    (writer, fake)
}

#[tokio::test(start_paused = true)]
async fn submits_that_wait_in_vain_are_woken_once_each() {
    let (writer, _fake) = full(Act::reject().after(10)).await;
    let mut submits = Waiters::new((1..=WAITERS as u32).map(|id| writer.submit(item(id))));
    pass(20).await;
    assert_eq!(submits.wakes(), WAITERS);
    assert_eq!(submits.poll(), WAITERS);
    assert!(submits.wakes() <= 2 * WAITERS, "{} wakes", submits.wakes());
}

#[tokio::test(start_paused = true)]
async fn submits_of_a_writer_that_is_closed_are_woken_once_each() {
    let (writer, _fake) = full(Act::Hang).await;
    let mut submits = Waiters::new((1..=WAITERS as u32).map(|id| writer.submit(item(id))));
    let mut closing = Box::pin(writer.shutdown());
    assert!(crate::support::poll_once(closing.as_mut()).is_pending());
    assert_eq!(submits.wakes(), WAITERS);
    assert_eq!(submits.poll(), WAITERS);
    assert!(submits.wakes() <= 2 * WAITERS, "{} wakes", submits.wakes());
}

#[tokio::test(start_paused = true)]
async fn flushes_are_woken_when_they_are_done_and_not_for_every_answer() {
    let fake = Fake::by(|_| Act::accept().after(1)).of(1);
    let writer = writer(&fake, Settings::new().in_flight(1..=1));
    for id in 0..500 {
        writer.submit(item(id)).await.unwrap();
    }
    let mut flushes = Waiters::new((0..WAITERS).map(|_| writer.flush()));
    pass(400).await;
    assert_eq!(flushes.wakes(), 0);
    pass(200).await;
    assert_eq!(flushes.wakes(), WAITERS);
    assert_eq!(flushes.poll(), WAITERS);
}

#[tokio::test(start_paused = true)]
async fn a_flush_of_many_failures_with_a_handler_ends() {
    let fake = Fake::by(|_| Act::reject());
    let builder = Writer::builder(fake.clone()).settings(Settings::new().delivery_deadline(ms(60_000)));
    let writer = builder.on_unprocessed(drop).build().unwrap();
    for id in 0..5_000 {
        writer.submit(item(id)).await.unwrap();
        if u32::is_multiple_of(id, 5) {
            // Every few entries an epoch of their own.
            let flush = writer.flush();
            let mut flush = std::pin::pin!(flush);
            let _ = crate::support::poll_once(flush.as_mut());
        }
    }
    assert_eq!(writer.flush().await.len(), 0);
    assert_eq!(writer.stats().handed_back, 5_000);
}
