//! One invocation of a handler, and what came of it.

use std::time::Duration;

use batch_core::Stats;
use tokio::time::Instant;

/// The time that every invocation has.
pub(crate) const REMAINING: Duration = Duration::from_secs(30);

/// What an invocation returned, and what it left.
#[derive(Debug)]
pub(crate) struct Invocation {
    pub(crate) failed: Vec<String>,
    pub(crate) arrived: usize,
    pub(crate) inside: u64,
    pub(crate) requests: u64,
    pub(crate) took: Duration,
}

/// An event of ten records, of which these are bad.
pub(crate) fn event<T>(bad: &[usize], record: impl Fn(usize, bool) -> T) -> Vec<(String, T)> {
    (0..10).map(|number| (format!("id-{number}"), record(number, bad.contains(&number)))).collect()
}

/// Runs the handler on this event and looks at what it left.
pub(crate) async fn invoke(
    handler: impl Future<Output = Vec<String>>,
    stats: impl Fn() -> Stats,
    arrived: impl Fn() -> usize,
) -> Invocation {
    let begun = Instant::now();
    let failed = handler.await;
    let (stats, took) = (stats(), begun.elapsed());
    Invocation { failed, arrived: arrived(), inside: stats.inside, requests: stats.requests, took }
}
