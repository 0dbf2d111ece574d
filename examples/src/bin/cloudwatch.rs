//! Sends a thousand temperatures and a humidity to a namespace.

use aws_sdk_cloudwatch::Client;
use batch_cloudwatch::{CloudWatch, CloudWatchWriter, Metric, StandardUnit};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A local server instead of AWS, so that this program runs as it is; otherwise a client from `aws_config`.
    let server = batch_local::LocalServer::new();
    let client = Client::new(&server.sdk_config());

    let writer = CloudWatchWriter::builder(CloudWatch::new(client, "Weather")).build()?;
    for station in 0..1_000 {
        // Waits only if the writer is full.
        writer.submit(Metric::new("Temperature", 21.5).dimension("Station", station.to_string())).await?;
    }

    // With a receipt: the answer to this one datum.
    let humidity = Metric::new("Humidity", 40).dimension("Station", "7").unit(StandardUnit::Percent);
    let receipt = writer.submit_tracked(humidity).await?;
    match receipt.await {
        Ok(sent) => println!("sent after {} attempts, maybe twice: {}", sent.attempts, sent.maybe_duplicate),
        Err(item) => println!("{item:#}"),
    }

    // Waits for the answers to all of them, and returns what could not be delivered.
    for item in writer.flush().await {
        println!("{:?}: {item:#}", item.entry);
    }

    assert_eq!(server.cloudwatch().accepted_count("Weather"), 1_001);
    Ok(())
}
