//! The clients of the SDK, with static dummies for credentials.

macro_rules! clients {
    ($($feature:literal $name:ident $sdk:ident)*) => {$(
        /// A client that talks to this.
        #[cfg(feature = $feature)]
        pub fn $name(http: impl aws_smithy_runtime_api::client::http::HttpClient + 'static) -> $sdk::Client {
            use $sdk::config::{BehaviorVersion, Config, Region, StalledStreamProtectionConfig};
            let config = Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new("eu-west-1"))
                .credentials_provider(aws_credential_types::Credentials::new("local", "local", None, None, "static"))
                // It looks at the real clock.
                .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
                .http_client(http);
            $sdk::Client::from_conf(config.build())
        }
    )*

        /// The same clients with an interceptor: their requests are written, and their responses read, by the SDK alone.
        pub mod observed {$(
            /// A client like this one.
            #[cfg(feature = $feature)]
            #[must_use]
            pub fn $name(client: &$sdk::Client) -> $sdk::Client {
                let config = client.config().to_builder().interceptor(batch_smithy::cap_responses(1 << 20));
                $sdk::Client::from_conf(config.build())
            }
        )*}
    };
}

clients! {
    "cloudwatch" cloudwatch aws_sdk_cloudwatch
    "dynamodb" dynamodb aws_sdk_dynamodb
    "firehose" firehose aws_sdk_firehose
    "kinesis" kinesis aws_sdk_kinesis
    "sqs" sqs aws_sdk_sqs
}
