//! Clients from the ambient AWS configuration: environment, profile, container or instance role.

use aws_config::BehaviorVersion;
#[doc(no_inline)]
pub use aws_config::SdkConfig;

/// The ambient AWS configuration, from which every service's client can be made:
/// `aws_sdk_sqs::Client::new(&batchwright::config::load().await)`.
///
/// Credentials are looked up when the first request is sent, not here.
pub async fn load() -> SdkConfig {
    aws_config::load_defaults(BehaviorVersion::latest()).await
}

macro_rules! client {
    ($($feature:literal $module:ident $library:ident $service:ident $writer:ident $sdk:ident $client:ident $name:literal;)*) => {$(
        #[doc = concat!("A client for ", $name, " from the ambient AWS configuration.")]
        ///
        /// ```no_run
        /// # async fn example() {
        #[doc = concat!("let client = batchwright::config::", stringify!($client), "().await;")]
        /// # let _ = client;
        /// # }
        /// ```
        #[cfg(feature = $feature)]
        pub async fn $client() -> $library::$sdk::Client {
            $library::$sdk::Client::new(&load().await)
        }
    )*};
}

each_service!(client);
