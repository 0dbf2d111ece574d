//! From `submit` to the service.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use batch_cloudwatch::{Cause, CloudWatch, CloudWatchWriter, DateTime, Metric, OnAmbiguous, Settings};

use crate::canned::{Answer, Canned};
use crate::cbor::Value;
use crate::support::{check_sums, client, codes, gathering_writer, metrics, submit, wall, writer};

#[tokio::test(start_paused = true)]
async fn metrics_arrive_in_full_batches() {
    let http = Canned::accepting();
    let writer = gathering_writer(http.clone());
    submit(&writer, metrics(2_500)).await;
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 2_500, 0);
    assert_eq!(http.sizes(), [1_000, 1_000, 500]);
    let names: BTreeSet<_> = http.accepted_names().into_iter().collect();
    assert_eq!(names.len(), 2_500);
}

#[tokio::test(start_paused = true)]
async fn a_metric_without_a_timestamp_has_that_of_its_submission_and_keeps_it() {
    let http = Canned::script([Answer::error(500, "InternalServiceError"), Answer::ok()]);
    let writer = writer(http.clone());
    let before = DateTime::from(wall());
    let sent = writer.submit_tracked(Metric::new("m", 1)).await.unwrap().await.unwrap();
    let after = DateTime::from(wall());
    assert_eq!(sent.attempts, 2);
    let times: Vec<_> = http
        .asked()
        .iter()
        .map(|asked| match asked.datums()[0].get("Timestamp") {
            Some(Value::Instant(instant)) => instant.as_secs_f64(),
            found => panic!("{found:?}"),
        })
        .collect();
    assert_eq!(times[0], times[1]);
    let (earliest, latest) = (before.as_secs_f64() - 1e-3, after.as_secs_f64() + 1e-3);
    assert!((earliest..latest).contains(&times[0]), "{times:?} not from {before} to {after}");
}

#[tokio::test(start_paused = true)]
async fn a_metric_handed_back_keeps_its_timestamp() {
    let writer = writer(Canned::script([Answer::error(403, "AccessDenied")]));
    writer.submit(Metric::new("m", 1)).await.unwrap();
    let item = writer.flush().await.remove(0);
    let stamped = item.entry.metric_timestamp();
    assert!(stamped.is_some(), "{item:?}");

    writer.submit(item.entry).await.unwrap();
    assert_eq!(writer.flush().await[0].entry.metric_timestamp(), stamped);
}

#[tokio::test(start_paused = true)]
async fn a_request_whose_answer_is_lost_is_sent_again_and_marked() {
    for lost in [
        Answer::Reset,
        Answer::Hang,
        Answer::error(500, "InternalServiceError"),
        Answer::Page(408, ""),
        Answer::Page(502, "<html>"),
    ] {
        let http = Canned::script([lost.clone(), Answer::ok()]);
        let writer = writer(http.clone());
        let sent = writer.submit_tracked(Metric::new("m", 1)).await.unwrap().await.unwrap();
        assert_eq!((sent.attempts, sent.maybe_duplicate), (2, true), "{lost:?}");
        assert_eq!(http.sizes(), [1, 1]);
        check_sums(&writer, 1, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_whose_answer_is_lost_is_handed_back_if_nothing_may_count_twice() {
    let http = Canned::script([Answer::Reset, Answer::ok()]);
    let settings = Settings::new().on_ambiguous(OnAmbiguous::HandBack);
    let builder = CloudWatchWriter::builder(CloudWatch::new(client(http.clone()), "Weather"));
    let writer = builder.settings(settings).build().unwrap();
    let item = writer.submit_tracked(Metric::new("m", 1)).await.unwrap().await.unwrap_err();
    assert!(matches!(item.cause, Cause::Ambiguous(_)) && item.maybe_delivered, "{item:?}");
    assert_eq!(http.sizes(), [1]);
    check_sums(&writer, 0, 1);
}

#[tokio::test(start_paused = true)]
async fn throttling_delays_and_loses_nothing() {
    let throttled = (0..12).map(|n| match n % 2 {
        0 => Answer::error(400, "Throttling"),
        _ => Answer::plain_error(400, "LimitExceededFault"),
    });
    let http = Canned::script(throttled.chain([Answer::ok()]));
    let writer = writer(http.clone());
    submit(&writer, metrics(3_000)).await;
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, 3_000, 0);
    assert!(writer.stats().throttled > 0, "{:?}", writer.stats());
    assert_eq!(http.accepted_names().len(), 3_000, "none twice");
}

#[tokio::test(start_paused = true)]
async fn a_metric_that_keeps_failing_is_handed_back_to_its_owner() {
    let http = Canned::new(|asked| match asked.names() == ["good"] {
        true => Answer::ok(),
        false => Answer::error(400, "ValidationError"),
    });
    let handled = Arc::new(Mutex::new(Vec::new()));
    let handler = Arc::clone(&handled);
    let writer = CloudWatchWriter::builder(CloudWatch::new(client(http), "Weather"))
        .on_unprocessed(move |item| handler.lock().unwrap().push(item))
        .build()
        .unwrap();
    for name in ["good", "handled"] {
        writer.submit(Metric::new(name, 1)).await.unwrap();
    }
    let tracked = writer.submit_tracked(Metric::new("tracked", 1)).await.unwrap();

    let item = tracked.await.unwrap_err();
    assert_eq!((item.entry.name(), item.maybe_delivered), ("tracked", false));
    assert!(writer.flush().await.is_empty(), "the handler has it");
    let handled = handled.lock().unwrap();
    assert_eq!(handled[0].entry.name(), "handled");
    assert_eq!(codes(&handled), ["ValidationError"]);
    check_sums(&writer, 1, 2);
}

#[tokio::test(start_paused = true)]
async fn a_body_of_ten_thousand_values_is_sent_without_delay_once_it_is_flushed() {
    let http = Canned::accepting();
    let writer = gathering_writer(http.clone());
    submit(&writer, (0..70).map(|n| Metric::values("m", (0..150).map(|value| f64::from(n * 150 + value)))))
        .await;
    let flush = tokio::time::timeout(Duration::from_millis(10), writer.flush());
    assert!(flush.await.unwrap().is_empty());
    assert_eq!(http.sizes(), [70]);
}
