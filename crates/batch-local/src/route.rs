//! Which operation of which service a request asks for.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};

use crate::answer;
use crate::refusal::{Dialect, Refusal};
use crate::{dynamodb, kinesis, sqs};

/// An operation of one of the services. A further service is one more variant, told apart by the
/// prefix of its `x-amz-target` (or, for CloudWatch, by its path).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Route {
    DynamoDb(dynamodb::Operation),
    Kinesis(kinesis::Operation),
    Sqs(sqs::Operation),
}

/// Why a request cannot be routed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unroutable {
    NotPost,
    TooLarge,
    UnknownOperation,
}

impl Route {
    /// The operation that `request` asks for.
    pub(crate) fn of(request: &Request<Bytes>) -> Result<Self, Unroutable> {
        if request.body().len() > MAX_REQUEST_BYTES {
            return Err(Unroutable::TooLarge);
        }
        if request.method() != Method::POST {
            return Err(Unroutable::NotPost);
        }
        let target = header(request.headers(), "x-amz-target");
        let route = match target.split_once('.') {
            Some(("DynamoDB_20120810", operation)) => {
                dynamodb::Operation::named(operation).map(Self::DynamoDb)
            }
            Some(("Kinesis_20131202", operation)) => kinesis::Operation::named(operation).map(Self::Kinesis),
            Some(("AmazonSQS", operation)) => sqs::Operation::named(operation).map(Self::Sqs),
            _ => None,
        };
        route.ok_or(Unroutable::UnknownOperation)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::DynamoDb(operation) => operation.name(),
            Self::Kinesis(operation) => operation.name(),
            Self::Sqs(operation) => operation.name(),
        }
    }

    /// Whether it writes what the batch writers send, so that faults strike it by default.
    pub(crate) fn is_write(self) -> bool {
        match self {
            Self::DynamoDb(operation) => operation.is_write(),
            Self::Kinesis(operation) => operation.is_write(),
            Self::Sqs(operation) => operation.is_write(),
        }
    }

    /// The service's answer with an error of the caller's choice.
    pub(crate) fn error(self, status: u16, code: &str) -> Response<Bytes> {
        Refusal::named(self.dialect(), status, code).answer(self.dialect())
    }

    /// The service's answer to one request too many.
    pub(crate) fn throttled(self) -> Response<Bytes> {
        self.error(400, self.dialect().throttled)
    }

    fn dialect(self) -> &'static Dialect {
        match self {
            Self::DynamoDb(_) => &dynamodb::DIALECT,
            Self::Kinesis(_) => &kinesis::DIALECT,
            Self::Sqs(_) => &sqs::DIALECT,
        }
    }
}

impl Unroutable {
    /// The answer to a request with these headers, in the words of the service that it is for.
    pub(crate) fn answer(self, headers: &HeaderMap) -> Response<Bytes> {
        let dialect = dialect_of(headers);
        let (status, shape, code, message) = match self {
            Self::NotPost => unknown("only POST requests are served"),
            Self::TooLarge => {
                let message = format!("a request may have up to {MAX_REQUEST_BYTES} bytes");
                (413, TOO_LARGE, "RequestEntityTooLarge", message)
            }
            Self::UnknownOperation => unknown(
                "the header x-amz-target names no operation that is served here; the protocol is AWS JSON",
            ),
        };
        answer::error(dialect.protocol, status, shape, dialect.announces.then_some(code), &message)
    }
}

/// The URL at which the client reached the server, to build the URLs of queues from.
pub(crate) fn base_url(request: &Request<Bytes>) -> String {
    let authority = request.uri().authority().map_or_else(
        || header(request.headers(), "host").to_owned(),
        |authority| authority.as_str().to_owned(),
    );
    let scheme = request.uri().scheme_str().unwrap_or("http");
    match authority.as_str() {
        "" => format!("{scheme}://localhost"),
        _ => format!("{scheme}://{authority}"),
    }
}

/// The limit of DynamoDB, and above any valid request of the others: 10 MiB of records are 14 MiB in
/// base64, and 1 MiB of messages whose every character is escaped are 6 MiB.
pub(crate) const MAX_REQUEST_BYTES: usize = 16 * 1024 * 1024;

fn unknown(message: &str) -> (u16, &'static str, &'static str, String) {
    (400, UNKNOWN_OPERATION, "UnknownOperationException", message.to_owned())
}

/// How the service speaks that a request with these headers is for; Amazon SQS if it is for none.
fn dialect_of(headers: &HeaderMap) -> &'static Dialect {
    match header(headers, "x-amz-target").split_once('.') {
        Some(("DynamoDB_20120810", _)) => &dynamodb::DIALECT,
        Some(("Kinesis_20131202", _)) => &kinesis::DIALECT,
        _ => &sqs::DIALECT,
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

const TOO_LARGE: &str = "com.amazon.coral.service#RequestEntityTooLargeException";
const UNKNOWN_OPERATION: &str = "com.amazon.coral.service#UnknownOperationException";
