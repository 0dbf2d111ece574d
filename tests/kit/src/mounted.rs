//! A destination on a server.

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use batch_core::{Settings, Writer};
use batch_local::LocalServer;

use crate::{Destination, Held, Keys, Setup};

/// A destination on a server.
#[derive(Debug)]
pub struct Mounted<D> {
    /// The server that holds it.
    pub server: LocalServer,
    /// The destination.
    pub destination: D,
}

impl<D: Destination> Mounted<D> {
    /// Makes the destination on this server, through this HTTP client. The client of its writers gets another access key
    /// from its provider whenever it asks, so that renewed credentials can be told from refused ones.
    pub async fn new(server: &LocalServer, http: SharedHttpClient) -> Self {
        let config = server.sdk_config().into_builder().http_client(http);
        let config = config.credentials_provider(Keys::default().shared()).build();
        let destination = D::open(&Setup::of(config));
        destination.create().await.unwrap();
        Self { server: server.clone(), destination }
    }

    /// The same on a server of its own.
    pub async fn alone() -> Self {
        let server = LocalServer::new();
        Self::new(&server, server.http_client()).await
    }

    /// The destination as a service, as a user makes it.
    #[must_use]
    pub fn service(&self) -> D::Service {
        self.destination.service()
    }

    /// A writer to it, as a user gets it.
    #[must_use]
    pub fn writer(&self, settings: Settings) -> Writer<D::Service> {
        Writer::builder(self.service()).settings(settings).build().unwrap()
    }

    /// All that it took, in that order.
    #[must_use]
    pub fn held(&self) -> Vec<Held> {
        D::held(&self.server)
    }

    /// How many entries the server took, also where it holds none of them, or not each.
    #[must_use]
    pub fn taken(&self) -> u64 {
        D::taken(&self.server)
    }
}
