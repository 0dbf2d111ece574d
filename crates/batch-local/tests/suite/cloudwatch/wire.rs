//! Requests as no SDK would send them.

use batch_local::LocalServer;
use http::Request;

use super::raw::{PUT, check, datum_of, encoded, outcome, request, send, untyped, valid};
use super::support::{client_of, datum};

#[tokio::test(start_paused = true)]
async fn an_answer_has_the_headers_of_the_service() {
    let server = LocalServer::new();
    let answer = send(&server, request(PUT), valid()).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/cbor");
    assert_eq!(answer.headers()["smithy-protocol"], "rpc-v2-cbor");
    assert_eq!(answer.headers()["x-amzn-requestid"].len(), 36);
    let answer = send(&server, request(PUT), encoded(|to| to.map(0))).await;
    assert_eq!(answer.headers()["x-amzn-query-error"], "MissingParameter;Sender");
    assert_eq!(answer.headers()["smithy-protocol"], "rpc-v2-cbor");
    assert_eq!(outcome(&answer), (400, "MissingRequiredParameterException".to_owned()));
    let body = String::from_utf8_lossy(answer.body());
    assert!(body.contains("com.amazonaws.cloudwatch#MissingRequiredParameterException"), "{body}");
}

#[tokio::test(start_paused = true)]
async fn an_operation_is_named_by_its_path_and_the_protocol_by_a_header() {
    let server = LocalServer::new();
    for operation in ["PutDashboard", "", "putmetricdata", "PutMetricData/"] {
        let answer = send(&server, request(operation), "").await;
        assert_eq!(outcome(&answer), (400, "UnknownOperationException".to_owned()), "{operation}");
    }
    let elsewhere = Request::post("/operation/PutMetricData").header("smithy-protocol", "rpc-v2-cbor");
    assert_eq!(outcome(&send(&server, elsewhere, "").await).1, "UnknownOperationException");
    let path = "/service/GraniteServiceVersion20100801/operation/PutMetricData";
    // Without the header it is no request of this protocol, and neither is the answer.
    let answer = send(&server, Request::post(path), valid()).await;
    assert_eq!(answer.headers()["content-type"], "application/x-amz-json-1.0");
    for other in [untyped(PUT), untyped(PUT).header("content-type", "application/json")] {
        assert_eq!(outcome(&send(&server, other, valid()).await), (415, "SerializationException".to_owned()));
    }
}

#[tokio::test(start_paused = true)]
async fn definite_and_indefinite_lengths_mean_the_same() {
    check(valid(), (200, "")).await;
    let indefinite = encoded(|to| {
        to.begin_map().str("Namespace").str("n").str("MetricData").begin_array().begin_map();
        to.str("MetricName").str("m").str("Values").begin_array().double(1.0).end();
        to.str("Dimensions").begin_array().begin_map().str("Name").str("a").str("Value").str("b").end().end();
        to.end().end().end()
    });
    check(indefinite, (200, "")).await;
    // "m" and "n" in pieces.
    check(
        &b"\xa2iNamespace\x7fanan\xffjMetricData\x81\xa2jMetricName\x7fam\xffeValue\xf9\x3c\x00"[..],
        (200, ""),
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_number_may_have_any_kind_and_width() {
    for (number, expected) in [
        (&b"\x01"[..], 1.0),
        (b"\x18\xff", 255.0),
        (b"\x19\x01\x00", 256.0),
        (b"\x1a\xff\xff\xff\xff", 4_294_967_295.0),
        (b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff", 18_446_744_073_709_551_615.0),
        (b"\x20", -1.0),
        (b"\x3b\xff\xff\xff\xff\xff\xff\xff\xff", -18_446_744_073_709_551_616.0),
        (b"\xf9\x3e\x00", 1.5),
        (b"\xfa\x3f\xc0\x00\x00", 1.5),
        (b"\xfb\x3f\xf8\x00\x00\x00\x00\x00\x00", 1.5),
    ] {
        let server = LocalServer::new();
        let mut body = datum_of(1, |to| to.str("Value"));
        body.extend_from_slice(number);
        assert_eq!(send(&server, request(PUT), body).await.status(), 200, "{number:?}");
        assert_eq!(server.cloudwatch().accepted("n")[0].value, Some(expected), "{number:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_time_is_tagged_and_of_any_kind_of_number() {
    let server = LocalServer::new();
    client_of(&server).put_metric_data().namespace("c").metric_data(datum("m")).send().await.unwrap();
    let now = server.cloudwatch().accepted("c")[0].timestamp_millis / 1000;
    for (tag, number, expected) in [
        (&b"\xc1"[..], encoded(|to| to.long(now as i64)), 200),
        (b"\xc1", encoded(|to| to.double(now as f64)), 200),
        (b"\xc1", encoded(|to| to.float(now as f32)), 200),
        (b"\xc1", encoded(|to| to.double(f64::NAN)), 400),
        (b"\xc1", encoded(|to| to.double(f64::INFINITY)), 400),
        (b"\xc1", encoded(|to| to.str("now")), 400),
        (b"\xc0", encoded(|to| to.str("2026-11-25T00:00:00Z")), 400),
        (b"", encoded(|to| to.long(now as i64)), 400),
        (b"\xc1", vec![], 400),
    ] {
        let mut body = datum_of(2, |to| to.str("Value").double(1.0).str("Timestamp"));
        body.extend_from_slice(tag);
        body.extend(number);
        assert_eq!(send(&server, request(PUT), body.clone()).await.status(), expected, "{body:?}");
    }
    let accepted = server.cloudwatch().accepted("n");
    assert_eq!(accepted[0].timestamp_millis, now * 1000);
    assert_eq!(accepted[1].timestamp_millis, now * 1000);
}

#[tokio::test(start_paused = true)]
async fn what_is_null_or_unknown_is_skipped() {
    let skipped = datum_of(4, |to| {
        to.str("Value").double(1.0).str("Unit").null().str("Values").null();
        to.str("Mystery").begin_map().str("x").begin_array().array(2).null().boolean(true).end().end()
    });
    check(skipped, (200, "")).await;
}

#[tokio::test(start_paused = true)]
async fn a_request_without_a_body_asks_for_nothing_in_particular() {
    let server = LocalServer::new();
    assert_eq!(outcome(&send(&server, request("ListMetrics"), "").await).0, 200);
    assert_eq!(outcome(&send(&server, request(PUT), "").await).1, "MissingRequiredParameterException");
}
