//! The web service of the examples, over a loopback socket.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod shown;

use std::time::Duration;

use aws_sdk_sqs::Client;
use batch_local::{Fault, FaultPlan, LocalServer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

/// The service, before a local server.
struct Service {
    server: LocalServer,
    address: std::net::SocketAddr,
    end: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

impl Service {
    async fn start(faults: FaultPlan) -> Self {
        let server = LocalServer::builder().faults(faults).build();
        let client = Client::new(&server.sdk_config());
        client.create_queue().queue_name("orders").send().await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (end, ended) = oneshot::channel();
        let running = tokio::spawn(async {
            shown::web::run(client, listener, async { drop(ended.await) }).await.unwrap();
        });
        Self { server, address, end, running }
    }

    /// Sends an order on a connection of its own.
    async fn send(&self, body: &str) -> TcpStream {
        let mut connection = TcpStream::connect(self.address).await.unwrap();
        let length = body.len();
        let head =
            format!("POST /orders HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {length}");
        connection.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).await.unwrap();
        connection
    }

    /// Tells the service to end, and returns how many orders are in the queue when it has.
    async fn stop(self) -> u64 {
        self.end.send(()).unwrap();
        self.running.await.unwrap();
        self.server.sqs().accepted_count("orders")
    }
}

/// The status of the response.
async fn status(mut connection: TcpStream) -> u16 {
    let mut response = String::new();
    connection.read_to_string(&mut response).await.unwrap();
    response.split(' ').nth(1).unwrap().parse().unwrap()
}

async fn check(faults: FaultPlan, order: &str, expected: (u16, u64)) {
    let service = Service::start(faults).await;
    let status = status(service.send(order).await).await;
    assert_eq!((status, service.stop().await), expected);
}

#[tokio::test]
async fn an_order_is_answered_when_it_is_in_the_queue() {
    check(FaultPlan::none(), "shoes", (201, 1)).await;
}

#[tokio::test]
async fn an_order_that_no_queue_takes_is_the_clients_fault() {
    check(FaultPlan::none(), "\u{1}", (422, 0)).await;
}

#[tokio::test]
async fn an_order_that_cannot_be_delivered_is_not_the_clients_fault() {
    check(FaultPlan::always(Fault::access_denied()), "shoes", (502, 0)).await;
}

#[tokio::test]
async fn a_shutdown_answers_the_requests_that_are_open() {
    let latency = Duration::from_millis(100);
    let service = Service::start(FaultPlan::none().latency(latency..latency * 2)).await;
    let connection = service.send("shoes").await;
    while service.server.requests().count("SendMessageBatch") == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(service.stop().await, 1);
    assert_eq!(status(connection).await, 201);
}

#[tokio::test]
async fn an_order_whose_client_has_left_is_delivered_all_the_same() {
    let latency = Duration::from_millis(50);
    let service = Service::start(FaultPlan::none().latency(latency..latency * 2)).await;
    let connection = service.send("shoes").await;
    while service.server.requests().count("SendMessageBatch") == 0 {
        tokio::task::yield_now().await;
    }
    drop(connection);
    assert_eq!(service.stop().await, 1);
}

#[tokio::test]
async fn more_orders_than_there_is_capacity_for_are_asked_to_come_back() {
    let service = Service::start(FaultPlan::always(Fault::HangBefore)).await;
    let mut statuses = JoinSet::new();
    for number in 0..110 {
        statuses.spawn(status(service.send(&format!("order {number}")).await));
    }
    assert_eq!(statuses.join_next().await.unwrap().unwrap(), 429);
    service.running.abort();
}
