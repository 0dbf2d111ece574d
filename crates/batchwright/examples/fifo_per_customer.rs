//! Sends the events of customers to a FIFO queue: in order for each customer, in parallel for different ones.
//!
//! `cargo run --example fifo_per_customer --features sqs,config`

use std::error::Error;

use batchwright::sqs::{Message, aws_sdk_sqs::Client};
use batchwright::{Order, Settings, Sqs, SqsWriter, SubmitError};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    run(batchwright::config::sqs_client().await).await
}

/// Sends all events, and returns an error if one of them was not delivered.
pub async fn run(client: Client) -> Result<(), Box<dyn Error>> {
    let queue = Sqs::new(client, "events.fifo").check().await?;
    // One event of a customer in a request, so that its order holds through any failure.
    let strict = Settings::new().order(Order::Strict);
    let writer = SqsWriter::builder(queue).settings(strict).build()?;

    for number in 0..10 {
        for customer in ["ada", "edith", "grace"] {
            let event = Message::new(format!("{customer}: event {number}"))
                .group(customer)
                .deduplication_id(format!("{customer}-{number}")); // the same if this program runs again
            match writer.submit(event).await {
                Ok(()) => {}
                Err(SubmitError::Duplicate(_)) => {} // this very event is on its way already
                Err(refused) => eprintln!("{customer}: {refused}"),
            }
        }
    }

    let unprocessed = writer.shutdown().await;
    for item in &unprocessed {
        // Later events of this customer were sent all the same: a failure does not stop its group.
        eprintln!("{item:#}: {}", item.entry.body());
    }
    match unprocessed.len() {
        0 => Ok(()),
        count => Err(format!("{count} events were not delivered").into()),
    }
}
