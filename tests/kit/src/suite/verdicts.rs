//! Responses that have a verdict for each entry.

use std::time::Duration;

use batch_core::{Linger, Settings};
use batch_local::{Chosen, Fault, FaultPlan};

use super::{entry, submit};
use crate::{Fixture, Mounted, check_sums, codes, content};

/// What was accepted stays accepted.
pub async fn entries_that_fail_inside_a_success_are_sent_again_and_no_others<F: Fixture>() {
    let stage = Mounted::<F>::alone().await;
    let writer = stage.writer(Settings::new().linger(Linger::Fixed(Duration::from_secs(1))));
    stage.server.set_faults(
        FaultPlan::script([
            Fault::partial_failure(Chosen::At(vec![0, 3, 9]), F::INTERNAL, false),
            Fault::throttle_entries(Chosen::At(vec![1])),
        ])
        .only(F::OPERATION),
    );
    submit::<F>(&writer, 0..10).await;
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 10, 0);
    assert_eq!(stage.taken(), 10);
    assert_eq!(writer.stats().entries_sent, 10 + 3 + 1, "{:?}", writer.stats());
}

/// And nothing of it has arrived.
pub async fn an_entry_that_keeps_failing_comes_back_after_its_attempts<F: Fixture>() {
    let stage = Mounted::<F>::alone().await;
    let is_bad = |entry: &str| !entry.contains(&content(0, 0));
    stage.server.set_faults(FaultPlan::always(Fault::fail_where(is_bad, F::INTERNAL, false)));
    let writer = stage.writer(Settings::new().max_attempts(5));
    submit::<F>(&writer, 0..2).await;
    let tracked = writer.submit_tracked(entry::<F>(2)).await.unwrap();
    let item = tracked.await.unwrap_err();
    assert_eq!((F::content(&item.entry), item.attempts, item.maybe_delivered), (content(2, 0), 5, false));
    let unprocessed = writer.flush().await;
    assert_eq!(F::content(&unprocessed[0].entry), content(1, 0));
    assert_eq!(codes(&unprocessed), [F::INTERNAL]);
    check_sums(&writer, 1, 2);
    assert_eq!(stage.taken(), 1);
}
