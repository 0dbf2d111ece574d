//! The server behind a port, in real time.

use std::io;
use std::net::SocketAddr;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::SdkError;
use aws_smithy_http_client::Builder;
use batch_local::{Fault, FaultPlan, Listening, LocalServer};
use bytes::Bytes;
use http::{Request, StatusCode, Version};
use http_body_util::Full;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{config, drain, outcome, plain, queue, send};

async fn listening() -> (LocalServer, Listening, Client) {
    let server = LocalServer::new();
    let listening = server.listen("127.0.0.1:0").await.unwrap();
    let client = Client::from_conf(
        config().endpoint_url(listening.url()).http_client(Builder::new().build_http()).build(),
    );
    (server, listening, client)
}

/// Everything that comes back for `request` until the connection ends.
async fn exchange(address: SocketAddr, request: &[u8]) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn raw(target: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-amz-target: {target}\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
}

#[tokio::test]
async fn messages_go_there_and_back() {
    let (server, listening, client) = listening().await;
    let url = queue(&client, "q", &[]).await;
    assert!(url.starts_with(&listening.url()));
    assert_eq!(outcome(send(&client, &url, vec![plain("a"), plain("b")]).await), "ok");
    assert_eq!(server.sqs().messages("q").len(), 2);
    assert_eq!(drain(&client, &url).await, ["a", "b"]);
}

#[tokio::test]
async fn broken_connections_look_as_they_do_in_process() {
    let (server, _listening, client) = listening().await;
    let url = queue(&client, "q", &[]).await;
    server.set_faults(FaultPlan::script([
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::Unreachable,
        Fault::Truncated,
        Fault::Malformed,
    ]));
    for _ in 0..3 {
        let met = send(&client, &url, vec![plain("a")]).await;
        assert!(matches!(&met, Err(SdkError::DispatchFailure(failure)) if failure.is_io()), "{met:?}");
    }
    let met = send(&client, &url, vec![plain("a")]).await;
    assert!(matches!(&met, Err(SdkError::ResponseError(_))), "{met:?}");
    let met = send(&client, &url, vec![plain("a")]).await;
    assert!(matches!(&met, Err(SdkError::ServiceError(_))), "{met:?}");
    assert_eq!(server.sqs().accepted("q").len(), 3);
    assert_eq!(outcome(send(&client, &url, vec![plain("a")]).await), "ok");
}

#[tokio::test]
async fn a_truncated_answer_arrives_by_half() {
    let (server, listening, client) = listening().await;
    let url = queue(&client, "q", &[]).await;
    let request = raw("AmazonSQS.SendMessage", &format!(r#"{{"QueueUrl":"{url}","MessageBody":"a"}}"#));
    let whole = exchange(listening.addr(), &request).await.unwrap();
    server.set_faults(FaultPlan::script([Fault::Truncated, Fault::ResetAfter]));
    let half = exchange(listening.addr(), &request).await.unwrap();
    let split = |answer: &str| {
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let announced: usize =
            head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
        (announced, body.len())
    };
    let (length, complete) = split(&whole);
    assert_eq!(length, complete);
    assert_eq!(split(&half), (length, length / 2));
    let reset = exchange(listening.addr(), &request).await.unwrap_err();
    assert_eq!(reset.kind(), io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn http_2_is_served_to_clients_that_begin_with_it() {
    let (server, listening, client) = listening().await;
    let url = queue(&client, "q", &[]).await;
    let stream = TcpStream::connect(listening.addr()).await.unwrap();
    let (mut sender, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let body = format!(r#"{{"QueueUrl":"{url}","MessageBody":"a"}}"#);
    let request = || {
        let request = Request::post(listening.url()).header("x-amz-target", "AmazonSQS.SendMessage");
        request.body(Full::<Bytes>::from(body.clone())).unwrap()
    };
    server.set_faults(FaultPlan::script([Fault::None, Fault::ResetAfter]));
    let answer = sender.send_request(request()).await.unwrap();
    assert_eq!((answer.status(), answer.version()), (StatusCode::OK, Version::HTTP_2));
    // Of what breaks, the other requests of its connection see nothing.
    assert!(sender.send_request(request()).await.is_err());
    assert_eq!(sender.send_request(request()).await.unwrap().status(), StatusCode::OK);
    assert_eq!(server.sqs().accepted("q").len(), 3);
}

#[tokio::test]
async fn only_loopback_addresses_are_listened_at() {
    for open in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let error = LocalServer::new().listen(open).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        assert!(error.to_string().contains("not a loopback address"));
    }
}

#[tokio::test]
async fn stopping_closes_the_port_and_what_hangs() {
    let (server, listening, client) = listening().await;
    let url = queue(&client, "q", &[]).await;
    let address = listening.addr();
    server.set_faults(FaultPlan::always(Fault::HangAfter));
    let hanging = tokio::spawn(async move { send(&client, &url, vec![plain("a")]).await });
    while server.sqs().accepted("q").is_empty() {
        tokio::task::yield_now().await;
    }
    listening.stop().await;
    assert!(matches!(hanging.await.unwrap(), Err(SdkError::DispatchFailure(_))));
    assert!(TcpStream::connect(address).await.is_err());
    // What it holds stays, and it can listen again.
    drop(server.listen(address).await.unwrap());
    assert_eq!(server.sqs().messages("q").len(), 1);
}

#[tokio::test]
async fn too_large_a_body_is_refused() {
    let (_server, listening, _) = listening().await;
    let mut stream = TcpStream::connect(listening.addr()).await.unwrap();
    let head = "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut chunk = b"100000\r\n".to_vec();
    chunk.resize(chunk.len() + 0x0010_0000, b' ');
    chunk.extend(b"\r\n");
    for _ in 0..16 {
        stream.write_all(&chunk).await.unwrap();
    }
    stream.write_all(b"1\r\n \r\n").await.unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 413");
}

#[tokio::test]
async fn a_request_without_end_is_not_read_to_its_end() {
    let chunked = ("transfer-encoding: chunked", "10000\r\n", "\r\n");
    let announced = ("content-length: 8589934592", "", "");
    for (header, before, after) in [chunked, announced] {
        let (_server, listening, _client) = listening().await;
        let mut stream = TcpStream::connect(listening.addr()).await.unwrap();
        let head = format!(
            "POST / HTTP/1.1\r\nhost: x\r\nx-amz-target: AmazonSQS.SendMessageBatch\r\n{header}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let part = format!("{before}{}{after}", " ".repeat(0x10000));
        let mut sent = 0;
        while sent < 256 << 20 && stream.write_all(part.as_bytes()).await.is_ok() {
            sent += part.len();
        }
        // Its own limit, and what the operating system takes and nobody reads.
        assert!(sent <= (16 << 20) + (16 << 20), "{header}: {sent} bytes were taken");
    }
}
