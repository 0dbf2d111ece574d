//! One request, and what each answer to it means.

use batch_cloudwatch::{DateTime, Metric, StandardUnit, StatisticSet};
use batchwright_kit::{Canned, Response, shown};

use crate::cbor::Value;
use crate::requests::{PutMetricData, accepting, cbor, error, ok, plain_error};
use crate::support::{metrics, send, writer};

/// Checks what this answer to a request of three metrics means.
async fn check(answer: Response, expected: &str) {
    let reply = send(&writer(Canned::script([answer.clone()])), &metrics(3)).await;
    assert_eq!(shown(&reply), expected, "{answer:?}");
}

#[tokio::test(start_paused = true)]
async fn a_success_accepts_every_metric_whether_it_has_a_body_or_not() {
    check(ok(), "AllAccepted").await;
    check(cbor(200, Vec::new()), "AllAccepted").await;
}

#[tokio::test(start_paused = true)]
async fn a_page_of_html_is_no_success() {
    check(Response::page(200, "<html>It works!"), "Ambiguous(UnreadableResponse)").await;
}

#[tokio::test(start_paused = true)]
async fn both_spellings_of_a_code_mean_the_same() {
    for code in ["InvalidParameterValue", "InvalidParameterCombination", "ValidationError"] {
        check(error(400, code), &format!("Split({code})")).await;
        check(plain_error(400, &format!("{code}Exception")), &format!("Split({code}Exception)")).await;
    }
    check(error(400, "MissingParameter"), "Split(MissingParameter)").await;
    check(plain_error(400, "MissingRequiredParameterException"), "Split(MissingRequiredParameterException)")
        .await;
    check(error(413, "RequestEntityTooLarge"), "Split(RequestEntityTooLarge)").await;
    check(plain_error(413, "RequestEntityTooLarge"), "Split(RequestEntityTooLarge)").await;
    check(plain_error(400, "SomethingNew"), "Split(SomethingNew)").await;
    check(error(400, "Throttling"), "Throttled(Throttling)").await;
    check(plain_error(400, "ThrottlingException"), "Throttled(ThrottlingException)").await;
    check(error(400, "LimitExceeded"), "Throttled(LimitExceeded)").await;
    check(plain_error(400, "LimitExceededFault"), "Throttled(LimitExceededFault)").await;
    check(error(500, "InternalServiceError"), "Ambiguous(InternalServiceError)").await;
    check(plain_error(500, "InternalServiceFault"), "Ambiguous(InternalServiceFault)").await;
    check(error(403, "AccessDenied"), "Fatal(AccessDenied)").await;
    check(plain_error(400, "AccessDeniedException"), "Fatal(AccessDeniedException)").await;
    check(error(403, "ExpiredToken"), "Expired(ExpiredToken)").await;
    check(plain_error(400, "ExpiredTokenException"), "Expired(ExpiredTokenException)").await;
}

/// Other pages are those of the suite that every adapter passes.
#[tokio::test(start_paused = true)]
async fn answers_that_are_no_cbor_are_told_by_their_status() {
    check(Response::page(503, "{}"), "Ambiguous(HTTP 503)").await;
    let mut broken = crate::cbor::error("InvalidParameterValue");
    broken.truncate(12);
    check(cbor(400, broken), "Split(HTTP 400)").await;
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(entries.map(|(key, value)| (key.to_owned(), value)).into())
}

#[tokio::test(start_paused = true)]
async fn a_request_carries_the_metrics_as_they_are() {
    let http = accepting();
    let at = DateTime::from_millis(1_800_000_000_500);
    let full = Metric::counted_values("Latency", [(0.1, 3.0), (-0.0, 1.5)])
        .dimension("Host", "a \"quoted\" one")
        .dimension("Zone", "1")
        .timestamp(at)
        .unit(StandardUnit::Milliseconds)
        .storage_resolution(1);
    let set = StatisticSet { sample_count: 2.0, sum: 5.0, minimum: 2.0, maximum: 3.0 };
    let metrics = [Metric::new("plain", 1), full, Metric::statistics("statistics", set)];
    let reply = send(&writer(http.clone()), &metrics).await;
    assert_eq!(shown(&reply), "AllAccepted");

    let dimension = |name, value| map([("Name", text(name)), ("Value", text(value))]);
    let numbers = |numbers: [f64; 2]| Value::List(numbers.map(Value::Number).into());
    let [request] = &http.requests()[..] else { panic!("{:?}", http.requests()) };
    assert_eq!(Value::read(&request.plain()).get("Namespace"), Some(&text("Weather")));
    assert_eq!(
        request.datums(),
        [
            map([("MetricName", text("plain")), ("Value", Value::Number(1.0))]),
            map([
                ("MetricName", text("Latency")),
                (
                    "Dimensions",
                    Value::List(vec![dimension("Host", "a \"quoted\" one"), dimension("Zone", "1")])
                ),
                ("Timestamp", Value::Instant(at)),
                ("Values", numbers([0.1, -0.0])),
                ("Counts", numbers([3.0, 1.5])),
                ("Unit", text("Milliseconds")),
                ("StorageResolution", Value::Integer(1)),
            ]),
            map([
                ("MetricName", text("statistics")),
                (
                    "StatisticValues",
                    map([
                        ("SampleCount", Value::Number(2.0)),
                        ("Sum", Value::Number(5.0)),
                        ("Minimum", Value::Number(2.0)),
                        ("Maximum", Value::Number(3.0)),
                    ])
                ),
            ]),
        ]
    );
}
