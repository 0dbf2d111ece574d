//! The bounds of memory.

use std::time::Duration;

use batch_core::{Service, Settings, Writer};
use batch_local::FaultPlan;

use crate::ledger::Ledger;
use crate::stage::{Stage, large_entry, pass};
use batchwright_tests::Destination;

const MAX_BYTES: usize = 70_000;
const MAX_ENTRIES: usize = 50;

pub(crate) async fn memory_stays_within_its_bounds_at_every_step<D: Destination>() {
    // Many small entries reach the bound of entries, large ones that of bytes.
    for (bytes, fills_to) in [(100, 0.3), (5_000, 0.9)] {
        let stage = Stage::<D>::open().await;
        let latency = Duration::from_millis(1)..Duration::from_millis(30);
        stage.suffer(FaultPlan::random(0.3, 5).latency(latency));
        let settings = Settings::new().max_batch_bytes(65_536).max_bytes(MAX_BYTES).max_entries(MAX_ENTRIES);
        let writer = stage.seeded(settings, 5);
        let mut fullest = 0;
        let mut receipts = Vec::new();
        for n in 0..200 {
            let submission = writer.submit_tracked(large_entry::<D>(n, bytes));
            let receipt = watched(&writer, &mut fullest, submission).await.unwrap();
            receipts.push((n, tokio::spawn(receipt)));
        }
        let mut ledger = Ledger::default();
        for (n, receipt) in receipts {
            let answer = watched(&writer, &mut fullest, receipt).await.unwrap();
            ledger.enter::<D, D::Service>(n, answer);
        }
        ledger.check(&stage, &writer);
        let filled = fullest as f64 / MAX_BYTES as f64;
        assert!(filled > fills_to, "the bound was never near: {filled:.2}");
    }
}

/// Looks at the counters before, after, and at every millisecond in between.
async fn watched<S: Service, T>(writer: &Writer<S>, fullest: &mut u64, future: impl Future<Output = T>) -> T {
    tokio::pin!(future);
    loop {
        *fullest = look(writer).max(*fullest);
        tokio::select! {
            biased;
            output = &mut future => {
                look(writer);
                return output;
            }
            () = pass(Duration::from_millis(1)) => {}
        }
    }
}

/// Checks the bounds and the sum that always holds; returns the bytes inside.
fn look<S: Service>(writer: &Writer<S>) -> u64 {
    let stats = writer.stats();
    assert!(stats.bytes <= MAX_BYTES as u64, "{stats:?}");
    assert!(stats.inside + stats.uncollected <= MAX_ENTRIES as u64, "{stats:?}");
    assert_eq!(
        stats.accepted,
        stats.delivered + stats.superseded + stats.merged + stats.handed_back + stats.inside
    );
    assert!(stats.in_flight <= stats.inside && stats.requests_in_flight <= 64);
    stats.bytes
}
