//! An HTTP client that answers what a test wants, as no strict server would.

use std::fmt;
use std::future::pending;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use flate2::read::GzDecoder;

use crate::cbor::{self, Value};
use crate::support::pass;

/// What became of a request.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// Nothing, for ever.
    Hang,
    /// An answer of this status, with this header `x-amzn-query-error` and this body.
    Http(u16, Option<String>, Vec<u8>),
    /// An answer of this status with this page of HTML.
    Page(u16, &'static str),
    /// No connection.
    Refused,
    /// A connection that ended before the answer.
    Reset,
}

/// A request that arrived.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) uri: String,
    pub(crate) user_agent: String,
    pub(crate) attempt: String,
    pub(crate) authorization: String,
    pub(crate) extra: Option<String>,
    /// The header `content-encoding`.
    pub(crate) encoding: Option<String>,
    /// The header `content-length`.
    pub(crate) length: usize,
    /// Bytes of the body as it was sent.
    pub(crate) sent_bytes: usize,
    /// Bytes of the body before it was compressed.
    pub(crate) plain_bytes: usize,
    pub(crate) body: Value,
    /// Whether it was answered with success.
    pub(crate) accepted: bool,
}

impl Asked {
    fn new(request: &HttpRequest) -> Self {
        let header = |name| request.headers().get(name).map(str::to_owned);
        let sent = request.body().bytes().unwrap();
        let encoding = header("content-encoding");
        let mut plain = Vec::new();
        match encoding {
            None => plain.extend_from_slice(sent),
            Some(_) => _ = GzDecoder::new(sent).read_to_end(&mut plain).unwrap(),
        }
        Self {
            uri: request.uri().to_owned(),
            user_agent: header("x-amz-user-agent").unwrap_or_default(),
            attempt: header("amz-sdk-request").unwrap_or_default(),
            authorization: header("authorization").unwrap_or_default(),
            extra: header("x-extra"),
            encoding,
            length: header("content-length").unwrap().parse().unwrap(),
            sent_bytes: sent.len(),
            plain_bytes: plain.len(),
            body: Value::read(&plain),
            accepted: false,
        }
    }

    /// What was said of metrics.
    pub(crate) fn datums(&self) -> &[Value] {
        self.body.get("MetricData").unwrap().list()
    }

    /// The names of the metrics.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.datums().iter().map(|datum| datum.get("MetricName").unwrap().text()).collect()
    }
}

/// Answers each request by a function of it, after a millisecond; remembers all of them.
#[derive(Clone)]
pub(crate) struct Canned {
    answer: Arc<dyn Fn(&Asked) -> Answer + Send + Sync>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Canned {
    pub(crate) fn new(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        Self { answer: Arc::new(answer), asked: Arc::default() }
    }

    /// Takes everything.
    pub(crate) fn accepting() -> Self {
        Self::new(|_| Answer::ok())
    }

    /// Gives these answers, one after the other, and the last one for ever.
    pub(crate) fn script(answers: impl IntoIterator<Item = Answer>) -> Self {
        let mut left: Vec<Answer> = answers.into_iter().collect();
        left.reverse();
        let left = Mutex::new(left);
        Self::new(move |_| {
            let mut left = left.lock().unwrap();
            if left.len() > 1 { left.pop().unwrap() } else { left[0].clone() }
        })
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many metrics each request carried.
    pub(crate) fn sizes(&self) -> Vec<usize> {
        self.asked().iter().map(|asked| asked.datums().len()).collect()
    }

    /// The names of all metrics that were taken, sorted.
    pub(crate) fn accepted_names(&self) -> Vec<String> {
        let asked = self.asked();
        let accepted = asked.iter().filter(|asked| asked.accepted).flat_map(Asked::names);
        let mut names: Vec<_> = accepted.map(str::to_owned).collect();
        names.sort_unstable();
        names
    }
}

impl Answer {
    pub(crate) fn ok() -> Self {
        Self::Http(200, None, cbor::empty())
    }

    /// An error as the service sends it: the code in the header, its other spelling in the body.
    pub(crate) fn error(status: u16, code: &str) -> Self {
        let body = cbor::error(&format!("com.amazonaws.cloudwatch#{code}Exception"));
        Self::Http(status, Some(format!("{code};Sender")), body)
    }

    /// An error without the header, as other servers send it.
    pub(crate) fn plain_error(status: u16, code: &str) -> Self {
        Self::Http(status, None, cbor::error(&format!("com.amazonaws.cloudwatch#{code}")))
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
}

impl HttpConnector for Canned {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut asked = Asked::new(&request);
        let answer = (self.answer)(&asked);
        asked.accepted = matches!(answer, Answer::Http(200, ..));
        self.asked.lock().unwrap().push(asked);
        HttpConnectorFuture::new(async move {
            pass(Duration::from_millis(1)).await;
            match answer {
                Answer::Hang => pending().await,
                Answer::Http(status, code, body) => Ok(response(status, "application/cbor", code, body)),
                Answer::Page(status, page) => Ok(response(status, "text/html", None, page.into())),
                Answer::Refused => Err(io_error(io::ErrorKind::ConnectionRefused)),
                Answer::Reset => Err(io_error(io::ErrorKind::ConnectionReset)),
            }
        })
    }
}

fn response(status: u16, kind: &str, code: Option<String>, body: Vec<u8>) -> HttpResponse {
    let response = http::Response::builder().status(status).header("content-type", kind);
    let mut response = response.header("x-amzn-requestid", "r-1");
    if let Some(code) = code {
        response = response.header("x-amzn-query-error", code);
    }
    response.body(SdkBody::from(body)).unwrap().try_into().unwrap()
}

fn io_error(kind: io::ErrorKind) -> ConnectorError {
    ConnectorError::io(io::Error::from(kind).into())
}
