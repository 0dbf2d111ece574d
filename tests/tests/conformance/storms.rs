//! Faults that last.

use std::time::Duration;

use batch_core::{Settings, Writer};
use batch_local::{Fault, FaultPlan};

use crate::ledger::Ledger;
use crate::stage::{Stage, now, pass, small_requests, submit};
use batchwright_tests::Destination;

const COUNT: usize = 100;

pub(crate) async fn an_endpoint_that_is_back_before_the_deadline_costs_nothing<D: Destination>() {
    let plan = FaultPlan::always(Fault::Unreachable);
    let settings = small_requests::<D>().delivery_deadline(Duration::from_secs(240));
    let (stage, writer, ledger) = ride_out::<D>(settings, plan, Duration::from_secs(120)).await;
    assert_eq!((ledger.delivered(), ledger.marked()), (COUNT, 0));
    assert!(stage.requests() < 200, "it is probed, not hammered: {:?}", writer.stats());
}

pub(crate) async fn an_endpoint_that_is_down_beyond_the_deadline_loses_nothing<D: Destination>() {
    let plan = FaultPlan::always(Fault::Unreachable);
    let started = now();
    let settings = small_requests::<D>().delivery_deadline(Duration::from_secs(120));
    let (stage, writer, ledger) = ride_out::<D>(settings, plan, Duration::from_secs(121)).await;
    assert_eq!(now() - started, Duration::from_secs(121), "the deadline is two minutes");
    assert_eq!((ledger.handed_back().len(), ledger.marked()), (COUNT, 0));
    assert!(stage.requests() < 200, "it is probed, not hammered: {:?}", writer.stats());
}

pub(crate) async fn every_second_answer_lost_after_applying_loses_nothing<D: Destination>() {
    let lost = [Fault::error_after(500, "InternalError"), Fault::None, Fault::ResetAfter, Fault::None];
    let plan = FaultPlan::script(lost.into_iter().cycle().take(1_000));
    let settings = small_requests::<D>().delivery_deadline(Duration::from_secs(240));
    let (.., ledger) = ride_out::<D>(settings, plan, Duration::from_secs(600)).await;
    assert_eq!(ledger.delivered(), COUNT);
    assert!(ledger.marked() > 0, "answers were lost");
}

pub(crate) async fn a_service_that_fails_nine_entries_of_ten_is_waited_for<D: Destination>() {
    let settings = small_requests::<D>().delivery_deadline(Duration::from_secs(240));
    let plan = D::failing_in_part(0.9);
    let (.., ledger) = ride_out::<D>(settings, plan, Duration::from_secs(30)).await;
    assert_eq!((ledger.delivered(), ledger.marked()), (COUNT, 0));
}

pub(crate) async fn attempts_used_up_hand_back_what_never_arrived<D: Destination>() {
    let plan = D::using_up_attempts(0.9);
    let settings = small_requests::<D>().max_attempts(5);
    let (.., ledger) = ride_out::<D>(settings, plan, Duration::from_secs(600)).await;
    assert!(ledger.handed_back().len() > COUNT / 4, "most fail five times");
    assert!(ledger.delivered() > 0, "some do not");
    assert!(D::LEAVES_DOUBT || ledger.marked() == 0);
}

pub(crate) async fn a_minute_of_throttling_uses_up_no_attempt<D: Destination>() {
    let plan = FaultPlan::always(Fault::ThrottleRequest);
    let settings = small_requests::<D>().max_attempts(1);
    let (stage, writer, ledger) = ride_out::<D>(settings, plan, Duration::from_secs(60)).await;
    assert_eq!((ledger.delivered(), ledger.marked()), (COUNT, 0));
    assert!(writer.stats().throttled > 0);
    assert!(stage.requests() < 300, "it slows down: {:?}", writer.stats());
}

type Ridden<D> = (Stage<D>, Writer<<D as Destination>::Service>, Ledger);

/// Submits into a storm that lasts so long, and flushes.
async fn ride_out<D: Destination>(settings: Settings, storm: FaultPlan, lasts: Duration) -> Ridden<D> {
    let stage = Stage::<D>::open().await;
    stage.suffer(storm);
    let writer = stage.seeded(settings, 1);
    let receipts = submit::<D, _>(&writer, 0..COUNT).await;
    let end_of_storm = async {
        pass(lasts).await;
        stage.recover();
    };
    tokio::join!(writer.flush(), end_of_storm);
    let ledger = Ledger::of::<D, _>(receipts).await;
    ledger.check(&stage, &writer);
    (stage, writer, ledger)
}
