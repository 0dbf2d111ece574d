//! Sends a thousand orders and an urgent message to a queue.

use aws_sdk_sqs::Client;
use batch_sqs::{Message, Sqs, SqsWriter};

#[derive(serde::Serialize)]
struct Order {
    id: u32,
    item: &'static str,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A local server instead of AWS, so that this program runs as it is; otherwise a client from `aws_config`.
    let server = batch_local::LocalServer::new();
    let client = Client::new(&server.sdk_config());
    client.create_queue().queue_name("orders").send().await?;

    let writer = SqsWriter::builder(Sqs::new(client, "orders")).build()?;
    for id in 0..1_000 {
        // Waits only if the writer is full.
        writer.submit(Message::json(&Order { id, item: "shoes" })?).await?;
    }

    // With a receipt: the answer to this one message.
    let receipt = writer.submit_tracked(Message::new("urgent").attribute("priority", 1)).await?;
    match receipt.await {
        Ok(sent) => println!("{:?}, after {} attempts", sent.response, sent.attempts),
        Err(item) => println!("{item:#}"),
    }

    // Waits for the answers to all of them, and returns what could not be delivered.
    for item in writer.flush().await {
        println!("{:?}: {item:#}", item.entry);
    }

    assert_eq!(server.sqs().accepted_count("orders"), 1_001);
    Ok(())
}
