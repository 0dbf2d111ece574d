//! The task that submits every slot, in paused time.

use std::cell::OnceCell;

use aws_sdk_cloudwatch::Client;
use batch_local::{Fault, FaultPlan, LocalServer};
use batchwright_kit::pass;
use metrics::{counter, with_local_recorder};
use tokio::time::Instant;

use super::*;
use crate::{CloudWatch, CloudWatchWriter, Settings};

thread_local! {
    /// The second at which a minute began an hour ago, and when it began for the test.
    static BEGUN: OnceCell<(i64, Instant)> = const { OnceCell::new() };
}

#[expect(clippy::disallowed_methods, reason = "a wall clock that is paused with the runtime's")]
fn begun() -> (i64, Instant) {
    let begin = || ((clock::wall().secs() - 3_600) / 60 * 60, Instant::now());
    BEGUN.with(|begun| *begun.get_or_init(begin))
}

fn paused() -> DateTime {
    let (minute, begun) = begun();
    DateTime::from_nanos(i128::from(minute) * 1_000_000_000 + begun.elapsed().as_nanos() as i128)
        .expect("it is in this century")
}

fn writer(server: &LocalServer, settings: Settings) -> CloudWatchWriter {
    let namespace = CloudWatch::new(Client::new(&server.sdk_config()), "Shop");
    CloudWatchWriter::builder(namespace).settings(settings).build().expect("its settings are valid")
}

fn count(recorder: &Recorder, orders: u64) {
    with_local_recorder(recorder, || counter!("Orders").increment(orders));
}

/// In which second since the beginning the slots begin that the server has, and their values.
fn held(server: &LocalServer) -> Vec<(i64, f64)> {
    let second = |millis: u64| millis as i64 / 1_000 - begun().0;
    let datums = server.cloudwatch().accepted("Shop");
    datums.iter().map(|datum| (second(datum.timestamp_millis), datum.value.unwrap_or(f64::NAN))).collect()
}

#[tokio::test(start_paused = true)]
async fn every_slot_is_submitted_when_it_has_ended_and_the_last_one_when_it_is_told_to() {
    let (server, recorder) = (LocalServer::new(), Recorder::with_clock(paused));
    let writer = writer(&server, Settings::new());
    count(&recorder, 1);
    let running = tokio::spawn(recorder.clone().run(writer.clone()));
    pass(Duration::from_secs(30)).await;
    count(&recorder, 2);
    assert!(held(&server).is_empty());
    pass(Duration::from_secs(32)).await;
    assert_eq!(held(&server), [(0, 3.0)]);
    // Nothing in the second minute.
    pass(Duration::from_secs(70)).await;
    count(&recorder, 4);
    recorder.stop();
    running.await.expect("it does not panic");
    assert!(writer.shutdown().await.is_empty());
    assert_eq!(held(&server), [(0, 3.0), (120, 4.0)]);
    assert_eq!(server.requests().count("PutMetricData"), 2);
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_submitted_waits_for_another_writer() {
    let (server, recorder) = (LocalServer::new(), Recorder::with_clock(paused));
    let closed = writer(&server, Settings::new());
    assert!(closed.shutdown().await.is_empty());
    count(&recorder, 5);
    assert_eq!(recorder.submit_to(&closed).await, Err(RecorderError::Closed));
    count(&recorder, 6);
    // It ends by itself.
    recorder.clone().run(closed).await;

    let open = writer(&server, Settings::new());
    assert_eq!(recorder.submit_to(&open).await, Ok(()));
    assert!(open.flush().await.is_empty());
    assert_eq!(held(&server).iter().map(|&(_, value)| value).sum::<f64>(), 11.0);
    assert_eq!(recorder.stats().refused_metrics, 0);
}

#[tokio::test(start_paused = true)]
async fn a_submission_that_is_dropped_while_the_writer_is_full_loses_nothing() {
    let slow = FaultPlan::none().latency(Duration::from_secs(5)..Duration::from_secs(6));
    let server = LocalServer::builder().faults(slow).build();
    let recorder = Recorder::with_clock(paused);
    let writer = writer(&server, Settings::new().max_entries(1));
    for round in 0..5 {
        with_local_recorder(&recorder, || {
            counter!("Orders").increment(1);
            counter!("Returns", "Round" => round.to_string()).increment(1);
        });
        let submitting = tokio::time::timeout(Duration::from_secs(2), recorder.submit_to(&writer));
        assert!(submitting.await.is_err(), "the writer is full");
    }
    assert_eq!(recorder.submit_to(&writer).await, Ok(()));
    assert!(writer.flush().await.is_empty());
    assert_eq!(held(&server).iter().map(|&(_, value)| value).sum::<f64>(), 10.0);
}

#[tokio::test(start_paused = true)]
async fn what_is_handed_back_is_counted() {
    let server = LocalServer::builder().faults(FaultPlan::always(Fault::access_denied())).build();
    let recorder = Recorder::with_clock(paused);
    let writer = writer(&server, Settings::new());
    let running = tokio::spawn(recorder.clone().run(writer.clone()));
    count(&recorder, 1);
    pass(Duration::from_secs(121)).await;
    assert_eq!(recorder.stats().handed_back, 1);
    // What comes back later is for whoever shuts the writer down.
    count(&recorder, 1);
    recorder.stop();
    running.await.expect("it does not panic");
    assert_eq!(writer.shutdown().await.len(), 1);
    assert_eq!(recorder.stats().handed_back, 1);
}
