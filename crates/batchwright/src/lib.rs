#![cfg_attr(any(not(doctest), all(feature = "config", feature = "sqs")), doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]

/// Hands the services to a macro, a line each: the feature, the module, the crate, the service, the writer,
/// the SDK crate, the function of `config`, the name.
macro_rules! each_service {
    ($macro:ident) => {
        $macro! {
            "cloudwatch" cloudwatch batch_cloudwatch CloudWatch CloudWatchWriter aws_sdk_cloudwatch cloudwatch_client "Amazon CloudWatch";
            "dynamodb" dynamodb batch_dynamodb DynamoDb DynamoDbWriter aws_sdk_dynamodb dynamodb_client "Amazon DynamoDB";
            "firehose" firehose batch_firehose Firehose FirehoseWriter aws_sdk_firehose firehose_client "Amazon Data Firehose";
            "kinesis" kinesis batch_kinesis Kinesis KinesisWriter aws_sdk_kinesis kinesis_client "Amazon Kinesis Data Streams";
            "sns" sns batch_sns Sns SnsWriter aws_sdk_sns sns_client "Amazon SNS";
            "sqs" sqs batch_sqs Sqs SqsWriter aws_sdk_sqs sqs_client "Amazon SQS";
        }
    };
}

macro_rules! re_export {
    ($($feature:literal $module:ident $library:ident $service:ident $writer:ident $sdk:ident $client:ident $name:literal;)*) => {$(
        #[cfg(feature = $feature)]
        #[doc(inline)]
        pub use $library as $module;
        #[cfg(feature = $feature)]
        pub use $library::{$service, $writer};
    )*};
}

#[cfg(feature = "config")]
pub mod config;
// Its code is for all services.
#[cfg(any(all(doc, not(doctest)), all(doctest, feature = "config", feature = "full")))]
pub mod guide;

#[doc(inline)]
pub use batch_core as core;
#[cfg(feature = "lambda")]
#[doc(inline)]
pub use batch_lambda as lambda;

batch_core::re_export_core!();

each_service!(re_export);
