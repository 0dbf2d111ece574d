use std::io;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_types::SdkConfig;
use aws_types::region::Region;
use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http_body_util::BodyExt;

use super::cut_body::CutBody;
use crate::{Broken, LocalServer, clock};

impl LocalServer {
    /// Returns the server as the HTTP client of an AWS SDK client, which calls it in process.
    ///
    /// There is no socket and no other task, and time may be paused. Any endpoint URL works. The SDK's read
    /// timeout applies; its connect timeout does not.
    #[must_use]
    pub fn http_client(&self) -> SharedHttpClient {
        SharedHttpClient::new(InProcess { server: self.clone() })
    }

    /// Returns an SDK configuration whose clients call this server in process.
    ///
    /// It has the server's [`http_client`](Self::http_client), the region `us-east-1`, and static dummy
    /// credentials. `Client::new(&server.sdk_config())` is a client of any service; other options can be set
    /// on `server.sdk_config().into_builder()`.
    #[must_use]
    pub fn sdk_config(&self) -> SdkConfig {
        let credentials = Credentials::new("local", "local", None, None, "batch-local");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(self.http_client())
            .region(Region::from_static("us-east-1"))
            .build()
    }
}

#[derive(Debug)]
struct InProcess {
    server: LocalServer,
}

#[derive(Debug)]
struct Connector {
    server: LocalServer,
    settings: HttpConnectorSettings,
}

impl HttpClient for InProcess {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector { server: self.server.clone(), settings: settings.clone() })
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let server = self.server.clone();
        let limit = self.settings.read_timeout();
        HttpConnectorFuture::new(async move {
            let request = read(request).await?;
            match clock::timeout(limit, server.handle(request)).await {
                Some(Ok(answer)) => write(answer.map(SdkBody::from)),
                Some(Err(broken)) => break_off(broken),
                None => Err(ConnectorError::timeout("no response within the read timeout".into())),
            }
        })
    }
}

/// Gives the SDK a connection to close after an error that may be its fault. There is none, and without
/// it the SDK logs an ERROR for each such answer.
fn show_connection(request: &http::Request<SdkBody>) {
    let Some(capture) = request.extensions().get::<CaptureSmithyConnection>() else { return };
    capture.set_connection_retriever(|| {
        Some(ConnectionMetadata::builder().proxied(false).poison_fn(|| {}).build())
    });
}

async fn read(request: HttpRequest) -> Result<http::Request<Bytes>, ConnectorError> {
    let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
    show_connection(&request);
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(ConnectorError::user)?;
    Ok(http::Request::from_parts(head, body.to_bytes()))
}

fn write(answer: http::Response<SdkBody>) -> Result<HttpResponse, ConnectorError> {
    HttpResponse::try_from(answer).map_err(|error| ConnectorError::other(error.into(), None))
}

/// What the SDK's own connector reports when a connection breaks in this way.
fn break_off(broken: Broken) -> Result<HttpResponse, ConnectorError> {
    match broken {
        Broken::Truncated { arrived, length } => {
            let mut answer = arrived.map(|bytes| SdkBody::from_body_1_x(CutBody::new(bytes)));
            answer.headers_mut().insert(CONTENT_LENGTH, length.into());
            write(answer)
        }
        Broken::Reset => {
            Err(ConnectorError::io(io::Error::new(io::ErrorKind::ConnectionReset, broken).into()))
        }
        Broken::Unreachable => {
            let refused = io::Error::new(io::ErrorKind::ConnectionRefused, broken);
            Err(ConnectorError::io(refused.into()).never_connected())
        }
    }
}
