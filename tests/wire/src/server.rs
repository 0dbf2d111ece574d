//! The null server: a process of its own that answers success and does nothing else.

mod answers;
mod scan;

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use clap::Args;
use http::{HeaderValue, Request, Response, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncBufReadExt, BufReader, stdin};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinSet, LocalSet};

use crate::{clock, usage};
use answers::Answers;

/// How the server answers.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Serve {
    /// Wait this long before each response, in milliseconds.
    #[arg(long, default_value_t = 0)]
    latency: u64,

    /// One entry in this many fails on its own; none does at 0.
    #[arg(long, default_value_t = 0)]
    failing: u64,

    /// The core to run on.
    #[arg(long, default_value_t = 0)]
    core: usize,
}

/// Serves until standard input ends. The first line that it writes is its address, as a URL, and whether it
/// runs on a core of its own; then it answers each line that it reads with how many entries it has been sent
/// so far.
pub(crate) async fn serve(arguments: Serve) -> Result<()> {
    let pinned = usage::pin(arguments.core);
    let server = Server {
        answers: Rc::new(RefCell::new(Answers::new(arguments.failing))),
        latency: Duration::from_millis(arguments.latency),
        stays_awake: pinned && usage::is_alone(arguments.core),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.context("cannot listen")?;
    println!("http://{} {pinned}", listener.local_addr()?);
    LocalSet::new().run_until(server.converse(listener)).await
}

/// Keeps the core awake. Waking it costs the client, in a virtual machine, as much as several entries do, and how often
/// that happens is chance.
async fn never_sleep() {
    loop {
        tokio::task::yield_now().await;
    }
}

#[derive(Clone)]
struct Server {
    answers: Rc<RefCell<Answers>>,
    latency: Duration,
    /// Whether it does not sleep while a client is connected.
    stays_awake: bool,
}

impl Server {
    async fn accept(self, listener: TcpListener) {
        loop {
            // A connection that ended before it was accepted is none.
            let Ok((connection, _)) = listener.accept().await else { continue };
            tokio::task::spawn_local(self.clone().serve(connection));
        }
    }

    async fn serve(self, connection: TcpStream) {
        // Without it a response may wait for the acknowledgement of the one before.
        let _ = connection.set_nodelay(true);
        let mut awake = JoinSet::new();
        if self.stays_awake {
            awake.spawn_local(never_sleep());
        }
        let service = service_fn(|request| self.clone().respond(request));
        // The client ends its connections whenever it likes.
        let _ = http1::Builder::new().serve_connection(TokioIo::new(connection), service).await;
    }

    async fn respond(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let (head, body) = request.into_parts();
        let Ok(body) = body.collect().await else { return Ok(Response::default()) };
        let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
        let body = body.to_bytes();
        let operation = target.or_else(|| scan::action(&body)).unwrap_or(head.uri.path());
        let answer = self.answers.borrow_mut().to(operation, &body);
        if !self.latency.is_zero() {
            clock::sleep(self.latency).await;
        }
        let mut response = Response::new(Full::new(answer.body));
        *response.status_mut() = answer.status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
        Ok(response)
    }

    async fn converse(self, listener: TcpListener) -> Result<()> {
        tokio::task::spawn_local(self.clone().accept(listener));
        let mut lines = BufReader::new(stdin()).lines();
        while lines.next_line().await?.is_some() {
            println!("{}", self.answers.borrow().entries());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;
    use std::time::Duration;

    use anyhow::Result;
    use tokio::net::TcpListener;
    use tokio::task::LocalSet;

    use super::{Answers, Server};
    use crate::case::{Keys, Name, Shape};
    use crate::workload::{self, Errand, Workload};

    /// A request of one entry, a full one and one that is not full, each of which checks its response.
    struct Requests;

    impl Errand for Requests {
        type Output = Result<u64>;

        async fn run<W: Workload>(self, workload: W) -> Result<u64> {
            let most = workload.request_entries();
            workload.single(0).await?;
            workload.batch(0..most).await?;
            workload.batch(0..most / 2).await?;
            Ok(1 + most + most / 2)
        }
    }

    /// What the requests for this shape say of a server's answers, and how many entries it counts.
    async fn ask(shape: Shape, failing: u64) -> (Result<u64>, u64) {
        let answers = Rc::new(RefCell::new(Answers::new(failing)));
        let server = Server { answers: Rc::clone(&answers), latency: Duration::ZERO, stays_awake: false };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let asking = async {
            tokio::task::spawn_local(server.accept(listener));
            workload::run(Requests, shape, &endpoint).await
        };
        let sent = LocalSet::new().run_until(asking).await;
        let entries = answers.borrow().entries();
        (sent, entries)
    }

    #[tokio::test]
    async fn the_sdks_read_every_answer_as_success() {
        for name in [
            Name::CloudWatch,
            Name::DynamoDb,
            Name::Firehose,
            Name::Kinesis,
            Name::SnsStandard,
            Name::SqsFifo,
            Name::SqsStandard,
        ] {
            for keys in [Keys::Cycle(100), Keys::Each, Keys::Random] {
                let (sent, counted) = ask(Shape::new(name, 1_024).with_keys(keys), 0).await;
                assert_eq!(sent.map_err(|error| format!("{name}: {error:#}")), Ok(counted));
            }
        }
    }

    #[tokio::test]
    async fn the_sdks_read_the_failures_of_entries() {
        for (name, says) in [
            (Name::DynamoDb, "some items were not processed"),
            (Name::Firehose, "5 failed"),
            (Name::Kinesis, "Some(5) failed"),
            (Name::SnsStandard, "1 messages failed"),
            (Name::SqsStandard, "1 messages failed"),
        ] {
            let failing = if matches!(name, Name::Firehose | Name::Kinesis) { 100 } else { 10 };
            let (sent, _) = ask(Shape::new(name, 100), failing).await;
            assert_eq!(sent.map_err(|error| error.to_string()), Err(says.to_owned()));
        }
    }
}
