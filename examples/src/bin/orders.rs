//! Sends a thousand orders to a queue.
use batchwright::{Sqs, SqsWriter, sqs::Message};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = batchwright::config::sqs_client().await; // or your own `aws_sdk_sqs::Client`
    let writer = SqsWriter::builder(Sqs::new(client, "orders")).build()?;
    for number in 0..1_000 {
        writer.submit(Message::new(format!("order {number}"))).await?; // waits only if the writer is full
    }
    for item in writer.shutdown().await {
        eprintln!("{item:#}: {}", item.entry.body()); // not delivered: the message as it was, and why
    }
    println!("{} orders delivered", writer.stats().delivered);
    Ok(())
}
