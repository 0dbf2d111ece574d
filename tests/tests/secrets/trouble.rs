//! An HTTP client that makes trouble, and repeats whatever it was sent.

use std::fmt;
use std::future::pending;
use std::sync::Arc;

use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use batch_local::LocalServer;
use batchwright_tests::Setup;

use crate::planted::{self, MARK};

/// A request, as those see it who repeat it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) body: Vec<u8>,
    /// All of it, and the secrets.
    pub(crate) text: String,
}

/// What becomes of a request.
#[derive(Debug)]
pub(crate) enum Act {
    Answer(HttpResponse),
    Fail(ConnectorError),
    Hang,
    Panic(String),
    /// The local server answers it.
    Pass,
}

pub(crate) type Trouble = Arc<dyn Fn(&Asked) -> Act + Send + Sync>;

/// A client of this server; this trouble comes to the requests of the operation, or to all of them without one.
pub(crate) fn setup(server: &LocalServer, operation: Option<&'static str>, trouble: Trouble) -> Setup {
    let http = Troubled { inner: server.http_client(), operation, trouble };
    let credentials = SharedCredentialsProvider::new(planted::credentials());
    let config = server.sdk_config().into_builder().http_client(http);
    Setup::of(config.credentials_provider(credentials).build())
}

/// The same, with credentials of this provider.
pub(crate) fn provided_by(setup: Setup, provide: fn() -> provider::Result) -> Setup {
    let provider = SharedCredentialsProvider::new(Provider(provide));
    let config = setup.config.into_builder().credentials_provider(provider).build();
    Setup { config, ..setup }
}

#[derive(Debug)]
struct Provider(fn() -> provider::Result);

impl ProvideCredentials for Provider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready((self.0)())
    }
}

#[derive(Clone)]
struct Troubled {
    inner: SharedHttpClient,
    operation: Option<&'static str>,
    trouble: Trouble,
}

impl fmt::Debug for Troubled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Troubled").finish_non_exhaustive()
    }
}

impl HttpClient for Troubled {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Connector { client: self.clone(), inner })
    }
}

#[derive(Debug)]
struct Connector {
    client: Troubled,
    inner: SharedHttpConnector,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Some(asked) = self.meant(&request) else { return self.inner.call(request) };
        match (self.client.trouble)(&asked) {
            Act::Answer(answer) => HttpConnectorFuture::ready(Ok(answer)),
            Act::Fail(error) => HttpConnectorFuture::ready(Err(error)),
            Act::Hang => HttpConnectorFuture::new(pending()),
            Act::Panic(words) => HttpConnectorFuture::new(async move { panic!("{words}") }),
            Act::Pass => self.inner.call(request),
        }
    }
}

impl Connector {
    /// The request, if it is one that trouble comes to.
    fn meant(&self, request: &HttpRequest) -> Option<Asked> {
        let headers: String =
            request.headers().iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        let head = format!("{}\n{headers}", request.uri());
        let body = request.body().bytes().unwrap_or_default();
        let names = |operation: &str| {
            head.contains(operation) || body.starts_with(format!("Action={operation}&").as_bytes())
        };
        self.client.operation.is_none_or(names).then(|| {
            let text = format!("{MARK} {head}{}", String::from_utf8_lossy(body));
            Asked { body: body.to_vec(), text }
        })
    }
}
