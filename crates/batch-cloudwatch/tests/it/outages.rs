//! A service that cannot be reached, refuses, or does not answer, and what the metrics get.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_sdk_cloudwatch::Client;
use batch_cloudwatch::{Cause, CloudWatch, CloudWatchWriter, Settings};

use crate::canned::{Answer, Canned};
use crate::support::{bare_config, check_sums, client, codes, metrics, now, pass, says, submit, writer};

/// A service that gives this answer until it is mended.
fn broken(answer: Answer) -> (Canned, Arc<AtomicBool>) {
    let mended = Arc::new(AtomicBool::new(false));
    let is_mended = Arc::clone(&mended);
    let http = Canned::new(move |_| match is_mended.load(Ordering::Relaxed) {
        true => Answer::ok(),
        false => answer.clone(),
    });
    (http, mended)
}

#[tokio::test(start_paused = true)]
async fn without_credentials_everything_comes_back_with_advice() {
    let client = Client::from_conf(bare_config().http_client(Canned::accepting()).build());
    let writer = CloudWatchWriter::builder(CloudWatch::new(client, "Weather")).build().unwrap();
    submit(&writer, metrics(12)).await;
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), ["NoCredentials"; 12]);
    says(&unprocessed[0], &["the request cannot succeed", "the client has no credentials"]);
    check_sums(&writer, 0, 12);
}

#[tokio::test(start_paused = true)]
async fn access_denied_hands_back_and_the_writer_stays_usable() {
    let (http, mended) = broken(Answer::error(403, "AccessDenied"));
    let writer = writer(http);
    submit(&writer, metrics(10)).await;
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), ["AccessDenied"; 10]);
    says(&unprocessed[0], &["allow them cloudwatch:PutMetricData"]);
    assert!(unprocessed.iter().all(|item| matches!(item.cause, Cause::Fatal(_)) && !item.maybe_delivered));

    mended.store(true, Ordering::Relaxed);
    submit(&writer, unprocessed.into_iter().map(|item| item.entry)).await;
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 10, 10);
}

/// Two minutes without an endpoint, then it is back. Returns the codes of what came back.
async fn outage(settings: Settings) -> (CloudWatchWriter, Vec<String>) {
    let (http, mended) = broken(Answer::Refused);
    let builder = CloudWatchWriter::builder(CloudWatch::new(client(http.clone()), "Weather"));
    let writer = builder.settings(settings).build().unwrap();
    submit(&writer, metrics(25)).await;
    let (unprocessed, ()) = tokio::join!(writer.flush(), async {
        pass(Duration::from_secs(121)).await;
        mended.store(true, Ordering::Relaxed);
    });
    assert_eq!(http.accepted_names().len() as u64, writer.stats().delivered, "none twice");
    for item in &unprocessed {
        assert!(matches!(item.cause, Cause::DeadlineExceeded(_)) && !item.maybe_delivered, "{item:?}");
    }
    let codes = codes(&unprocessed);
    (writer, codes)
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_down_for_two_minutes_costs_nothing_of_the_hour_that_metrics_have() {
    let (writer, unprocessed) = outage(Settings::new()).await;
    assert!(unprocessed.is_empty());
    check_sums(&writer, 25, 0);
    assert!(writer.stats().requests < 100, "it is probed, not hammered: {:?}", writer.stats());
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_down_beyond_the_deadline_hands_everything_back() {
    let (writer, unprocessed) = outage(Settings::new().delivery_deadline(Duration::from_secs(120))).await;
    assert_eq!(unprocessed, ["NotConnected"; 25]);
    check_sums(&writer, 0, 25);
}

#[tokio::test(start_paused = true)]
async fn a_flush_with_a_deadline_ends_in_time_and_hands_back_what_hangs() {
    let (http, mended) = broken(Answer::Hang);
    let writer = writer(http.clone());
    submit(&writer, metrics(15)).await;
    let deadline = now() + Duration::from_millis(500);
    let unprocessed = writer.flush_by(deadline).await;
    assert_eq!(now(), deadline);
    assert_eq!(unprocessed.len(), 15);
    let maybe_delivered = unprocessed.iter().filter(|item| item.maybe_delivered).count();
    assert_eq!(maybe_delivered, http.sizes().iter().sum::<usize>(), "what was in flight");
    check_sums(&writer, 0, 15);

    mended.store(true, Ordering::Relaxed);
    submit(&writer, metrics(5)).await;
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 5, 15);
}
