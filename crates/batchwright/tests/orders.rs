//! Tests of a function that forwards orders to a queue.

use std::time::Duration;

use batch_local::{Fault, FaultPlan, LocalServer};
use batchwright::sqs::{Message, aws_sdk_sqs::Client};
use batchwright::{Settings, Sqs, SqsWriter};

/// What is tested: sends all orders, and returns those that could not be delivered.
async fn forward(client: Client, settings: Settings, orders: Vec<String>) -> Vec<String> {
    let writer = SqsWriter::builder(Sqs::new(client, "orders")).settings(settings).build();
    let writer = writer.expect("the settings are valid");
    let mut failed = Vec::new();
    for order in orders {
        if let Err(refused) = writer.submit(Message::new(order)).await {
            failed.push(refused.into_entry().into_body());
        }
    }
    failed.extend(writer.shutdown().await.into_iter().map(|item| item.entry.into_body()));
    failed
}

/// A server with the queue, and a client of it.
async fn start(faults: FaultPlan) -> (LocalServer, Client) {
    let server = LocalServer::builder().faults(faults).build();
    let client = Client::new(&server.sdk_config());
    client.create_queue().queue_name("orders").send().await.expect("the server is there");
    (server, client)
}

fn orders(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("order {number}")).collect()
}

#[tokio::test(start_paused = true)]
async fn every_order_arrives_although_three_of_ten_requests_fail() {
    let (server, client) = start(FaultPlan::random(0.3, 7)).await; // a seed: the same faults in each run
    assert_eq!(forward(client, Settings::new(), orders(1_000)).await, Vec::<String>::new());
    let mut arrived: Vec<_> = server.sqs().accepted("orders").into_iter().map(|order| order.body).collect();
    arrived.sort();
    arrived.dedup(); // a lost response makes a second copy
    assert_eq!(arrived.len(), 1_000);
}

#[tokio::test(start_paused = true)]
async fn an_outage_that_outlasts_the_deadline_returns_every_order() {
    let (server, client) = start(FaultPlan::always(Fault::Unreachable)).await;
    let settings = Settings::new().delivery_deadline(Duration::from_secs(30));
    assert_eq!(forward(client, settings, orders(100)).await.len(), 100); // takes no real time
    assert_eq!(server.sqs().accepted_count("orders"), 0);
}

#[tokio::test(start_paused = true)]
async fn one_order_that_the_queue_rejects_does_not_stop_the_others() {
    let spoilt = Fault::reject_request_where(|body| body == "order 7", 400, "InvalidMessageContents");
    let (server, client) = start(FaultPlan::always(spoilt)).await;
    assert_eq!(forward(client, Settings::new(), orders(10)).await, ["order 7"]);
    assert_eq!(server.sqs().accepted_count("orders"), 9);
}
