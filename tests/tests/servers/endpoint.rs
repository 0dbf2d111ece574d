//! Where the servers are.

use serde::Deserialize;

/// One server, as the command that started it tells.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Endpoint {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) url: String,
    pub(crate) services: Vec<String>,
}

impl Endpoint {
    /// All that were started.
    pub(crate) fn all() -> Vec<Self> {
        match std::env::var("BATCHWRIGHT_SERVERS") {
            Ok(told) => serde_json::from_str(&told).expect("`cargo xtask conformance` wrote it"),
            Err(_) => Vec::new(),
        }
    }
}

/// The settings that every client of the SDK has in common here; the two macros of one line each
/// would otherwise stand in every file.
macro_rules! local_config {
    ($sdk:ident, $url:expr) => {
        $sdk::Config::builder()
            .behavior_version($sdk::config::BehaviorVersion::latest())
            .credentials_provider($sdk::config::Credentials::new("local", "local", None, None, "static"))
            .region($sdk::config::Region::from_static("us-east-1"))
            .endpoint_url($url)
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build()
    };
}
pub(crate) use local_config;
