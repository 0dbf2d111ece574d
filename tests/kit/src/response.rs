//! What becomes of a request, as a test makes it up.

use std::io;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

/// What becomes of a request.
#[derive(Clone, Debug)]
pub enum Response {
    /// Nothing, for ever.
    Hang,
    /// A response with this status, these headers and this body.
    Http(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// No connection.
    Refused,
    /// A connection that ended before the response.
    Reset,
}

impl Response {
    /// A response with this body.
    #[must_use]
    pub fn with(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::Http(status, vec![("content-type", content_type.to_owned())], body.into())
    }

    /// A page of a proxy, or of whatever answers at this address.
    #[must_use]
    pub fn page(status: u16, body: &str) -> Self {
        Self::with(status, "text/html", body)
    }

    /// A success with this body.
    #[must_use]
    pub fn ok(body: &Value) -> Self {
        Self::with(200, JSON, body.to_string())
    }

    /// An error in AWS JSON, with these letters in front of its code.
    #[must_use]
    pub fn json_error(status: u16, prefix: &str, code: &str) -> Self {
        let body = json!({ "__type": format!("{prefix}#{code}"), "message": WORDS });
        Self::with(status, JSON, body.to_string())
    }

    /// The same with the code in a header, as services that once had the query protocol repeat it.
    #[must_use]
    pub fn with_query_error(self, code: &str) -> Self {
        match self {
            Self::Http(status, mut headers, body) => {
                headers.push(("x-amzn-query-error", format!("{code};Sender")));
                Self::Http(status, headers, body)
            }
            other => other,
        }
    }

    /// Whether it tells of success.
    #[must_use]
    pub fn is_success(&self) -> bool {
        matches!(self, Self::Http(200, ..))
    }

    pub(crate) async fn arrive(self) -> Result<HttpResponse, ConnectorError> {
        match self {
            Self::Hang => std::future::pending().await,
            Self::Http(status, headers, body) => Ok(http(status, headers, body)),
            Self::Refused => Err(lost(io::ErrorKind::ConnectionRefused)),
            Self::Reset => Err(lost(io::ErrorKind::ConnectionReset)),
        }
    }
}

fn http(status: u16, headers: Vec<(&'static str, String)>, body: Vec<u8>) -> HttpResponse {
    let response = http::Response::builder().status(status).header("x-amzn-requestid", REQUEST_ID);
    let response = headers.into_iter().fold(response, |response, (name, value)| response.header(name, value));
    response.body(SdkBody::from(body)).unwrap().try_into().unwrap()
}

fn lost(kind: io::ErrorKind) -> ConnectorError {
    ConnectorError::io(io::Error::from(kind).into())
}

/// What the service says in an error.
pub(crate) const WORDS: &str = "words of the service";

/// The id of every request.
pub(crate) const REQUEST_ID: &str = "r-1";

const JSON: &str = "application/x-amz-json-1.1";
