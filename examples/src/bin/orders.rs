//! Sends a thousand orders to a queue.

use batchwright::sqs::Message;
use batchwright::{Sqs, SqsWriter};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = batchwright::config::sqs_client().await; // or your own `aws_sdk_sqs::Client`
    let writer = SqsWriter::builder(Sqs::new(client, "orders")).build()?;

    for number in 0..1_000 {
        writer.submit(Message::new(format!("order {number}"))).await?; // waits only for room
    }

    // All that was submitted is answered; what could not be delivered comes back as it went in.
    for item in writer.flush().await {
        eprintln!("{item:#}: {}", item.entry.body());
    }
    Ok(())
}
