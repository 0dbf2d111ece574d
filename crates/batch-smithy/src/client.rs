/// The writer's own copy of a client's configuration, as a builder, and what renews its credentials.
///
/// The copy differs from the client in four ways: it does not retry, because the writer does; it requests
/// new credentials when the service rejects the current ones ([`Renewal`](crate::Renewal)); it limits the
/// size of responses, in bytes ([`cap_responses`](crate::cap_responses)); and with an empty endpoint URL its
/// requests fail instead of panicking ([`reject_empty_endpoint`](crate::reject_empty_endpoint)). An adapter
/// adds its interceptors and makes the client: `Client::from_conf(config.build())`.
///
/// This is a macro because the configurations of the SDK crates have no common trait. Its first argument is
/// the name of the SDK crate.
///
/// ```ignore
/// let (mut config, credentials) = batch_smithy::own_config!(aws_sdk_firehose, client, 1 << 20);
/// ```
#[macro_export]
macro_rules! own_config {
    ($sdk:ident, $client:expr, $response_bytes:expr) => {{
        let (config, credentials) = $crate::lookup_config!($sdk, $client, $response_bytes);
        (config.retry_config($sdk::config::retry::RetryConfig::disabled()), credentials)
    }};
}

/// The configuration for requests without entries, such as a lookup before the first entry: like
/// [`own_config!`](crate::own_config), but with the retries of the client. Send it with
/// [`Renewal::retry`](crate::Renewal::retry).
#[macro_export]
macro_rules! lookup_config {
    ($sdk:ident, $client:expr, $response_bytes:expr) => {{
        let config = $client.config();
        let cache = config.identity_cache().unwrap_or_else(|| $sdk::config::IdentityCache::lazy().build());
        let credentials = $crate::Renewal::of(cache);
        let mut own = config.to_builder();
        own.set_identity_cache(credentials.cache());
        own.push_interceptor($crate::cap_responses($response_bytes));
        own.push_interceptor($crate::reject_empty_endpoint());
        (own, credentials)
    }};
}
