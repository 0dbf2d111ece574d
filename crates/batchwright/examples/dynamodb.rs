//! Keeps the latest reading of each station in a table of Amazon DynamoDB, and deletes one.
//!
//! `cargo run --example dynamodb --features dynamodb,config`

use std::collections::HashMap;
use std::error::Error;

use batchwright::dynamodb::{AttributeValue, Write, aws_sdk_dynamodb::Client};
use batchwright::{DynamoDb, DynamoDbWriter};
use serde::Serialize;

#[derive(Serialize)]
struct Reading {
    station: String,
    minute: u32,
    celsius: f64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    run(batchwright::config::dynamodb_client().await).await
}

/// Writes all readings, and returns an error if one of them was not written.
pub async fn run(client: Client) -> Result<(), Box<dyn Error>> {
    let table = DynamoDb::new(client, "stations").discover_keys().await?; // reads the keys from the table
    let writer = DynamoDbWriter::builder(table).build()?;

    let submitted = submit(&writer).await; // if this fails, what was accepted before is written all the same
    let unprocessed = writer.shutdown().await;
    for item in &unprocessed {
        eprintln!("{item:#}: {:?}", item.entry.to_json());
    }
    submitted?;
    let stats = writer.stats();
    println!(
        "{} written, {} replaced by newer ones before they were sent",
        stats.delivered, stats.superseded
    );
    match unprocessed.len() {
        0 => Ok(()),
        count => Err(format!("{count} writes failed").into()),
    }
}

async fn submit(writer: &DynamoDbWriter) -> Result<(), Box<dyn Error>> {
    for minute in 0..10 {
        for station in 0..100 {
            // A reading replaces an older one of its station that is still waiting: the last write wins.
            let reading = Reading { station: format!("station-{station}"), minute, celsius: 21.5 };
            writer.submit(Write::json(&reading)?).await?;
        }
    }
    let key = HashMap::from([("station".to_owned(), AttributeValue::S("station-7".to_owned()))]);
    let receipt = writer.submit_tracked(Write::delete(key)).await?;
    receipt.await?; // deleted, after every write of this station that was submitted before
    Ok(())
}
