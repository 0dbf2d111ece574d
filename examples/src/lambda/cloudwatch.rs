use std::time::Duration;

use aws_sdk_cloudwatch::Client;
use batch_cloudwatch::{CloudWatch, CloudWatchWriter, ConfigError, Metric};
use tokio::time::{Instant, timeout_at};

/// Made once, outside of the handler. A flush ends the linger, so that it costs no time.
pub fn writer(client: Client) -> Result<CloudWatchWriter, ConfigError> {
    CloudWatchWriter::builder(CloudWatch::new(client, "Weather")).build()
}

/// Sends what each record of an event holds, and returns the ids of those that were not delivered.
/// `remaining` is what is left of the invocation's time.
pub async fn handle(
    writer: &CloudWatchWriter,
    records: Vec<(String, f64)>,
    remaining: Duration,
) -> Vec<String> {
    let deadline = Instant::now() + remaining.saturating_sub(Duration::from_millis(500));
    let scope = writer.scope(); // concurrent invocations do not wait for each other
    let (mut receipts, mut failed) = (Vec::new(), Vec::new());
    for (id, temperature) in records {
        match timeout_at(deadline, scope.submit_tracked(Metric::new("Temperature", temperature))).await {
            Ok(Ok(receipt)) => receipts.push((id, receipt)),
            Ok(Err(refused)) => {
                eprintln!("{id}: {refused}");
                failed.push(id);
            }
            Err(_full) => failed.push(id),
        }
    }
    drop(scope.flush_by(deadline).await); // the receipts have what failed
    for (id, receipt) in receipts {
        if let Err(item) = receipt.await {
            eprintln!("{id}: {item:#}");
            failed.push(id);
        }
    }
    failed
}
