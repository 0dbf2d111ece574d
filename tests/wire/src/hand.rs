//! Sending by hand, on the raw SDK: as many tasks as requests may be in flight, each of which makes a batch,
//! sends it and checks the response, and then takes the next.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Result;
use tokio::task::JoinSet;

use crate::clock;
use crate::workload::Workload;

/// By which requests entries are sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Requests {
    /// A full batch each.
    Full,
    /// An entry each.
    Single,
}

/// Sends the entries of these numbers. How long each request took, from when its batch was begun to its
/// response.
pub(crate) async fn send<W: Workload>(
    workload: &W,
    numbers: Range<u64>,
    requests: Requests,
    in_flight: usize,
) -> Result<Vec<Duration>> {
    let size = match requests {
        Requests::Full => workload.request_entries(),
        Requests::Single => 1,
    };
    let next = Arc::new(AtomicU64::new(numbers.start));
    let mut tasks = JoinSet::new();
    for _ in 0..in_flight {
        let batches = Batches { next: Arc::clone(&next), end: numbers.end, size };
        tasks.spawn(work(workload.clone(), batches, requests));
    }
    let mut latencies = Vec::new();
    while let Some(task) = tasks.join_next().await {
        latencies.extend(task??);
    }
    Ok(latencies)
}

/// Which batch is next, for all tasks together.
struct Batches {
    next: Arc<AtomicU64>,
    end: u64,
    size: u64,
}

impl Iterator for Batches {
    type Item = Range<u64>;

    fn next(&mut self) -> Option<Range<u64>> {
        let start = self.next.fetch_add(self.size, Ordering::Relaxed);
        (start < self.end).then(|| start..self.end.min(start + self.size))
    }
}

async fn work<W: Workload>(workload: W, batches: Batches, requests: Requests) -> Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    for batch in batches {
        let start = clock::now();
        match requests {
            Requests::Full => workload.batch(batch).await?,
            Requests::Single => workload.single(batch.start).await?,
        }
        latencies.push(start.elapsed());
    }
    Ok(latencies)
}
