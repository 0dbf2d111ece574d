//! Answers without end: they are cut off, and what is read of them is bounded.
//!
//! Over a real connection on the loopback interface, because it is the reading that must end. The server counts what it
//! could send.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests over sockets take real time, and one that cannot go on panics"
)]

use std::collections::HashMap;
use std::error::Error;
use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aws_smithy_types::retry::RetryConfig;
use batch_core::{Cause, Service, Settings, Writer};
use batchwright_kit::{Setup, client};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What a server sends to whoever asks.
#[derive(Clone, Copy, Debug)]
struct Flood {
    status: &'static str,
    /// What it says of the length.
    header: &'static str,
}

/// What clients of this server are made of.
fn setup(url: impl AsRef<str>) -> Setup {
    Setup::of(Setup::at(url.as_ref()).retry_config(RetryConfig::disabled()).build())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_of_cloudwatch_is_cut_off_at_1_mib() {
    use batch_cloudwatch::{CloudWatch, CloudWatchWriter, Metric, aws_sdk_cloudwatch};
    check(1 << 20, Metric::new("m", 1), |url| {
        let namespace = CloudWatch::new(client!(aws_sdk_cloudwatch, &setup(url)), "orders");
        CloudWatchWriter::builder(namespace).settings(settings()).build().unwrap()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_of_dynamodb_is_cut_off_at_49_mib() {
    use batch_dynamodb::aws_sdk_dynamodb::types::AttributeValue;
    use batch_dynamodb::{DynamoDb, ScalarType, Write, aws_sdk_dynamodb};
    let write = Write::put(HashMap::from([("id".to_owned(), AttributeValue::S("x".to_owned()))]));
    check(49 << 20, write, |url| {
        let table = DynamoDb::new(client!(aws_sdk_dynamodb, &setup(url)), "orders");
        let table = table.partition_key("id", ScalarType::String);
        Writer::builder(table).settings(settings()).build().unwrap()
    })
    .await;
    for flood in FLOODS {
        let (url, sent) = serve(flood).await;
        let table = DynamoDb::new(client!(aws_sdk_dynamodb, &setup(url)), "orders");
        check_error(1 << 20, &table.discover_keys().await.unwrap_err(), &sent);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_of_firehose_is_cut_off_at_4_mib() {
    use batch_firehose::{Firehose, FirehoseWriter, Record, aws_sdk_firehose};
    check(4 << 20, Record::new("x"), |url| {
        let stream = Firehose::new(client!(aws_sdk_firehose, &setup(url)), "orders");
        FirehoseWriter::builder(stream).settings(settings()).build().unwrap()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_of_kinesis_is_cut_off_at_4_mib() {
    use batch_kinesis::{Kinesis, KinesisWriter, Record, aws_sdk_kinesis};
    check(4 << 20, Record::new("x"), |url| {
        let stream = Kinesis::new(client!(aws_sdk_kinesis, &setup(url)), "orders");
        KinesisWriter::builder(stream).settings(settings()).build().unwrap()
    })
    .await;
    for flood in FLOODS {
        let (url, sent) = serve(flood).await;
        let stream = Kinesis::new(client!(aws_sdk_kinesis, &setup(url)), "orders");
        check_error(1 << 20, &stream.discover_limits().await.unwrap_err(), &sent);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_of_sns_is_cut_off_at_1_mib() {
    use batch_sns::{Message, Sns, SnsWriter, aws_sdk_sns};
    check(1 << 20, Message::new("x"), |url| {
        let arn = "arn:aws:sns:us-east-1:123456789012:orders";
        let topic = Sns::new(client!(aws_sdk_sns, &setup(url)), arn);
        SnsWriter::builder(topic).settings(settings()).build().unwrap()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_of_sqs_is_cut_off_at_1_mib() {
    use batch_sqs::{Message, Queue, Sqs, SqsWriter, aws_sdk_sqs};
    let queues = [Queue::new("http://localhost/000000000000/orders"), Queue::new("orders")];
    for queue in queues {
        check(1 << 20, Message::new("x"), |url| {
            let writer = SqsWriter::builder(Sqs::new(client!(aws_sdk_sqs, &setup(url)), queue.clone()));
            writer.settings(settings()).build().unwrap()
        })
        .await;
    }
}

/// Has an entry sent to floods, and checks that it comes back at once, and that so many bytes are read at most.
async fn check<S>(cap: usize, entry: S::Entry, writer: impl Fn(&str) -> Writer<S>)
where
    S: Service<Entry: Clone>,
{
    for flood in FLOODS {
        let (url, sent) = serve(flood).await;
        let writer = writer(&url);
        let begin = Instant::now();
        writer.submit(entry.clone()).await.unwrap();
        let items = writer.flush().await;
        assert!(begin.elapsed() < PATIENCE / 2, "{flood:?}: it ends by its timeout");
        let [item] = &items[..] else { panic!("{flood:?}: {items:?}") };
        let failure = item.cause.failure().unwrap();
        assert_eq!(failure.code(), "ResponseTooLarge", "{flood:?}: {item:#}");
        assert!(matches!(item.cause, Cause::RetriesExhausted(_) | Cause::Fatal(_)), "{flood:?}: {item:#}");
        check_error(cap, &item.cause, &sent);
    }
}

#[track_caller]
fn check_error(cap: usize, error: &(dyn Error + 'static), sent: &AtomicUsize) {
    let chain = iter::successors(Some(error), |&error| error.source());
    let shown = chain.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    assert!(shown.contains(&format!("above the limit of {cap}")), "{shown}");
    let sent = sent.load(Ordering::SeqCst);
    assert!(sent <= cap + UNDERWAY, "{sent} bytes were taken");
}

/// One attempt, which would take its time.
fn settings() -> Settings {
    Settings::new().max_attempts(1).attempt_timeout(PATIENCE).delivery_deadline(2 * PATIENCE)
}

/// A server of floods: its address, and how much it could send.
async fn serve(flood: Flood) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(pour(stream, flood, Arc::clone(&counter)));
        }
    });
    (url, sent)
}

/// Answers with a flood, which ends when nobody takes it any more.
async fn pour(mut stream: TcpStream, flood: Flood, sent: Arc<AtomicUsize>) {
    let mut request = vec![0; 1 << 16];
    assert_ne!(stream.read(&mut request).await.unwrap(), 0, "a request came");
    let Flood { status, header } = flood;
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/x-amz-json-1.0\r\n{header}\r\n\r\n");
    if stream.write_all(head.as_bytes()).await.is_err() {
        return;
    }
    let part = vec![b' '; 1 << 16];
    while sent.load(Ordering::SeqCst) < ENOUGH && stream.write_all(&part).await.is_ok() {
        sent.fetch_add(part.len(), Ordering::SeqCst);
    }
}

const FLOODS: [Flood; 4] = [
    Flood { status: "200 OK", header: "connection: close" },
    Flood { status: "200 OK", header: "content-length: 8589934592" },
    Flood { status: "404 Not Found", header: "content-length: 8589934592" },
    Flood { status: "503 Service Unavailable", header: "connection: close" },
];

const PATIENCE: Duration = Duration::from_secs(60);

/// What the operating system takes and nobody reads.
const UNDERWAY: usize = 16 << 20;

/// A server that could send this much has shown what it should.
const ENOUGH: usize = 256 << 20;
