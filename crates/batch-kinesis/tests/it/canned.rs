//! An HTTP client that answers what a test wants, as no strict server would.

use std::fmt;
use std::future::pending;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use crate::support::pass;

/// What became of a request.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// Nothing, for ever.
    Hang,
    /// An answer of this status with this body.
    Http(u16, String),
    /// No connection.
    Refused,
    /// A connection that ended before the answer.
    Reset,
}

/// A request that arrived.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The operation, `PutRecords` say.
    pub(crate) operation: String,
    pub(crate) uri: String,
    pub(crate) user_agent: String,
    pub(crate) attempt: String,
    pub(crate) extra: Option<String>,
    pub(crate) body: Value,
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

    /// The answer to this request, without remembering it.
    pub(crate) fn next(&self, asked: &Asked) -> Answer {
        (self.answer)(asked)
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Answer {
    pub(crate) fn ok(body: &Value) -> Self {
        Self::Http(200, body.to_string())
    }

    /// An error as the service sends it.
    pub(crate) fn error(status: u16, code: &str) -> Self {
        let body =
            json!({ "__type": format!("com.amazonaws.kinesis#{code}"), "message": "words of the service" });
        Self::Http(status, body.to_string())
    }

    /// An answer that takes every record of the request.
    pub(crate) fn accept(asked: &Asked) -> Self {
        let records = asked.body["Records"].as_array().map_or(0, Vec::len);
        let taken = |n: usize| json!({ "SequenceNumber": n.to_string(), "ShardId": "shardId-000000000000" });
        let records: Vec<_> = (0..records).map(taken).collect();
        Self::ok(&json!({ "FailedRecordCount": 0, "Records": records }))
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
        let header = |name| request.headers().get(name).unwrap_or_default().to_owned();
        let asked = Asked {
            operation: header("x-amz-target").trim_start_matches("Kinesis_20131202.").to_owned(),
            uri: request.uri().to_owned(),
            user_agent: header("x-amz-user-agent"),
            attempt: header("amz-sdk-request"),
            extra: request.headers().get("x-extra").map(str::to_owned),
            body: serde_json::from_slice(request.body().bytes().unwrap()).unwrap(),
        };
        let answer = self.next(&asked);
        self.asked.lock().unwrap().push(asked);
        HttpConnectorFuture::new(async move {
            pass(Duration::from_millis(1)).await;
            match answer {
                Answer::Hang => pending().await,
                Answer::Http(status, body) => Ok(response(status, body)),
                Answer::Refused => Err(io_error(io::ErrorKind::ConnectionRefused)),
                Answer::Reset => Err(io_error(io::ErrorKind::ConnectionReset)),
            }
        })
    }
}

fn response(status: u16, body: String) -> HttpResponse {
    let response = http::Response::builder().status(status).header("x-amzn-requestid", "r-1");
    response.body(SdkBody::from(body)).unwrap().try_into().unwrap()
}

fn io_error(kind: io::ErrorKind) -> ConnectorError {
    ConnectorError::io(io::Error::from(kind).into())
}
