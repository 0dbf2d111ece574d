//! Sends a thousand measurements and a plain record to a stream.

use aws_sdk_kinesis::Client;
use batch_kinesis::{Kinesis, KinesisWriter, Record};

#[derive(serde::Serialize)]
struct Measurement {
    station: &'static str,
    celsius: f64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A local server instead of AWS, so that this program runs as it is; otherwise a client from `aws_config`.
    let server = batch_local::LocalServer::new();
    let client = Client::new(&server.sdk_config());
    client.create_stream().stream_name("measurements").shard_count(2).send().await?;

    let writer =
        KinesisWriter::builder(Kinesis::new(client, "measurements").partition_key_from("station")).build()?;
    for n in 0..1_000 {
        // Waits only if the writer is full.
        let measurement = Measurement { station: ["EWR", "JFK", "LGA"][n % 3], celsius: 21.5 };
        writer.submit(Record::json(&measurement)?).await?;
    }

    // With a receipt: the answer to this one record.
    let receipt = writer.submit_tracked(Record::new("no JSON").partition_key("EWR")).await?;
    match receipt.await {
        Ok(sent) => println!("{:?}, after {} attempts", sent.response, sent.attempts),
        Err(item) => println!("{item:#}"),
    }

    // Waits for the answers to all of them, and returns what could not be delivered.
    for item in writer.flush().await {
        println!("{:?}: {item:#}", item.entry);
    }

    assert_eq!(server.kinesis().accepted_count("measurements"), 1_001);
    Ok(())
}
