//! Publishes a thousand orders and an urgent message to a topic.

use aws_sdk_sns::Client;
use batch_sns::{Message, Sns, SnsWriter};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A local server instead of AWS, so that this program runs as it is; otherwise a client from `aws_config`.
    let server = batch_local::LocalServer::new();
    let client = Client::new(&server.sdk_config());
    let topic = client.create_topic().name("orders").send().await?;
    let arn = topic.topic_arn.ok_or("a topic has an ARN")?;

    let writer = SnsWriter::builder(Sns::new(client, arn)).build()?;
    for id in 0..1_000 {
        // Waits only if the writer is full.
        writer.submit(Message::new(format!("order {id}"))).await?;
    }

    // With a receipt: the answer to this one message.
    let urgent = Message::new("order 1000, at once").subject("Urgent").attribute("priority", 1);
    let receipt = writer.submit_tracked(urgent).await?;
    match receipt.await {
        Ok(sent) => println!("{:?}, after {} attempts", sent.response, sent.attempts),
        Err(item) => println!("{item:#}"),
    }

    // Waits for the answers to all of them, and returns what could not be delivered.
    for item in writer.flush().await {
        println!("{:?}: {item:#}", item.entry);
    }

    assert_eq!(server.sns().accepted_count("orders"), 1_001);
    Ok(())
}
