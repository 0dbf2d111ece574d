//! HTTP answers as the services write them.

use aws_smithy_cbor::Encoder;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderName, Response, StatusCode};
use serde::Serialize;
use serde_json::Value;

use crate::xml::Xml;

/// How a service writes its bodies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Protocol {
    /// Smithy RPC v2 with CBOR.
    Cbor,
    /// AWS JSON 1.0.
    Json10,
    /// AWS JSON 1.1.
    Json11,
    /// A form that is answered in XML.
    Query,
}

/// A success in JSON.
pub(crate) fn json(protocol: Protocol, value: &impl Serialize) -> Response<Bytes> {
    let body = serde_json::to_vec(value).expect("our answers have string keys and no custom serializers");
    success(protocol, body)
}

/// A response of no AWS service.
pub(crate) fn plain_json(status: StatusCode, value: &Value) -> Response<Bytes> {
    with_body(status, "application/json", value.to_string())
}

/// A success with this body.
pub(crate) fn success(protocol: Protocol, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut answer = with_body(StatusCode::OK, protocol.content_type(), body);
    if protocol == Protocol::Cbor {
        answer.headers_mut().insert(SMITHY_PROTOCOL, HeaderValue::from_static("rpc-v2-cbor"));
    }
    answer
}

/// An error: its shape's full name, and its code of old if the service announces that, which is all that
/// the query protocol says. AWS JSON 1.1 leaves the namespace out.
pub(crate) fn error(
    protocol: Protocol,
    status: u16,
    shape: &str,
    query_code: Option<&str>,
    message: &str,
) -> Response<Bytes> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let blamed = if status.is_server_error() { "Receiver" } else { "Sender" };
    let mut answer = match protocol {
        Protocol::Cbor => success(protocol, cbor_error(shape, message)),
        Protocol::Json10 => json(protocol, &ErrorBody { shape, message }),
        Protocol::Json11 => {
            let shape = shape.rsplit('#').next().unwrap_or(shape);
            json(protocol, &ErrorBody { shape, message })
        }
        Protocol::Query => success(protocol, Xml::error(blamed, query_code.unwrap_or(shape), message)),
    };
    // A code that a header cannot carry is still in the body.
    if let Some(code) = query_code.filter(|_| protocol != Protocol::Query)
        && let Ok(value) = HeaderValue::try_from(format!("{code};{blamed}"))
    {
        answer.headers_mut().insert(QUERY_ERROR, value);
    }
    *answer.status_mut() = status;
    answer
}

/// An answer that cannot be read as that of any operation: what a proxy in between would write.
pub(crate) fn malformed(status: StatusCode) -> Response<Bytes> {
    with_body(status, "text/html", &b"<html><body>It works!</body></html>"[..])
}

/// Numbers the answer, as every service does.
pub(crate) fn identify(answer: &mut Response<Bytes>, id: u128) {
    let value =
        HeaderValue::try_from(uuid(id)).expect("hexadecimal digits and hyphens can stand in a header");
    answer.headers_mut().insert(REQUEST_ID, value);
}

/// The text form of a random (version 4) UUID.
pub(crate) fn uuid(bits: u128) -> String {
    let bits = bits & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        bits >> 96,
        (bits >> 80) & 0xffff,
        (bits >> 64) & 0xffff,
        (bits >> 48) & 0xffff,
        bits & 0xffff_ffff_ffff
    )
}

impl Protocol {
    fn content_type(self) -> &'static str {
        match self {
            Self::Cbor => "application/cbor",
            Self::Json10 => "application/x-amz-json-1.0",
            Self::Json11 => "application/x-amz-json-1.1",
            Self::Query => "text/xml",
        }
    }
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    #[serde(rename = "__type")]
    shape: &'a str,
    message: &'a str,
}

fn cbor_error(shape: &str, message: &str) -> Vec<u8> {
    let mut body = Encoder::new(Vec::new());
    body.begin_map().str("__type").str(shape).str("message").str(message).end();
    body.into_writer()
}

fn with_body(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut answer = Response::new(body.into());
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

const QUERY_ERROR: HeaderName = HeaderName::from_static("x-amzn-query-error");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const SMITHY_PROTOCOL: HeaderName = HeaderName::from_static("smithy-protocol");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_shows_its_version_and_its_variant() {
        assert_eq!(uuid(0), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid(u128::MAX), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }

    #[test]
    fn a_code_that_no_header_can_carry_does_not_panic() {
        let answer = error(Protocol::Json10, 99, "Line\nbreak", Some("Line\nbreak"), "");
        assert_eq!(answer.status(), 500);
        assert!(answer.headers().get(QUERY_ERROR).is_none());
    }
}
