//! Requests as no SDK would send them, and answers as they are on the wire.

use batch_local::LocalServer;
use bytes::Bytes;
use http::{Request, Response};

use super::support::{client_of, with_stream};

pub(super) async fn answer(server: &LocalServer, operation: &str, body: impl Into<Bytes>) -> Response<Bytes> {
    let request = Request::post("/").header("x-amz-target", format!("Kinesis_20131202.{operation}"));
    server.handle(request.body(body.into()).unwrap()).await.unwrap()
}

fn error_type(answer: &Response<Bytes>) -> String {
    let body: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    body["__type"].as_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn an_answer_has_the_headers_of_the_service() {
    let (server, _) = with_stream(1).await;
    let refused = answer(&server, "DeleteStream", r#"{"StreamName":"t"}"#).await;
    assert_eq!(refused.status(), 400);
    assert_eq!(refused.headers()["content-type"], "application/x-amz-json-1.1");
    assert!(refused.headers().get("x-amzn-query-error").is_none());
    assert_eq!(refused.headers()["x-amzn-requestid"].len(), 36);
    assert_eq!(
        refused.body(),
        r#"{"__type":"ResourceNotFoundException","message":"Stream t under account 000000000000 not found."}"#
    );
    let body = r#"{"StreamName":"s","Records":[{"Data":"eA==","PartitionKey":"k"}]}"#;
    let put = answer(&server, "PutRecords", body).await;
    assert_eq!(put.status(), 200);
    assert_eq!(put.headers()["content-type"], "application/x-amz-json-1.1");
    let body: serde_json::Value = serde_json::from_slice(put.body()).unwrap();
    assert_eq!(body["FailedRecordCount"], 0);
    assert_eq!(body["Records"][0].as_object().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_refused() {
    let (server, _) = with_stream(1).await;
    for body in [
        "{".to_owned(),
        r#"{"StreamName":7}"#.to_owned(),
        r#"{"StreamName":"s","Records":{}}"#.to_owned(),
        r#"{"StreamName":"s","Records":[{"Data":"%","PartitionKey":"k"}]}"#.to_owned(),
        r#"{"StreamName":"s","Records":[{"Data":"eA","PartitionKey":"k"}]}"#.to_owned(),
        r#"{"StreamName":"s","Records":[{"Data":"eA==\n","PartitionKey":"k"}]}"#.to_owned(),
        r#"{"StreamName":"s","Records":[{"Data":[1],"PartitionKey":"k"}]}"#.to_owned(),
        "[".repeat(1_000_000),
    ] {
        let refused = answer(&server, "PutRecords", body.clone()).await;
        assert_eq!(
            (refused.status().as_u16(), &*error_type(&refused)),
            (400, "SerializationException"),
            "{body:.100}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_is_named() {
    let (server, _) = with_stream(1).await;
    for (operation, body, code, named) in [
        ("CreateStream", r#"{"ShardCount":1}"#, "ValidationException", "'streamName'"),
        ("PutRecords", r#"{"StreamName":"s"}"#, "ValidationException", "'records'"),
        (
            "PutRecords",
            r#"{"StreamName":"s","Records":[{"PartitionKey":"k"}]}"#,
            "ValidationException",
            "'records.1.member.data'",
        ),
        ("PutRecord", r#"{"StreamName":"s","PartitionKey":"k"}"#, "ValidationException", "'data'"),
        ("GetRecords", "{}", "ValidationException", "'shardIterator'"),
        ("GetShardIterator", r#"{"StreamName":"s"}"#, "ValidationException", "'shardId'"),
        ("UpdateMaxRecordSize", "", "ValidationException", "'streamARN'"),
        ("DescribeStreamSummary", "{}", "InvalidArgumentException", "StreamARN"),
    ] {
        let refused = answer(&server, operation, body).await;
        assert_eq!(error_type(&refused), code, "{operation}");
        assert!(String::from_utf8_lossy(refused.body()).contains(named), "{operation}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_mutilated_request_makes_the_server_panic() {
    let server = LocalServer::new();
    let client = client_of(&server);
    client.create_stream().stream_name("s").shard_count(3).send().await.unwrap();
    let arn = "arn:aws:kinesis:us-east-1:000000000000:stream/s";
    let iterator = "cmVhZC9zLzEvMS8wLzE3NjQwMDAwMDAwMDA=";
    let number = format!("49{:054}", 1);
    let valid = format!(
        r#"{{"StreamName":"s","StreamARN":"{arn}","ShardCount":4,"MaxRecordSizeInKiB":2048,"RecordDistributionStrategy":"AUTO","StreamModeDetails":{{"StreamMode":"PROVISIONED"}},"ShardId":"shardId-000000000001","ShardIteratorType":"AT_SEQUENCE_NUMBER","StartingSequenceNumber":"{number}","Timestamp":1764000000.5,"ShardIterator":"{iterator}","Limit":5,"MaxResults":2,"ShardFilter":{{"Type":"AFTER_SHARD_ID","ShardId":"shardId-000000000000"}},"Data":"eA==","PartitionKey":"\u00e9","ExplicitHashKey":"340282366920938463463374607431768211455","Records":[{{"Data":"eA==","PartitionKey":"k","ExplicitHashKey":"0"}}]}}"#
    );
    let operations = [
        "CreateStream",
        "DescribeStream",
        "DescribeStreamSummary",
        "GetRecords",
        "GetShardIterator",
        "ListShards",
        "ListStreams",
        "PutRecord",
        "PutRecords",
        "UpdateMaxRecordSize",
        "UpdateStreamRecordDistributionStrategy",
    ];
    let mut rng = fastrand::Rng::with_seed(1);
    let mut succeeded = 0;
    for _ in 0..3_000 {
        let mut body = valid.clone().into_bytes();
        for _ in 0..rng.usize(..4) {
            let at = rng.usize(..body.len());
            match rng.u8(..3) {
                0 => body[at] = rng.u8(..),
                1 => drop(body.remove(at)),
                _ => body[at] = b"0123456789-\"{}[],:.\\"[rng.usize(..20)],
            }
        }
        let answer = answer(&server, operations[rng.usize(..operations.len())], body).await;
        assert!([200, 400].contains(&answer.status().as_u16()));
        succeeded += u32::from(answer.status() == 200);
    }
    assert!(succeeded > 500, "{succeeded}");
}
