//! HTTP answers as the services write them.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderName, Response, StatusCode};
use serde::Serialize;

/// A success in the AWS JSON 1.0 protocol.
pub(crate) fn json(value: &impl Serialize) -> Response<Bytes> {
    let body = serde_json::to_vec(value).expect("our answers have string keys and no custom serializers");
    with_body(StatusCode::OK, JSON_1_0, body)
}

/// An error in the AWS JSON 1.0 protocol: its shape's full name, and its code of old if the
/// service is one that announces it.
pub(crate) fn error(status: u16, shape: &str, query_code: &str, message: &str) -> Response<Bytes> {
    #[derive(Serialize)]
    struct Body<'a> {
        #[serde(rename = "__type")]
        shape: &'a str,
        message: &'a str,
    }
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = json(&Body { shape, message });
    let blamed = if status.is_server_error() { "Receiver" } else { "Sender" };
    // A code that a header cannot carry is still in the body.
    if let Ok(value) = HeaderValue::try_from(format!("{query_code};{blamed}")) {
        answer.headers_mut().insert(QUERY_ERROR, value);
    }
    *answer.status_mut() = status;
    answer
}

/// A success whose body cannot be read as the answer of any operation: what a proxy in between
/// would write.
pub(crate) fn malformed() -> Response<Bytes> {
    with_body(StatusCode::OK, "text/html", &b"<html><body>It works!</body></html>"[..])
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

fn with_body(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut answer = Response::new(body.into());
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

const JSON_1_0: &str = "application/x-amz-json-1.0";
const QUERY_ERROR: HeaderName = HeaderName::from_static("x-amzn-query-error");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

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
        let answer = error(99, "Line\nbreak", "Line\nbreak", "");
        assert_eq!(answer.status(), 500);
        assert!(answer.headers().get(QUERY_ERROR).is_none());
    }
}
