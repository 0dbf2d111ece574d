//! Requests as no SDK would send them.

use batch_local::{Broken, Fault, FaultPlan, LocalServer};
use bytes::Bytes;
use http::{Request, Response};

use crate::support::{client_of, plain, queue, send};

fn request(target: &str, body: impl Into<Bytes>) -> Request<Bytes> {
    let request = Request::post("/").header("host", "example.com").header("x-amz-target", target);
    request.body(body.into()).unwrap()
}

async fn answer(server: &LocalServer, target: &str, body: impl Into<Bytes>) -> Response<Bytes> {
    server.handle(request(target, body)).await.unwrap()
}

/// The type of an error, without its namespace.
fn error_type(answer: &Response<Bytes>) -> String {
    let body: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    body["__type"].as_str().unwrap().rsplit('#').next().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn an_unknown_operation_is_refused() {
    let server = LocalServer::new();
    for target in [
        "AmazonSQS.TagQueue",
        "AmazonSQS.",
        "AmazonSQS",
        "",
        "DynamoDB_20120810.UpdateItem",
        "amazonsqs.SendMessage",
    ] {
        let answer = answer(&server, target, "{}").await;
        assert_eq!(
            (answer.status().as_u16(), error_type(&answer).as_str()),
            (400, "UnknownOperationException"),
            "{target}"
        );
    }
    let get = Request::get("/").body(Bytes::new()).unwrap();
    assert_eq!(error_type(&server.handle(get).await.unwrap()), "UnknownOperationException");
    assert_eq!(server.requests().count("Unknown"), 7);
}

#[tokio::test(start_paused = true)]
async fn an_answer_has_the_headers_of_the_service() {
    let server = LocalServer::new();
    let answer = answer(&server, "AmazonSQS.GetQueueUrl", r#"{"QueueName":"q"}"#).await;
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.headers()["content-type"], "application/x-amz-json-1.0");
    assert_eq!(answer.headers()["x-amzn-query-error"], "AWS.SimpleQueueService.NonExistentQueue;Sender");
    assert_eq!(answer.headers()["x-amzn-requestid"].len(), 36);
    assert_eq!(
        answer.body(),
        r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}"#
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_is_named() {
    let server = LocalServer::new();
    for (target, parameter) in [
        ("AmazonSQS.CreateQueue", "QueueName"),
        ("AmazonSQS.SendMessageBatch", "QueueUrl"),
        ("AmazonSQS.DeleteMessage", "ReceiptHandle"),
    ] {
        for body in ["{}", ""] {
            let answer = answer(&server, target, body).await;
            assert_eq!(error_type(&answer), "MissingRequiredParameterException");
            assert!(String::from_utf8_lossy(answer.body()).contains(parameter));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_no_json_of_the_right_shape_is_refused() {
    let server = LocalServer::new();
    for body in [
        "{",
        "[]x",
        "null x",
        "\"\"",
        r#"{"QueueUrl":7}"#,
        r#"{"Entries":{}}"#,
        "{\"QueueUrl\":\"\\ud800\"}",
        "\u{feff}{}",
    ] {
        let answer = answer(&server, "AmazonSQS.SendMessageBatch", body).await;
        assert_eq!(
            (answer.status().as_u16(), error_type(&answer).as_str()),
            (400, "SerializationException"),
            "{body}"
        );
    }
    let nested = "[".repeat(1_000_000);
    assert_eq!(
        error_type(&answer(&server, "AmazonSQS.SendMessageBatch", nested).await),
        "SerializationException"
    );
    let no_utf8 = &b"{\"QueueUrl\":\"\xff\"}"[..];
    assert_eq!(
        error_type(&answer(&server, "AmazonSQS.SendMessageBatch", no_utf8).await),
        "SerializationException"
    );
}

#[tokio::test(start_paused = true)]
async fn a_binary_value_that_is_no_base64_is_refused() {
    let server = LocalServer::new();
    let client = client_of(&server);
    queue(&client, "q", &[]).await;
    let body = r#"{"QueueUrl":"http://x/000000000000/q","Entries":[{"Id":"a","MessageBody":"a","MessageAttributes":{"n":{"DataType":"Binary","BinaryValue":"%"}}}]}"#;
    assert_eq!(
        error_type(&answer(&server, "AmazonSQS.SendMessageBatch", body).await),
        "SerializationException"
    );
}

#[tokio::test(start_paused = true)]
async fn too_large_a_body_is_refused_unread() {
    let server = LocalServer::new();
    let most = 16 * 1024 * 1024;
    assert_eq!(answer(&server, "AmazonSQS.SendMessage", vec![b' '; most]).await.status(), 400);
    assert_eq!(answer(&server, "AmazonSQS.SendMessage", vec![b' '; most + 1]).await.status(), 413);
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_is_told_from_an_answer() {
    let server = LocalServer::new();
    let client = client_of(&server);
    let url = queue(&client, "q", &[]).await;
    let body = format!(r#"{{"QueueUrl":"{url}","MessageBody":"a"}}"#);
    let whole = answer(&server, "AmazonSQS.SendMessage", body.clone()).await;
    server.set_faults(FaultPlan::script([Fault::Truncated, Fault::ResetBefore, Fault::Unreachable]));
    let broken = async || server.handle(request("AmazonSQS.SendMessage", body.clone())).await.unwrap_err();
    match broken().await {
        Broken::Truncated { arrived, length } => {
            assert_eq!(length, whole.body().len());
            assert_eq!(arrived.body().len(), length / 2);
        }
        other => panic!("{other}"),
    }
    assert!(matches!(broken().await, Broken::Reset));
    assert!(matches!(broken().await, Broken::Unreachable));
}

#[tokio::test(start_paused = true)]
async fn no_mutilated_request_makes_the_server_panic() {
    let server = LocalServer::new();
    let client = client_of(&server);
    let url = queue(&client, "q.fifo", &[]).await;
    send(&client, &url, vec![plain("a")]).await.unwrap_err();
    let valid = format!(
        r#"{{"QueueUrl":"{url}","QueueName":"q","ReceiptHandle":"MS4xLjE","MaxNumberOfMessages":10,"WaitTimeSeconds":0,"Attributes":{{"DelaySeconds":"5"}},"MessageBody":"\u00e9","Entries":[{{"Id":"a","ReceiptHandle":"MS4xLjE","MessageBody":"b","DelaySeconds":0,"MessageGroupId":"g","MessageDeduplicationId":"d","MessageAttributes":{{"n":{{"DataType":"Number","StringValue":"1"}},"m":{{"DataType":"Binary","BinaryValue":"AA=="}}}}}}]}}"#
    );
    let operations = [
        "CreateQueue",
        "DeleteMessage",
        "DeleteMessageBatch",
        "DeleteQueue",
        "GetQueueAttributes",
        "GetQueueUrl",
        "ListQueues",
        "PurgeQueue",
        "ReceiveMessage",
        "SendMessage",
        "SendMessageBatch",
    ];
    let mut rng = fastrand::Rng::with_seed(1);
    for _ in 0..2_000 {
        let mut body = valid.clone().into_bytes();
        for _ in 0..rng.usize(..4) {
            let at = rng.usize(..body.len());
            match rng.u8(..3) {
                0 => body[at] = rng.u8(..),
                1 => drop(body.remove(at)),
                _ => body[at] = b"0123456789-\"{}[],:.\\"[rng.usize(..20)],
            }
        }
        let operation = operations[rng.usize(..operations.len())];
        let answer = answer(&server, &format!("AmazonSQS.{operation}"), body).await;
        assert!([200, 400].contains(&answer.status().as_u16()));
    }
}
