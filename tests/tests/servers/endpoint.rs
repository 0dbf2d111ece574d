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
