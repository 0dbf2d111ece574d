//! An HTTP answer made of an input: any status, any headers that matter, any body.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

/// Answers every request alike. The input's first line is the number of entries that the request shall have, the
/// status and headers, `<name>:<value>` each; the rest is the body.
#[derive(Clone, Debug)]
pub struct Answered {
    entries: usize,
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answered {
    /// What an input says; what it leaves out is as usual.
    #[must_use]
    pub fn of(input: &[u8]) -> Self {
        let end = input.iter().position(|&byte| byte == b'\n').unwrap_or(input.len());
        let first = String::from_utf8_lossy(&input[..end]);
        let mut words = first.split(' ');
        let entries = words.next().and_then(|word| word.parse().ok()).unwrap_or(3);
        let status = words.next().and_then(|word| word.parse().ok()).unwrap_or(200);
        let header =
            |word: &str| word.split_once(':').map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            entries: usize::clamp(entries, 1, 10),
            status,
            headers: words.filter_map(header).collect(),
            body: input.get(end + 1..).unwrap_or_default().to_vec(),
        }
    }

    /// How many entries the request shall have.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.entries
    }

    /// None where no HTTP answer is like that.
    fn response(&self) -> Option<HttpResponse> {
        let mut response = http::Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        HttpResponse::try_from(response.body(SdkBody::from(self.body.clone())).ok()?).ok()
    }
}

impl HttpClient for Answered {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Answered {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let garbled = || ConnectorError::io("the answer is no HTTP".into());
        HttpConnectorFuture::ready(self.response().ok_or_else(garbled))
    }
}
