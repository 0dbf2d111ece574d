//! Publishes alerts to a topic of Amazon SNS, and hands failures to a handler as they happen.
//!
//! `cargo run --example sns --features sns,config -- arn:aws:sns:eu-west-1:123456789012:alerts`

use std::error::Error;

use batchwright::sns::{Message, aws_sdk_sns::Client};
use batchwright::{Sns, SnsWriter};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let topic = std::env::args().nth(1).ok_or("give the ARN of a topic")?;
    run(batchwright::config::sns_client().await, topic).await
}

/// Publishes all alerts, and returns an error if one of them was not delivered.
pub async fn run(client: Client, topic: String) -> Result<(), Box<dyn Error>> {
    let writer = SnsWriter::builder(Sns::new(client, topic))
        .on_unprocessed(|item| eprintln!("{item:#}: {}", item.entry.body())) // must not block
        .build()?;

    for station in ["EWR", "JFK", "LGA"] {
        let alert = Message::new(format!("wind above 60 km/h at {station}"))
            .subject("Wind")
            .attribute("station", station); // for the filter policies of subscriptions
        if let Err(refused) = writer.submit(alert).await {
            eprintln!("{station}: {refused}"); // one alert that is refused does not stop the others
        }
    }

    drop(writer.shutdown().await); // empty, because the handler has received every failure
    let stats = writer.stats();
    println!("{} alerts in {} requests", stats.delivered, stats.requests);
    match stats.handed_back {
        0 => Ok(()),
        count => Err(format!("{count} alerts were not delivered").into()),
    }
}
