use std::time::Duration;

use aws_sdk_sns::Client;
use batch_sns::{ConfigError, Linger, Message, Settings, Sns, SnsWriter};
use tokio::time::{Instant, timeout_at};

/// Made once, outside of the handler. A flush ends the linger, so that it costs no time.
pub fn writer(client: Client, topic_arn: &str) -> Result<SnsWriter, ConfigError> {
    let settings = Settings::new().linger(Linger::Fixed(Duration::from_secs(1)));
    SnsWriter::builder(Sns::new(client, topic_arn)).settings(settings).build()
}

/// Sends what each record of an event holds, and returns the ids of those that were not delivered.
/// `remaining` is what is left of the invocation's time.
pub async fn handle(writer: &SnsWriter, records: Vec<(String, String)>, remaining: Duration) -> Vec<String> {
    let deadline = Instant::now() + remaining.saturating_sub(Duration::from_millis(500));
    let scope = writer.scope(); // concurrent invocations do not wait for each other
    let (mut receipts, mut failed) = (Vec::new(), Vec::new());
    for (id, order) in records {
        match timeout_at(deadline, scope.submit_tracked(Message::new(order))).await {
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
