//! Which operation of which service a request asks for.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};

use crate::answer::{self, Protocol};
use crate::refusal::{Dialect, Refusal};
use crate::sqs;

/// An operation of one of the services. A further service is one more variant, told apart by the
/// prefix of its `x-amz-target` (or, for CloudWatch, by its path).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Route {
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
            Some(("AmazonSQS", operation)) => sqs::Operation::named(operation).map(Self::Sqs),
            _ => None,
        };
        route.ok_or(Unroutable::UnknownOperation)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqs(operation) => operation.name(),
        }
    }

    /// Whether it writes what the batch writers send, so that faults strike it by default.
    pub(crate) fn is_write(self) -> bool {
        match self {
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
            Self::Sqs(_) => &sqs::DIALECT,
        }
    }
}

impl Unroutable {
    pub(crate) fn answer(self) -> Response<Bytes> {
        match self {
            Self::NotPost => unknown("only POST requests are served"),
            Self::TooLarge => {
                let message = format!("a request may have up to {MAX_REQUEST_BYTES} bytes");
                answer::error(Protocol::Json10, 413, TOO_LARGE, Some("RequestEntityTooLarge"), &message)
            }
            Self::UnknownOperation => unknown(
                "the header x-amz-target names no operation that is served here; the protocol is AWS JSON",
            ),
        }
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

/// Far above any valid request: 1 MiB of messages whose every character is escaped.
pub(crate) const MAX_REQUEST_BYTES: usize = 16 * 1024 * 1024;

fn unknown(message: &str) -> Response<Bytes> {
    answer::error(Protocol::Json10, 400, UNKNOWN_OPERATION, Some("UnknownOperationException"), message)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

const TOO_LARGE: &str = "com.amazon.coral.service#RequestEntityTooLargeException";
const UNKNOWN_OPERATION: &str = "com.amazon.coral.service#UnknownOperationException";
