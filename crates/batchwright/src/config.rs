//! Clients from the ambient AWS configuration: environment, profile, container or instance role.

use aws_config::{BehaviorVersion, SdkConfig};

/// The ambient AWS configuration, from which every service's client can be made:
/// `aws_sdk_sqs::Client::new(&batchwright::config::load().await)`.
///
/// Credentials are looked up when the first request is sent, not here.
pub async fn load() -> SdkConfig {
    aws_config::load_defaults(BehaviorVersion::latest()).await
}

macro_rules! clients {
    ($($feature:literal $function:ident $library:ident $sdk:ident $service:literal: $example:literal;)*) => {$(
        #[doc = concat!("A client for ", $service, " from the ambient AWS configuration.")]
        ///
        /// ```no_run
        /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
        #[doc = concat!("let client = batchwright::config::", stringify!($function), "().await;")]
        #[doc = $example]
        /// # Ok(())
        /// # }
        /// ```
        #[cfg(feature = $feature)]
        pub async fn $function() -> $library::$sdk::Client {
            $library::$sdk::Client::new(&load().await)
        }
    )*};
}

clients! {
    "cloudwatch" cloudwatch_client batch_cloudwatch aws_sdk_cloudwatch "Amazon CloudWatch":
        "let writer = batchwright::CloudWatchWriter::builder(client, batchwright::cloudwatch::Namespace::new(\"Weather\")).build()?;";
    "dynamodb" dynamodb_client batch_dynamodb aws_sdk_dynamodb "Amazon DynamoDB":
        "let writer = batchwright::DynamoDbWriter::builder(client, batchwright::dynamodb::Table::name(\"weather\")).connect().await?;";
    "kinesis" kinesis_client batch_kinesis aws_sdk_kinesis "Amazon Kinesis Data Streams":
        "let writer = batchwright::KinesisWriter::builder(client, batchwright::kinesis::Stream::name(\"weather\")).build()?;";
    "sqs" sqs_client batch_sqs aws_sdk_sqs "Amazon SQS":
        "let writer = batchwright::SqsWriter::builder(client, batchwright::sqs::Queue::name(\"weather\")).build()?;";
}
