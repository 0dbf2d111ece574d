//! Sends what a program reports to the crate `metrics` to a namespace, once a minute.

use aws_sdk_cloudwatch::Client;
use batch_cloudwatch::{CloudWatch, CloudWatchWriter, Recorder};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A local server instead of AWS, so that this program runs as it is; otherwise a client from `aws_config`.
    let server = batch_local::LocalServer::new();
    let client = Client::new(&server.sdk_config());

    let recorder = Recorder::new();
    recorder.install()?;
    let writer = CloudWatchWriter::builder(CloudWatch::new(client, "Shop")).build()?;
    let running = tokio::spawn(recorder.clone().run(writer.clone()));

    for order in 0..1_000_u32 {
        metrics::counter!("Orders", "Shop" => "Berlin").increment(1);
        metrics::histogram!("Items").record(order % 10);
    }

    // At the end of the program: submits what was recorded since the last minute, and sends it.
    recorder.stop();
    running.await?;
    for item in writer.shutdown().await {
        eprintln!("{item:#}");
    }

    assert_eq!(server.cloudwatch().accepted_count("Shop"), 2);
    Ok(())
}
