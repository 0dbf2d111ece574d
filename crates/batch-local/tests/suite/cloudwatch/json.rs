//! The service over AWS JSON, as other SDKs than that for Rust speak it.

use batch_local::{Fault, FaultPlan, LocalServer};
use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use super::support::client_of;

async fn send(server: &LocalServer, operation: &str, body: &Value) -> Response<Bytes> {
    let target = format!("GraniteServiceVersion20100801.{operation}");
    let request = Request::post("/").header("x-amz-target", target);
    server.handle(request.body(body.to_string().into()).unwrap()).await.unwrap()
}

fn read(answer: &Response<Bytes>) -> Value {
    serde_json::from_slice(answer.body()).unwrap()
}

async fn check(datum: Value, expected: (u16, &str, &str)) {
    let body = json!({ "Namespace": "n", "MetricData": [datum] });
    let answer = send(&LocalServer::new(), "PutMetricData", &body).await;
    let body = read(&answer);
    let shape = body["__type"].as_str().unwrap_or_default().rsplit('#').next().unwrap();
    let code = answer.headers().get("x-amzn-query-error").map(|value| value.to_str().unwrap());
    assert_eq!((answer.status().as_u16(), shape, code.unwrap_or_default()), expected, "{datum}");
}

#[tokio::test(start_paused = true)]
async fn metrics_go_there_and_back() {
    let server = LocalServer::new();
    let client = client_of(&server);
    let dimensions = json!([{ "Name": "host", "Value": "a" }]);
    let datum = json!({ "MetricName": "m", "Dimensions": dimensions, "Values": [1, 2.5], "Counts": [2, 1] });
    let answer = send(&server, "PutMetricData", &json!({ "Namespace": "n", "MetricData": [datum] })).await;
    assert_eq!((answer.status().as_u16(), answer.body().as_ref()), (200, &b"{}"[..]));
    assert_eq!(answer.headers()["content-type"], "application/x-amz-json-1.0");
    let metric = json!({ "Namespace": "n", "MetricName": "m", "Dimensions": dimensions });
    assert_eq!(read(&send(&server, "ListMetrics", &json!({})).await), json!({ "Metrics": [metric] }));
    // The other protocol sees the same.
    assert_eq!(client.list_metrics().send().await.unwrap().metrics().len(), 1);
    let seconds = server.cloudwatch().accepted("n")[0].timestamp_millis / 1000;
    let minute = seconds / 60 * 60;
    let wanted = json!({
        "Namespace": "n", "MetricName": "m", "Dimensions": dimensions, "Period": 60,
        "StartTime": seconds - 120, "EndTime": seconds + 120, "Statistics": ["Sum", "SampleCount"],
    });
    let point = json!({ "Timestamp": minute as f64, "Sum": 4.5, "SampleCount": 3.0, "Unit": "None" });
    let expected = json!({ "Label": "m", "Datapoints": [point] });
    assert_eq!(read(&send(&server, "GetMetricStatistics", &wanted).await), expected);
}

#[tokio::test(start_paused = true)]
async fn the_rules_are_those_of_the_other_protocol() {
    check(json!({ "MetricName": "m", "Value": 1 }), (200, "", "")).await;
    check(json!({ "MetricName": "m", "Value": 1.5, "Unit": null }), (200, "", "")).await;
    let refused = (400, "InvalidParameterCombinationException", "InvalidParameterCombination;Sender");
    check(json!({ "MetricName": "m", "Value": 1, "Values": [1] }), refused).await;
    let value = (400, "InvalidParameterValueException", "InvalidParameterValue;Sender");
    check(json!({ "MetricName": "m", "Value": 1, "Timestamp": 1_000_000_000 }), value).await;
    check(json!({ "MetricName": "m", "Value": 1, "Timestamp": 1e300 }), value).await;
    let unreadable = (400, "SerializationException", "SerializationException;Sender");
    check(json!({ "MetricName": "m", "Value": "1" }), unreadable).await;
    check(json!({ "MetricName": "m", "Value": 1, "Timestamp": "2026" }), unreadable).await;
    check(json!({ "MetricName": true, "Value": 1 }), unreadable).await;
}

#[tokio::test(start_paused = true)]
async fn an_error_is_in_the_protocol_of_the_request() {
    let server = LocalServer::new();
    let unknown = send(&server, "PutDashboard", &json!({})).await;
    assert_eq!(read(&unknown)["__type"], "com.amazon.coral.service#UnknownOperationException");
    let expect = async |fault, status| {
        server.set_faults(FaultPlan::always(fault));
        let datum = json!({ "Namespace": "n", "MetricData": [{ "MetricName": "m", "Value": 1 }] });
        let answer = send(&server, "PutMetricData", &datum).await;
        assert_eq!(answer.status(), status);
        answer
    };
    let throttled = expect(Fault::ThrottleRequest, 400).await;
    assert_eq!(throttled.headers()["x-amzn-query-error"], "Throttling;Sender");
    assert!(read(&throttled)["__type"].as_str().unwrap().ends_with("#ThrottlingException"));
    assert!(expect(Fault::Malformed, 502).await.body().starts_with(b"<html>"));
}
