//! Which operation of which service a request asks for.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};

use crate::answer;
use crate::refusal::{Code, Dialect, Refusal};
use crate::{cloudwatch, dynamodb, firehose, kinesis, sns, sqs};

/// An operation of one of the services. A further service is one more variant, told apart by the
/// prefix of its `x-amz-target`, by its path where it speaks CBOR, or by the fields of a form.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Route {
    /// The one service that speaks in two ways, according to its client.
    CloudWatch(cloudwatch::Operation, &'static Dialect),
    DynamoDb(dynamodb::Operation),
    Firehose(firehose::Operation),
    Kinesis(kinesis::Operation),
    Sns(sns::Operation),
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
        if speaks_cbor(request.headers()) {
            let operation = request.uri().path().strip_prefix(cloudwatch::PATH);
            let operation = operation.and_then(cloudwatch::Operation::named);
            let route = operation.map(|operation| Self::CloudWatch(operation, &cloudwatch::DIALECT));
            return route.ok_or(Unroutable::UnknownOperation);
        }
        if let Some(operation) = sns::operation(request.body()) {
            return Ok(Self::Sns(operation));
        }
        let target = header(request.headers(), "x-amz-target");
        let route = match target.split_once('.') {
            Some(("DynamoDB_20120810", operation)) => {
                dynamodb::Operation::named(operation).map(Self::DynamoDb)
            }
            Some(("Firehose_20150804", operation)) => {
                firehose::Operation::named(operation).map(Self::Firehose)
            }
            Some(("GraniteServiceVersion20100801", operation)) => cloudwatch::Operation::named(operation)
                .map(|operation| Self::CloudWatch(operation, &cloudwatch::JSON_DIALECT)),
            Some(("Kinesis_20131202", operation)) => kinesis::Operation::named(operation).map(Self::Kinesis),
            Some(("AmazonSQS", operation)) => sqs::Operation::named(operation).map(Self::Sqs),
            _ => None,
        };
        route.ok_or(Unroutable::UnknownOperation)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CloudWatch(operation, _) => operation.name(),
            Self::DynamoDb(operation) => operation.name(),
            Self::Firehose(operation) => operation.name(),
            Self::Kinesis(operation) => operation.name(),
            Self::Sns(operation) => operation.name(),
            Self::Sqs(operation) => operation.name(),
        }
    }

    /// Whether it writes what the batch writers send, so that faults strike it by default.
    pub(crate) fn is_write(self) -> bool {
        match self {
            Self::CloudWatch(operation, _) => operation.is_write(),
            Self::DynamoDb(operation) => operation.is_write(),
            Self::Firehose(operation) => operation.is_write(),
            Self::Kinesis(operation) => operation.is_write(),
            Self::Sns(operation) => operation.is_write(),
            Self::Sqs(operation) => operation.is_write(),
        }
    }

    /// The service's answer with an error of the caller's choice.
    pub(crate) fn error(self, status: u16, code: &str) -> Response<Bytes> {
        Refusal::named(self.dialect(), status, code).answer(self.dialect())
    }

    /// The service's answer to one request too many.
    pub(crate) fn throttled(self) -> Response<Bytes> {
        Refusal::throttled(self.dialect()).answer(self.dialect())
    }

    /// An answer that no client of the service can read.
    pub(crate) fn malformed(self) -> Response<Bytes> {
        match self {
            // Of its success, which says nothing, no client reads the body.
            Self::CloudWatch(..) => answer::malformed(StatusCode::BAD_GATEWAY),
            _ => answer::malformed(StatusCode::OK),
        }
    }

    fn dialect(self) -> &'static Dialect {
        match self {
            Self::CloudWatch(_, dialect) => dialect,
            Self::DynamoDb(_) => &dynamodb::DIALECT,
            Self::Firehose(_) => &firehose::DIALECT,
            Self::Kinesis(_) => &kinesis::DIALECT,
            Self::Sns(_) => &sns::DIALECT,
            Self::Sqs(_) => &sqs::DIALECT,
        }
    }
}

impl Unroutable {
    /// The answer to a request with these headers, in the words of the service that it is for.
    pub(crate) fn answer(self, headers: &HeaderMap) -> Response<Bytes> {
        let dialect = dialect_of(headers);
        let refusal = match self {
            Self::NotPost => unknown("only POST requests are served"),
            Self::TooLarge => {
                Refusal::too_large(format!("a request may have up to {MAX_REQUEST_BYTES} bytes"))
            }
            Self::UnknownOperation => unknown(
                "neither the header x-amz-target nor, with smithy-protocol, the path nor a form names an operation that is served here",
            ),
        };
        refusal.answer(dialect)
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

fn unknown(message: &'static str) -> Refusal {
    Refusal::new(&UNKNOWN_OPERATION, message)
}

/// How the service speaks that a request with these headers is for; Amazon SNS if it is a form, Amazon SQS if it
/// is for none.
fn dialect_of(headers: &HeaderMap) -> &'static Dialect {
    if speaks_cbor(headers) {
        return &cloudwatch::DIALECT;
    }
    match header(headers, "x-amz-target").split_once('.') {
        Some(("DynamoDB_20120810", _)) => &dynamodb::DIALECT,
        Some(("Firehose_20150804", _)) => &firehose::DIALECT,
        Some(("GraniteServiceVersion20100801", _)) => &cloudwatch::JSON_DIALECT,
        Some(("Kinesis_20131202", _)) => &kinesis::DIALECT,
        None if header(headers, "content-type").starts_with(FORM) => &sns::DIALECT,
        _ => &sqs::DIALECT,
    }
}

fn speaks_cbor(headers: &HeaderMap) -> bool {
    header(headers, "smithy-protocol") == "rpc-v2-cbor"
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

const FORM: &str = "application/x-www-form-urlencoded";

const UNKNOWN_OPERATION: Code =
    Code { shape: "com.amazon.coral.service#UnknownOperationException", query: "UnknownOperationException" };
