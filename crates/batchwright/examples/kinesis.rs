//! Sends clicks to a stream of Amazon Kinesis, those of each user in order.
//!
//! `cargo run --example kinesis --features kinesis,config`

use std::error::Error;

use batchwright::kinesis::{Record, aws_sdk_kinesis::Client};
use batchwright::{Kinesis, KinesisWriter};
use serde::Serialize;

#[derive(Serialize)]
struct Click {
    user: String,
    page: &'static str,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    run(batchwright::config::kinesis_client().await).await
}

/// Sends all clicks, and returns an error if one of them was not delivered.
pub async fn run(client: Client) -> Result<(), Box<dyn Error>> {
    let stream = Kinesis::new(client, "clicks")
        .partition_key_from("user") // a member of the JSON; clicks with equal keys keep their order
        .discover_limits() // asks the stream how large a record may be; a wrong name fails here
        .await?;
    let writer = KinesisWriter::builder(stream).build()?;

    let submitted = submit(&writer).await; // if this fails, what was accepted before is delivered all the same
    let unprocessed = writer.shutdown().await;
    for item in &unprocessed {
        eprintln!("{item:#}: {} bytes", item.entry.data().len());
    }
    submitted?;
    let stats = writer.stats();
    println!("{} clicks in {} requests, {} throttled", stats.delivered, stats.requests, stats.throttled);
    match unprocessed.len() {
        0 => Ok(()),
        count => Err(format!("{count} clicks were not delivered").into()),
    }
}

async fn submit(writer: &KinesisWriter) -> Result<(), Box<dyn Error>> {
    for number in 0..2_000 {
        let click = Click { user: format!("user-{}", number % 100), page: "/" };
        writer.submit(Record::json(&click)?).await?; // waits only if the writer is full
    }
    Ok(())
}
