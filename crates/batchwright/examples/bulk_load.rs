//! Loads a file of JSON lines into a table, reports progress, and keeps the lines that failed in a file of their own.
//!
//! `cargo run --release --example bulk_load --features dynamodb,config -- items.ndjson failed.ndjson`

use std::error::Error;
use std::path::Path;

use batchwright::dynamodb::{UnprocessedItem, Write, aws_sdk_dynamodb::Client};
use batchwright::{DynamoDb, DynamoDbWriter};
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = std::env::args().skip(1);
    let (input, failed) = paths.next().zip(paths.next()).ok_or("name the input and a file for what fails")?;
    run(batchwright::config::dynamodb_client().await, input.as_ref(), failed.as_ref()).await
}

/// Loads the file. Each of its lines is then in the table or in `failed`, which can be loaded again.
pub async fn run(client: Client, input: &Path, failed: &Path) -> Result<(), Box<dyn Error>> {
    let table = DynamoDb::new(client, "items").discover_keys().await?;
    let writer = DynamoDbWriter::builder(table).build()?;
    let mut failed = File::create(failed).await?;
    let loaded = load(&writer, input, &mut failed).await; // if this fails, what was read before is written
    keep(&mut failed, writer.shutdown().await).await?;
    loaded
}

async fn load(writer: &DynamoDbWriter, input: &Path, failed: &mut File) -> Result<(), Box<dyn Error>> {
    let mut lines = BufReader::new(File::open(input).await?).lines();
    let mut read = 0;
    while let Some(line) = lines.next_line().await? {
        read += 1;
        let submitted = match Write::put_json(&line) {
            Ok(write) => writer.submit(write).await.map_err(|refused| refused.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(reason) = submitted {
            eprintln!("line {read}: {reason}");
            failed.write_all(format!("{line}\n").as_bytes()).await?;
        }
        keep(failed, writer.take_unprocessed()).await?; // does not wait, and frees capacity
        if read % 10_000 == 0 {
            let stats = writer.stats();
            println!("{read} lines read, {} written, {} handed back", stats.delivered, stats.handed_back);
        }
    }
    Ok(())
}

async fn keep(failed: &mut File, items: Vec<UnprocessedItem<Write>>) -> std::io::Result<()> {
    for item in items {
        eprintln!("{item:#}");
        let line = item.entry.to_json().unwrap_or_default(); // a write made of JSON is JSON again
        failed.write_all(format!("{line}\n").as_bytes()).await?;
    }
    failed.flush().await
}
