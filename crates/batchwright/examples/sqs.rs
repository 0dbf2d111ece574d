//! Sends orders to a queue of Amazon SQS, and waits for the answer to one of them.
//!
//! `cargo run --example sqs --features sqs,config`

use std::error::Error;

use batchwright::sqs::{Message, aws_sdk_sqs::Client};
use batchwright::{Sqs, SqsWriter};
use serde::Serialize;

#[derive(Serialize)]
struct Order {
    id: u32,
    item: &'static str,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = batchwright::config::sqs_client().await; // or your own `aws_sdk_sqs::Client`
    run(client).await
}

/// Sends all orders, and returns an error if one of them was not delivered.
pub async fn run(client: Client) -> Result<(), Box<dyn Error>> {
    let queue = Sqs::new(client, "orders").check().await?; // a wrong name fails here, before the first order
    let writer = SqsWriter::builder(queue).build()?;

    let submitted = submit(&writer).await; // if this fails, what was accepted before is delivered all the same
    let unprocessed = writer.shutdown().await;
    for item in &unprocessed {
        eprintln!("{item:#}: {}", item.entry.body());
    }
    submitted?;
    match unprocessed.len() {
        0 => Ok(()),
        count => Err(format!("{count} orders were not delivered").into()),
    }
}

async fn submit(writer: &SqsWriter) -> Result<(), Box<dyn Error>> {
    for id in 0..1_000 {
        // Waits only if the writer is full.
        writer.submit(Message::json(&Order { id, item: "shoes" })?).await?;
    }
    let receipt = writer.submit_tracked(Message::new("recall").attribute("priority", 1)).await?;
    let sent = receipt.await?; // delivered, or an error with the message in it
    println!("{:?}, after {} attempts", sent.response, sent.attempts);
    Ok(())
}
