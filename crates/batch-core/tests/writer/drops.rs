//! Entries whose drop needs what the submit that is dropped with them held.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use batch_core::{
    Batch, ConfigError, Invalid, LimitPolicy, Measure, Reply, Scope, Service, Settings, Verdict, Writer,
};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::support::{ms, poll_once, settle};

/// Accepts requests when it is let.
#[derive(Clone)]
struct Gated(Arc<Semaphore>);

/// Has its writer take another one in its place when it is dropped, as a program does that keeps what it gives up; and
/// counts those that were taken.
#[derive(Clone)]
struct Replaced(Option<(Writer<Gated>, Arc<AtomicUsize>)>);

impl Drop for Replaced {
    fn drop(&mut self) {
        if let Some((writer, taken)) = self.0.take() {
            let is_taken = writer.try_submit(Self(None)).is_ok();
            taken.fetch_add(usize::from(is_taken), Ordering::SeqCst);
        }
    }
}

#[async_trait]
impl Service for Gated {
    type Entry = Replaced;
    type Response = ();

    fn name(&self) -> &'static str {
        "gated"
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(10, 1_000, 100)
    }

    fn measure<'a>(&self, _: &'a Replaced) -> Result<Measure<'a>, Invalid> {
        Ok(Measure::of_bytes(1))
    }

    async fn send(&self, batch: &Batch<Replaced>) -> Reply<()> {
        self.0.acquire().await.unwrap().forget();
        Ok(batch.entries().iter().map(|_| Verdict::Accepted(())).collect())
    }
}

/// Each way to submit that waits for room.
const WAYS: usize = 4;

async fn submit(way: usize, writer: &Writer<Gated>, scope: &Scope<Gated>, entry: Replaced) {
    match way {
        0 => drop(writer.submit(entry).await),
        1 => drop(writer.submit_tracked(entry).await),
        2 => drop(scope.submit(entry).await),
        _ => drop(writer.submit_by(entry, Instant::now() + ms(60_000)).await),
    }
}

#[tokio::test(start_paused = true)]
async fn the_room_of_a_submit_that_is_dropped_is_free_before_its_entry_is_dropped() {
    for way in 0..WAYS {
        let gate = Arc::new(Semaphore::new(0));
        let settings = Settings::new().max_entries(1);
        let writer = Writer::builder(Gated(Arc::clone(&gate))).settings(settings).seed(1).build().unwrap();
        let (scope, taken) = (writer.scope(), Arc::new(AtomicUsize::new(0)));
        writer.submit(Replaced(None)).await.unwrap();
        let entry = Replaced(Some((writer.clone(), Arc::clone(&taken))));
        let mut waiting: Pin<Box<dyn Future<Output = ()> + '_>> =
            Box::pin(submit(way, &writer, &scope, entry));
        assert!(poll_once(waiting.as_mut()).is_pending());
        gate.add_permits(1);
        settle().await;
        assert_eq!(writer.stats().inside, 0, "there is room now, which is the submit's");
        drop(waiting);
        assert_eq!(taken.load(Ordering::SeqCst), 1, "the way is {way}");
        gate.add_permits(1);
        assert!(writer.flush().await.is_empty());
    }
}
