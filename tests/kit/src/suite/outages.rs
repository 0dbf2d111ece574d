//! A service that cannot be reached, refuses, or does not answer, and what the entries get.

use std::time::Duration;

use batch_core::{Cause, Settings, Writer};
use batch_local::{Fault, FaultPlan, LocalServer};

use super::submit;
use crate::{Fixture, Mounted, Setup, check_sums, codes, now, pass, says};

/// More than a request carries.
pub async fn without_credentials_everything_comes_back_with_advice<F: Fixture>() {
    let server = LocalServer::new();
    F::mount(&server, server.http_client()).await;
    let setup = Setup::of(Setup::bare().http_client(server.http_client()).build());
    let writer = Writer::builder(F::open(&setup).service()).build().unwrap();
    let count = F::BATCH + 2;
    submit::<F>(&writer, 0..count).await;
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), vec!["NoCredentials"; count]);
    says(&unprocessed[0], &["the request cannot succeed", "the client has no credentials"]);
    check_sums(&writer, 0, count as u64);
}

/// What came back can be submitted again.
pub async fn access_denied_hands_back_and_the_writer_stays_usable<F: Fixture>() {
    let stage = Mounted::<F>::alone().await;
    let writer = stage.writer(Settings::new());
    stage.server.set_faults(FaultPlan::always(Fault::access_denied()));
    submit::<F>(&writer, 0..10).await;
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), [F::ACCESS_DENIED.1; 10]);
    says(&unprocessed[0], &[&format!("allow them {}", F::PERMISSION)]);
    assert!(unprocessed.iter().all(|item| matches!(item.cause, Cause::Fatal(_)) && !item.maybe_delivered));

    stage.server.set_faults(FaultPlan::none());
    for item in unprocessed {
        writer.submit(item.entry).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 10, 10);
    assert_eq!(stage.taken(), 10);
}

/// So long without an endpoint, then it is back. Returns the codes of what came back.
async fn outage<F: Fixture>(settings: Settings, lasts: Duration) -> (Writer<F::Service>, Vec<String>) {
    let stage = Mounted::<F>::alone().await;
    stage.server.set_faults(FaultPlan::always(Fault::Unreachable));
    let writer = stage.writer(settings);
    submit::<F>(&writer, 0..ENTRIES).await;
    let (unprocessed, ()) = tokio::join!(writer.flush(), async {
        pass(lasts).await;
        stage.server.set_faults(FaultPlan::none());
    });
    assert_eq!(stage.taken(), writer.stats().delivered, "none twice");
    for item in &unprocessed {
        assert!(matches!(item.cause, Cause::DeadlineExceeded(_)) && !item.maybe_delivered, "{item:?}");
    }
    let codes = codes(&unprocessed);
    (writer, codes)
}

/// The endpoint is probed, not hammered.
pub async fn an_endpoint_down_for_two_minutes_costs_nothing_with_a_longer_deadline<F: Fixture>() {
    let settings = Settings::new().delivery_deadline(Duration::from_secs(600));
    let (writer, unprocessed) = outage::<F>(settings, Duration::from_secs(121)).await;
    assert!(unprocessed.is_empty());
    check_sums(&writer, ENTRIES as u64, 0);
    assert!(writer.stats().requests < 100, "{:?}", writer.stats());
}

/// The deadline that the service's writers have.
pub async fn an_endpoint_that_is_back_before_the_deadline_costs_nothing<F: Fixture>() {
    let (writer, unprocessed) = outage::<F>(Settings::new(), F::DEADLINE / 2).await;
    assert!(unprocessed.is_empty());
    check_sums(&writer, ENTRIES as u64, 0);
}

/// The deadline that the service's writers have.
pub async fn an_endpoint_down_beyond_the_deadline_hands_everything_back<F: Fixture>() {
    let (writer, unprocessed) = outage::<F>(Settings::new(), F::DEADLINE + Duration::from_secs(1)).await;
    assert_eq!(unprocessed, ["NotConnected"; ENTRIES]);
    check_sums(&writer, 0, ENTRIES as u64);
}

/// Nor does it double anything.
pub async fn throttling_delays_and_loses_nothing<F: Fixture>() {
    let stage = Mounted::<F>::alone().await;
    stage.server.set_faults(FaultPlan::script((0..12).map(|_| Fault::ThrottleRequest)));
    let writer = stage.writer(Settings::new());
    let count = 3 * F::BATCH;
    submit::<F>(&writer, 0..count).await;
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, count as u64, 0);
    assert!(writer.stats().throttled > 0, "{:?}", writer.stats());
    assert_eq!(stage.taken(), count as u64, "none twice");
}

/// What was in flight may have been delivered, and nothing else.
pub async fn a_flush_with_a_deadline_ends_in_time_and_hands_back_what_hangs<F: Fixture>() {
    let stage = Mounted::<F>::alone().await;
    let writer = stage.writer(Settings::new());
    submit::<F>(&writer, 0..10).await;
    assert!(writer.flush().await.is_empty());

    stage.server.set_faults(FaultPlan::always(Fault::HangAfter));
    let hanging = F::BATCH + F::BATCH / 2;
    submit::<F>(&writer, 10..10 + hanging).await;
    let deadline = now() + Duration::from_millis(500);
    let unprocessed = writer.flush_by(deadline).await;
    assert_eq!(now(), deadline);
    assert_eq!(unprocessed.len(), hanging);
    let maybe_delivered = unprocessed.iter().filter(|item| item.maybe_delivered).count();
    assert_eq!(maybe_delivered as u64, stage.taken() - 10, "what was in flight");
    check_sums(&writer, 10, hanging as u64);

    stage.server.set_faults(FaultPlan::none());
    submit::<F>(&writer, 10 + hanging..15 + hanging).await;
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 15, hanging as u64);
}

/// What waits for the endpoint.
const ENTRIES: usize = 60;
