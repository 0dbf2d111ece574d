//! From `submit` to the service.

use std::time::Duration;

use batch_cloudwatch::{Cause, CloudWatch, CloudWatchWriter, DateTime, Metric, OnAmbiguous, Settings};
use batchwright_kit::{Canned, Response, check_sums};

use crate::cbor::Value;
use crate::requests::{PutMetricData, accepting, error, ok, sizes};
use crate::support::{client, gathering_writer, submit, wall, writer};

#[tokio::test(start_paused = true)]
async fn a_metric_without_a_timestamp_has_that_of_its_submission_and_keeps_it() {
    let http = Canned::script([error(500, "InternalServiceError"), ok()]);
    let writer = writer(http.clone());
    let before = DateTime::from(wall());
    let sent = writer.submit_tracked(Metric::new("m", 1)).await.unwrap().await.unwrap();
    let after = DateTime::from(wall());
    assert_eq!(sent.attempts, 2);
    let times: Vec<_> = http
        .requests()
        .iter()
        .map(|request| match request.datums()[0].get("Timestamp") {
            Some(Value::Instant(instant)) => instant.as_secs_f64(),
            found => panic!("{found:?}"),
        })
        .collect();
    assert_eq!(times[0], times[1]);
    // The time is that of the kernel's last tick.
    let (earliest, latest) = (before.as_secs_f64() - 1.0, after.as_secs_f64() + 1e-3);
    assert!((earliest..latest).contains(&times[0]), "{times:?} not from {before} to {after}");
}

#[tokio::test(start_paused = true)]
async fn a_metric_handed_back_keeps_its_timestamp() {
    let writer = writer(Canned::script([error(403, "AccessDenied")]));
    writer.submit(Metric::new("m", 1)).await.unwrap();
    let item = writer.flush().await.remove(0);
    let stamped = item.entry.get_timestamp();
    assert!(stamped.is_some(), "{item:?}");

    writer.submit(item.entry).await.unwrap();
    assert_eq!(writer.flush().await[0].entry.get_timestamp(), stamped);
}

#[tokio::test(start_paused = true)]
async fn a_request_whose_answer_is_lost_is_handed_back_if_nothing_may_count_twice() {
    let http = Canned::script([Response::Reset, ok()]);
    let settings = Settings::new().on_ambiguous(OnAmbiguous::HandBack);
    let builder = CloudWatchWriter::builder(CloudWatch::new(client(http.clone()), "Weather"));
    let writer = builder.settings(settings).build().unwrap();
    let item = writer.submit_tracked(Metric::new("m", 1)).await.unwrap().await.unwrap_err();
    assert!(matches!(item.cause, Cause::Ambiguous(_)) && item.maybe_delivered, "{item:?}");
    assert_eq!(sizes(&http), [1]);
    check_sums(&writer, 0, 1);
}

#[tokio::test(start_paused = true)]
async fn a_body_of_ten_thousand_values_is_sent_without_delay_once_it_is_flushed() {
    let http = accepting();
    let writer = gathering_writer(http.clone());
    submit(&writer, (0..70).map(|n| Metric::values("m", (0..150).map(|value| f64::from(n * 150 + value)))))
        .await;
    let flush = tokio::time::timeout(Duration::from_millis(10), writer.flush());
    assert!(flush.await.unwrap().is_empty());
    assert_eq!(sizes(&http), [70]);
}
