//! An HTTP client that responds as a test wants, as no strict server would.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use serde_json::Value;

use crate::{Response, pass};

/// A request that arrived.
#[derive(Clone, Debug)]
pub struct Request {
    uri: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    /// The operation, `SendMessageBatch` or `PutMetricData`.
    #[must_use]
    pub fn operation(&self) -> &str {
        if let Some(fields) = self.body.strip_prefix(b"Action=") {
            let action = fields.split(|&byte| byte == b'&').next();
            return action.and_then(|action| str::from_utf8(action).ok()).unwrap_or_default();
        }
        let target = self.header("x-amz-target").unwrap_or(&self.uri);
        target.rsplit(['.', '/']).next().unwrap_or_default()
    }

    /// The whole URL.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The names and values of all headers, in their order.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The body as it was sent.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body, which is a form.
    ///
    /// # Panics
    ///
    /// When it is not.
    #[must_use]
    pub fn form(&self) -> BTreeMap<String, String> {
        let fields = self.body.split(|&byte| byte == b'&').map(|field| {
            let end = field.iter().position(|&byte| byte == b'=').unwrap();
            (decoded(&field[..end]), decoded(&field[end + 1..]))
        });
        fields.collect()
    }

    /// The body, which is JSON.
    ///
    /// # Panics
    ///
    /// When it is not.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Responds to each request by a function of it, after a millisecond; remembers all of them.
#[derive(Clone)]
pub struct Canned {
    respond: Arc<dyn Fn(&Request) -> Response + Send + Sync>,
    /// Each with whether it was answered with success.
    requests: Arc<Mutex<Vec<(Request, bool)>>>,
    orchestrated: Arc<AtomicUsize>,
}

impl Canned {
    /// Responds like this.
    pub fn new(respond: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Self {
        Self { respond: Arc::new(respond), requests: Arc::default(), orchestrated: Arc::default() }
    }

    /// Gives these responses, one after the other, and the last one for ever.
    pub fn script(responses: impl IntoIterator<Item = Response>) -> Self {
        let mut left: Vec<Response> = responses.into_iter().collect();
        left.reverse();
        let left = Mutex::new(left);
        Self::new(move |_| {
            let mut left = left.lock().unwrap();
            if left.len() > 1 { left.pop().unwrap() } else { left[0].clone() }
        })
    }

    /// Panics at the first request.
    #[must_use]
    pub fn never() -> Self {
        Self::new(|request| panic!("{request:?}"))
    }

    /// The response to this request, without remembering it.
    #[must_use]
    pub fn next(&self, request: &Request) -> Response {
        (self.respond)(request)
    }

    /// All requests that arrived.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.remembered().into_iter().map(|(request, _)| request).collect()
    }

    /// The requests that were answered with success.
    #[must_use]
    pub fn accepted(&self) -> Vec<Request> {
        let accepted = self.remembered().into_iter().filter(|(_, is_success)| *is_success);
        accepted.map(|(request, _)| request).collect()
    }

    /// The one request that arrived.
    ///
    /// # Panics
    ///
    /// When none or several did.
    #[must_use]
    #[track_caller]
    pub fn only_request(&self) -> Request {
        let [request] = &self.requests()[..] else { panic!("{:?}", self.requests()) };
        request.clone()
    }

    /// How many requests the orchestrator of the SDK began: for each, it validates all components.
    #[must_use]
    pub fn orchestrated(&self) -> usize {
        self.orchestrated.load(Ordering::Relaxed)
    }

    /// How many requests of this operation arrived.
    #[must_use]
    pub fn count(&self, operation: &str) -> usize {
        self.requests().iter().filter(|request| request.operation() == operation).count()
    }

    fn remembered(&self) -> Vec<(Request, bool)> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Canned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Canned").finish_non_exhaustive()
    }
}

impl HttpClient for Canned {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }

    fn validate_final_config(&self, _: &RuntimeComponents, _: &ConfigBag) -> Result<(), BoxError> {
        self.orchestrated.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

fn decoded(field: &[u8]) -> String {
    let mut parts = str::from_utf8(field).unwrap().split('%');
    let mut bytes = parts.next().unwrap().replace('+', " ").into_bytes();
    for part in parts {
        let (digits, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(digits, 16).unwrap());
        bytes.extend(rest.replace('+', " ").as_bytes());
    }
    String::from_utf8(bytes).unwrap()
}

impl HttpConnector for Canned {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let headers = request.headers().iter();
        let request = Request {
            uri: request.uri().to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            body: request.body().bytes().unwrap().to_vec(),
        };
        let response = self.next(&request);
        self.requests.lock().unwrap().push((request, response.is_success()));
        HttpConnectorFuture::new(async move {
            pass(Duration::from_millis(1)).await;
            response.arrive().await
        })
    }
}
