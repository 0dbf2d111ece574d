//! Requests as no SDK would send them.

use std::io::Write;

use aws_smithy_cbor::{Decoder, Encoder};
use batch_local::LocalServer;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::request::Builder;
use http::{Request, Response};

use super::support::client_of;

const PUT: &str = "PutMetricData";
const UNREADABLE: (u16, &str) = (400, "SerializationException");

fn request(operation: &str) -> Builder {
    untyped(operation).header("content-type", "application/cbor")
}

fn untyped(operation: &str) -> Builder {
    Request::post(format!("/service/GraniteServiceVersion20100801/operation/{operation}"))
        .header("smithy-protocol", "rpc-v2-cbor")
}

async fn send(server: &LocalServer, request: Builder, body: impl Into<Bytes>) -> Response<Bytes> {
    server.handle(request.body(body.into()).unwrap()).await.unwrap()
}

/// The status, and the type of an error without its namespace.
fn outcome(answer: &Response<Bytes>) -> (u16, String) {
    let mut decoder = Decoder::new(answer.body());
    let mut shape = String::new();
    // Our own answers are maps of indefinite length, of texts if they are errors.
    decoder.map().unwrap();
    if answer.status() != 200 {
        assert_eq!(decoder.str().unwrap(), "__type");
        shape = decoder.str().unwrap().rsplit('#').next().unwrap().to_owned();
    }
    (answer.status().as_u16(), shape)
}

async fn check(body: impl Into<Bytes>, expected: (u16, &str)) {
    let body = body.into();
    let answer = send(&LocalServer::new(), request(PUT), body.clone()).await;
    let (status, shape) = outcome(&answer);
    assert_eq!((status, shape.as_str()), expected, "{:?}", body.slice(..body.len().min(100)));
}

fn encoded(write: impl FnOnce(&mut Encoder) -> &mut Encoder) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    write(&mut encoder);
    encoder.into_writer()
}

/// A request of one datum, of these members.
fn datum_of(members: usize, write: impl FnOnce(&mut Encoder) -> &mut Encoder) -> Vec<u8> {
    encoded(|to| {
        to.map(2).str("Namespace").str("n").str("MetricData").array(1).map(1 + members);
        to.str("MetricName").str("m");
        write(to)
    })
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn valid() -> Vec<u8> {
    datum_of(1, |to| to.str("Value").double(1.0))
}

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
    client_of(&server)
        .put_metric_data()
        .namespace("c")
        .metric_data(super::support::datum("m"))
        .send()
        .await
        .unwrap();
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
async fn a_body_that_is_no_cbor_of_the_right_shape_is_refused() {
    let whole = valid();
    for length in 1..whole.len() {
        check(whole[..length].to_vec(), UNREADABLE).await;
    }
    let followed = [&whole[..], b"\x00"].concat();
    for body in [
        &followed[..],
        b"{\"Namespace\":\"n\"}",
        b"\x80",
        b"\xff",
        b"\xf6",
        b"\xa1\x01\x02",
        b"\xa1iNamespace\x01",
        b"\xa1iNamespace\x61\xff",
        b"\xa1jMetricData\xa0",
        b"\xa1jMetricData\x81\x00",
        b"\xa1jMetricData\x81\xf6",
        b"\xa1jMetricData\x81\xa1eValue\x61x",
        b"\xa1jMetricData\x81\xa1qStorageResolution\xf9\x3c\x00",
        // Lengths of maps, lists and text that no body could hold.
        b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xa1jMetricData\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xa1iNamespace\x7b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xa1jMetricData\x1c",
    ] {
        check(body.to_vec(), UNREADABLE).await;
    }
}

#[tokio::test(start_paused = true)]
async fn deep_nesting_and_many_elements_are_refused_without_harm() {
    let within = |member: &str, opener: u8| {
        let mut body = encoded(|to| to.map(1).str(member));
        body.resize(100_000, opener);
        body
    };
    for opener in [0x81, 0x9f, 0xa1, 0xbf, 0xc1, 0x5f, 0x7f] {
        check(within("Mystery", opener), UNREADABLE).await;
        check(within("MetricData", opener), UNREADABLE).await;
    }
    // 900,000 datums of one byte each.
    let mut many = encoded(|to| to.map(2).str("Namespace").str("n").str("MetricData").array(900_000));
    many.resize(many.len() + 900_000, 0xa0);
    check(many, (400, "InvalidParameterValueException")).await;
}

#[tokio::test(start_paused = true)]
async fn compressed_bodies_are_inflated_up_to_the_limit() {
    let server = LocalServer::new();
    let compressed = gzip(&valid());
    let send_as = async |encoding: &str, body: Vec<u8>| {
        outcome(&send(&server, request(PUT).header("content-encoding", encoding), body).await)
    };
    let unreadable = (400, "SerializationException".to_owned());
    assert_eq!(send_as("gzip", compressed.clone()).await.0, 200);
    assert_eq!(send_as("identity", valid()).await.0, 200);
    assert_eq!(send_as("br", compressed.clone()).await, (415, "SerializationException".to_owned()));
    for length in 0..compressed.len() {
        assert_eq!(send_as("gzip", compressed[..length].to_vec()).await, unreadable, "{length}");
    }
    assert_eq!(send_as("gzip", valid()).await, unreadable);
    assert_eq!(send_as("gzip", [&compressed[..], b"x"].concat()).await, unreadable);
    // In two members, as gzip allows.
    let whole = valid();
    let (head, tail) = whole.split_at(9);
    assert_eq!(send_as("gzip", [gzip(head), gzip(tail)].concat()).await.0, 200);
    let mut wrong = compressed.clone();
    let checksum = wrong.len() - 8;
    wrong[checksum] ^= 1;
    assert_eq!(send_as("gzip", wrong).await, unreadable);
    // A gigabyte in a megabyte, and a limit that is exact.
    let bomb = gzip(&vec![0; 1_000_000]).repeat(1000);
    assert!(bomb.len() < 1_100_000);
    let too_large = (413, "RequestEntityTooLargeException".to_owned());
    assert_eq!(send_as("gzip", bomb).await, too_large);
    assert_eq!(send_as("gzip", gzip(&vec![0; 1_000_001])).await, too_large);
    assert_eq!(send_as("gzip", gzip(&vec![0; 1_000_000])).await, unreadable);
    assert_eq!(send_as("identity", vec![0; 1_000_001]).await, too_large);
    assert_eq!(send_as("identity", vec![0; 17 << 20]).await, too_large);
    assert_eq!(server.cloudwatch().accepted_count("n"), 3);
}

#[tokio::test(start_paused = true)]
async fn a_request_without_a_body_asks_for_nothing_in_particular() {
    let server = LocalServer::new();
    assert_eq!(outcome(&send(&server, request("ListMetrics"), "").await).0, 200);
    assert_eq!(outcome(&send(&server, request(PUT), "").await).1, "MissingRequiredParameterException");
}

#[tokio::test(start_paused = true)]
async fn no_mutilated_request_makes_the_server_panic() {
    let server = LocalServer::new();
    let valid = encoded(|to| {
        to.begin_map()
            .str("Namespace")
            .str("n")
            .str("NextToken")
            .str("WyJuIix7fV0")
            .str("Period")
            .integer(60);
        to.str("MetricData")
            .array(1)
            .begin_map()
            .str("MetricName")
            .str("m")
            .str("Values")
            .array(1)
            .double(1.0);
        to.str("Timestamp").timestamp(&aws_sdk_cloudwatch::primitives::DateTime::from_secs(1_800_000_000));
        to.str("Dimensions").array(1).map(2).str("Name").str("a").str("Value").str("b").end();
        to.str("MetricName").str("m").str("Statistics").array(1).str("Sum");
        to.str("StartTime").timestamp(&aws_sdk_cloudwatch::primitives::DateTime::from_secs(1));
        to.str("EndTime").timestamp(&aws_sdk_cloudwatch::primitives::DateTime::from_secs(61)).end()
    });
    let mut rng = fastrand::Rng::with_seed(1);
    for _ in 0..3_000 {
        let mut body = valid.clone();
        for _ in 0..rng.usize(..4) {
            let at = rng.usize(..body.len());
            match rng.u8(..3) {
                0 => body[at] = rng.u8(..),
                1 => drop(body.remove(at)),
                _ => body.insert(at, rng.u8(..)),
            }
        }
        let operation = ["GetMetricStatistics", "ListMetrics", PUT][rng.usize(..3)];
        let answer = send(&server, request(operation), body).await;
        assert!([200, 400].contains(&answer.status().as_u16()));
    }
}
