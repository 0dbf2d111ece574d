//! What a client is made of, whichever service it is for.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::HttpClient;
use aws_smithy_runtime_api::client::interceptors::{Intercept, SharedInterceptor};
use aws_types::SdkConfig;
use aws_types::region::Region;
use aws_types::sdk_config::Builder;

/// What a client is made of.
#[derive(Clone, Debug)]
pub struct Setup {
    /// What clients of all services have.
    pub config: SdkConfig,
    /// An interceptor, which is no part of the configuration that services share.
    pub interceptor: Option<SharedInterceptor>,
}

impl Setup {
    /// A client of this configuration.
    #[must_use]
    pub fn of(config: SdkConfig) -> Self {
        Self { config, interceptor: None }
    }

    /// A client of this HTTP client, with credentials that open nothing.
    #[must_use]
    pub fn through(http: impl HttpClient + 'static) -> Self {
        Self::of(Self::with_credentials().http_client(http).build())
    }

    /// The same with this interceptor.
    #[must_use]
    pub fn intercepted(self, interceptor: impl Intercept + 'static) -> Self {
        Self { interceptor: Some(SharedInterceptor::permanent(interceptor)), ..self }
    }

    /// A configuration of a client of this address, which is a URL without TLS, over a real connection.
    #[must_use]
    pub fn at(url: &str) -> Builder {
        let http = aws_smithy_http_client::Builder::new().build_http();
        Self::with_credentials().http_client(http).endpoint_url(url)
    }

    /// A configuration that lacks credentials and an HTTP client.
    #[must_use]
    pub fn bare() -> Builder {
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
    }

    /// A configuration that lacks an HTTP client.
    #[must_use]
    pub fn with_credentials() -> Builder {
        let credentials = Credentials::new("local", "local", None, None, "kit");
        Self::bare().credentials_provider(SharedCredentialsProvider::new(credentials))
    }
}

/// A client of this SDK, made like this.
#[macro_export]
macro_rules! client {
    ($sdk:ident, $setup:expr) => {{
        let setup: &$crate::Setup = $setup;
        let mut config = $sdk::config::Builder::from(&setup.config);
        if let Some(interceptor) = &setup.interceptor {
            config.push_interceptor(interceptor.clone());
        }
        $sdk::Client::from_conf(config.build())
    }};
}
