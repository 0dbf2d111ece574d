//! Bodies that are broken, or meant to harm.

use std::io::Write;

use aws_sdk_cloudwatch::primitives::DateTime;
use batch_local::LocalServer;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::raw::{PUT, UNREADABLE, check, encoded, outcome, request, send, valid};

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
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
async fn statistics_of_all_time_can_be_asked_for() {
    let server = LocalServer::new();
    send(&server, request(PUT), valid()).await;
    let all_time = encoded(|to| {
        to.map(6).str("Namespace").str("n").str("MetricName").str("m").str("Statistics").array(1).str("Sum");
        to.str("StartTime").timestamp(&DateTime::from_secs(i64::MIN));
        to.str("EndTime").timestamp(&DateTime::from_secs(i64::MAX));
        to.str("Period").long(3_600_000_000_000_000_000)
    });
    let answer = send(&server, request("GetMetricStatistics"), all_time).await;
    assert_eq!(answer.status(), 200);
    assert!(String::from_utf8_lossy(answer.body()).contains("Sum"));
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
        to.str("Timestamp").timestamp(&DateTime::from_secs(1_800_000_000));
        to.str("Dimensions").array(1).map(2).str("Name").str("a").str("Value").str("b").end();
        to.str("MetricName").str("m").str("Statistics").array(1).str("Sum");
        to.str("StartTime").timestamp(&DateTime::from_secs(1));
        to.str("EndTime").timestamp(&DateTime::from_secs(61)).end()
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
