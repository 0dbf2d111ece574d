/// The writer's own copy of a client's configuration, as a builder, and what renews its credentials.
///
/// The copy is the client's configuration but for its retries, which are the writer's and would multiply;
/// for credentials that the service refuses, which are asked for again ([`Renewal`](crate::Renewal)); and
/// for the size of the responses that it reads, in bytes ([`cap_responses`](crate::cap_responses)). An adapter
/// adds its interceptors and makes the client: `Client::from_conf(config.build())`.
///
/// The types of the configurations of the SDK's crates have no trait in common, so this is a macro. Its
/// first argument is the name of the SDK's crate.
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

/// The configuration for a request that carries no entry, such as a lookup before the first one: like
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
        (own, credentials)
    }};
}
