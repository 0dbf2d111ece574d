//! Sends each line of its input to a delivery stream of Amazon Data Firehose.
//!
//! `zcat access.log.gz | cargo run --example firehose --features firehose,config`

use std::error::Error;

use batchwright::firehose::{Record, aws_sdk_firehose::Client};
use batchwright::{Firehose, FirehoseWriter};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, BufReader, stdin};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    run(batchwright::config::firehose_client().await, BufReader::new(stdin())).await
}

/// Sends all lines, and returns an error if one of them was not delivered.
pub async fn run(client: Client, input: impl AsyncBufRead + Unpin) -> Result<(), Box<dyn Error>> {
    let writer = FirehoseWriter::builder(Firehose::new(client, "logs")).build()?;

    let submitted = submit(&writer, input).await; // if this fails, what was accepted before is delivered
    let unprocessed = writer.shutdown().await;
    for item in &unprocessed {
        eprintln!("{item:#}: {} bytes", item.entry.data().len());
    }
    submitted?;
    let stats = writer.stats();
    println!("{} lines in {} requests", stats.delivered, stats.requests);
    match unprocessed.len() {
        0 => Ok(()),
        count => Err(format!("{count} lines were not delivered").into()),
    }
}

async fn submit(writer: &FirehoseWriter, input: impl AsyncBufRead + Unpin) -> Result<(), Box<dyn Error>> {
    let mut lines = input.lines();
    while let Some(mut line) = lines.next_line().await? {
        line.push('\n'); // Firehose writes records one behind the other, with nothing between them
        if let Err(refused) = writer.submit(Record::new(line)).await {
            eprintln!("{refused}"); // a line above 1,000 KiB does not stop the others
        }
    }
    Ok(())
}
