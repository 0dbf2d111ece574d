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
    // A local server instead of AWS, so that this example runs; otherwise make the client from an `aws_config`.
    let server = batch_local::LocalServer::new();
    let client = Client::new(&server.sdk_config());
    client.create_queue().queue_name("orders").send().await?;

    let writer = SqsWriter::builder(Sqs::new(client, "orders")).build()?;
    for id in 0..1_000 {
        // Waits only for room in the writer, not for the service.
        writer.submit(Message::json(&Order { id, item: "shoes" })?).await?;
    }

    // The other door: an answer for this one message.
    let receipt = writer.submit_tracked(Message::new("urgent").attribute("priority", 1)).await?;
    match receipt.await {
        Ok(sent) => println!("{:?}, after {} attempts", sent.response, sent.attempts),
        Err(item) => println!("{item:#}"),
    }

    // Waits for all that was submitted before, and returns what could not be delivered.
    for item in writer.flush().await {
        println!("{:?}: {item:#}", item.entry);
    }

    assert_eq!(server.sqs().accepted_count("orders"), 1_001);
    Ok(())
}
