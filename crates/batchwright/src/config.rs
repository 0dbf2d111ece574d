//! Clients from the ambient AWS configuration: environment, profile, container or instance role.

use aws_config::{BehaviorVersion, SdkConfig};

/// The ambient AWS configuration, from which every service's client can be made:
/// `aws_sdk_sqs::Client::new(&batchwright::config::load().await)`.
///
/// Credentials are looked up when the first request is sent, not here.
pub async fn load() -> SdkConfig {
    aws_config::load_defaults(BehaviorVersion::latest()).await
}

/// An SQS client from the ambient AWS configuration.
///
/// ```no_run
/// use batchwright::SqsWriter;
/// use batchwright::sqs::Queue;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let client = batchwright::config::sqs_client().await;
/// let writer = SqsWriter::builder(client, Queue::name("orders")).build()?;
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "sqs")]
pub async fn sqs_client() -> batch_sqs::aws_sdk_sqs::Client {
    batch_sqs::aws_sdk_sqs::Client::new(&load().await)
}
