//! Errors of the client, and what they mean for a request.

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use batch_core::{Class, Failure, Refusal};

use crate::Codes;
use crate::cap::TooLarge;
use crate::codes::{EXPIRED, is_word};
use crate::dispatch::{self, Reading};
use crate::plain::plain;

/// What this error of a client means for the entries of its request. `unknown` returns the advice for a
/// destination that does not exist.
///
/// A response that the client cannot read, such as the HTML of a proxy, is judged by its HTTP status
/// alone.
pub fn refusal<E>(
    error: SdkError<E, HttpResponse>,
    codes: &Codes,
    unknown: impl FnOnce() -> String,
) -> Refusal
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    let source = error.source();
    match &error {
        SdkError::ServiceError(response) => {
            of_response(response.err().meta(), response.raw(), codes, unknown)
        }
        SdkError::ConstructionFailure(_) => of_client(NOT_MADE, source),
        SdkError::ResponseError(response) => of_unreadable(source, response.raw(), codes, unknown),
        SdkError::TimeoutError(_) => of_client(TIMEOUT, source),
        _ => of_client(source.map_or(dispatch::LOST, dispatch::read), source),
    }
}

/// The refusal for a response that lacks what the request asked for.
#[must_use]
pub fn unreadable() -> Refusal {
    of_client(UNREADABLE, None)
}

fn of_response(
    error: &ErrorMetadata,
    response: &HttpResponse,
    codes: &Codes,
    unknown: impl FnOnce() -> String,
) -> Refusal {
    let status = response.status().as_u16();
    let (class, advice) = match codes.of_request(error.code(), status) {
        (Class::Unrecognized, _) if error.message().is_some_and(is_of_another_time) => {
            (Class::Expired, Some(EXPIRED))
        }
        found => found,
    };
    let code = error.code().and_then(|code| codes.shown(code));
    let code = code.map_or_else(|| format!("HTTP {status}"), str::to_owned);
    let advice = match (class, advice) {
        (Class::UnknownDestination, _) => unknown(),
        (_, Some(advice)) => advice.to_owned(),
        (_, None) => without_advice(class, response).to_owned(),
    };
    let detail = match request_id(response) {
        Some(id) => format!("{advice} (HTTP {status}, request id {id})"),
        None => format!("{advice} (HTTP {status})"),
    };
    let mut failure = Failure::new(code).with_detail(detail);
    if let Some(message) = error.message() {
        failure = failure.with_message(message);
    }
    if let Some(id) = request_id(response) {
        failure = failure.with_request_id(id);
    }
    Refusal { class, failure }
}

/// Whether these words of a service, which has one code for all that is wrong with a signature, blame the
/// time: "Signature expired: 20260101T000000Z is now earlier than …", "Signature not yet current: …".
fn is_of_another_time(message: &str) -> bool {
    ["expired", "not yet current", "not yet valid"].iter().any(|words| message.contains(words))
}

/// What happened where there is nothing to be done about it.
fn without_advice(class: Class, response: &HttpResponse) -> &'static str {
    match class {
        _ if response.status().is_success() => UNREADABLE.detail,
        Class::Ambiguous => "the service failed while it processed the request",
        _ => "the service rejected the request",
    }
}

/// The client could not read the response, or was not let read it all.
fn of_unreadable(
    source: Option<&(dyn Error + 'static)>,
    response: &HttpResponse,
    codes: &Codes,
    unknown: impl FnOnce() -> String,
) -> Refusal {
    match source.and_then(TooLarge::behind) {
        Some(refused) => of_too_large(refused, response, codes),
        None if response.status().is_success() => of_client(UNREADABLE, source),
        None => of_response(&ErrorMetadata::builder().build(), response, codes, unknown),
    }
}

/// Judged by its status too, whatever would have followed.
fn of_too_large(refused: TooLarge, response: &HttpResponse, codes: &Codes) -> Refusal {
    let status = response.status().as_u16();
    let (class, _) = codes.of_request(None, status);
    let detail = format!("{refused}; {} (HTTP {status})", codes.check_endpoint);
    Refusal { class, failure: Failure::new("ResponseTooLarge").with_detail(detail) }
}

/// The headers that the SDK takes the id of an error from. Unlike the error, they are there even
/// where the response cannot be read.
fn request_id(response: &HttpResponse) -> Option<&str> {
    let headers = response.headers();
    let id = headers.get("x-amzn-requestid").or_else(|| headers.get("x-amz-request-id"));
    id.filter(|id| is_word(id))
}

/// The words of an error may quote the request or its credentials. So they become the failure's
/// message, which is not displayed; only what is known to be free of that is its source.
fn of_client(reading: Reading, error: Option<&(dyn Error + 'static)>) -> Refusal {
    let mut failure = Failure::new(reading.code).with_detail(reading.detail);
    if let Some(error) = error {
        let root = root(error);
        failure = failure.with_message(root.to_string());
        if let Some(source) = plain(root) {
            failure = failure.with_source(source);
        }
    }
    Refusal { class: reading.class, failure }
}

/// The innermost error: those around it repeat it, or show the whole request.
fn root<'a>(mut error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    while let Some(source) = error.source() {
        error = source;
    }
    error
}

const NOT_MADE: Reading = Reading {
    class: Class::Fatal,
    code: "InvalidRequest",
    detail: "the client could not build the request; check its configuration and its interceptors",
};

const TIMEOUT: Reading =
    Reading { class: Class::Ambiguous, code: "Timeout", detail: "no response within the client's timeout" };

const UNREADABLE: Reading = Reading {
    class: Class::Ambiguous,
    code: "UnreadableResponse",
    detail: "the response is incomplete or unreadable",
};

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::io;

    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::metadata::ErrorMetadata;
    use batch_core::{Class, Refusal};

    use super::TooLarge;
    use crate::{Codes, Rule};

    const CODES: Codes = Codes {
        prefix: "",
        rules: &[Rule { codes: &["NoSuchThing"], class: Class::UnknownDestination, advice: None }],
        check_endpoint: "check the endpoint",
        check_key: "check the key",
        check_permissions: "check the permissions",
    };

    fn raw(status: u16) -> HttpResponse {
        let status = StatusCode::try_from(status).expect("it is a status");
        HttpResponse::new(status, SdkBody::from("<html>"))
    }

    fn refusal(error: SdkError<ErrorMetadata, HttpResponse>) -> Refusal {
        super::refusal(error, &CODES, || "make one".to_owned())
    }

    #[test]
    fn a_response_that_cannot_be_read_is_judged_by_its_status() {
        for (status, class, code) in [
            (200, Class::Ambiguous, "UnreadableResponse"),
            (403, Class::Fatal, "HTTP 403"),
            (408, Class::Ambiguous, "HTTP 408"),
            (413, Class::Split, "HTTP 413"),
            (429, Class::Throttled, "HTTP 429"),
            (502, Class::Ambiguous, "HTTP 502"),
        ] {
            let refusal = refusal(SdkError::response_error("no JSON", raw(status)));
            assert_eq!((refusal.class, refusal.failure.code()), (class, code), "{status}");
        }
    }

    #[test]
    fn a_response_that_is_too_large_is_judged_by_its_status_and_says_so() {
        let refused = TooLarge::Announced { bytes: 9_000_000_000, limit: 1_048_576 };
        for (status, class) in [(200, Class::Ambiguous), (403, Class::Fatal), (503, Class::Ambiguous)] {
            let refusal = refusal(SdkError::response_error(refused, raw(status)));
            assert_eq!((refusal.class, refusal.failure.code()), (class, "ResponseTooLarge"), "{status}");
            let shown = refusal.failure.to_string();
            assert!(shown.contains("9000000000 bytes, above the limit of 1048576; check the"), "{shown}");
        }
    }

    #[test]
    fn an_error_without_a_code_is_judged_by_its_status() {
        let refusal = refusal(SdkError::service_error(ErrorMetadata::builder().build(), raw(413)));
        assert_eq!((refusal.class, refusal.failure.code()), (Class::Split, "HTTP 413"));
    }

    #[test]
    fn only_a_request_that_was_refused_is_called_so() {
        for (status, says) in [
            (200, "HTTP 200: the response is incomplete or unreadable (HTTP 200)"),
            (400, "HTTP 400: the service rejected the request (HTTP 400)"),
            (502, "HTTP 502: the service failed while it processed the request (HTTP 502)"),
        ] {
            let meta = ErrorMetadata::builder().build();
            let refusal = refusal(SdkError::service_error(meta, raw(status)));
            assert_eq!(refusal.failure.to_string(), says);
        }
    }

    #[test]
    fn the_service_is_not_quoted_but_its_request_id_is() {
        for header in ["x-amzn-requestid", "x-amz-request-id"] {
            let meta = ErrorMetadata::builder().code("NoSuchThing").message("words").build();
            let mut raw = raw(400);
            raw.headers_mut().insert(header, "7");
            let refusal = refusal(SdkError::service_error(meta, raw));
            assert_eq!(refusal.class, Class::UnknownDestination);
            assert_eq!(refusal.failure.to_string(), "NoSuchThing: make one (HTTP 400, request id 7)");
            assert_eq!(refusal.failure.message(), Some("words"));
            assert_eq!(refusal.failure.request_id(), Some("7"));
        }
    }

    #[test]
    fn the_time_is_to_blame_for_a_signature_where_the_service_says_so() {
        for (code, message, class) in [
            ("InvalidSignatureException", "Signature expired: 1 is now earlier than 2", Class::Expired),
            ("SignatureDoesNotMatch", "Signature not yet current: 2 is still later than 1", Class::Expired),
            ("UnrecognizedClientException", "The security token is not yet valid", Class::Expired),
            ("SignatureDoesNotMatch", "Check your secret key", Class::Unrecognized),
            ("NoSuchThing", "It expired", Class::UnknownDestination),
        ] {
            let meta = ErrorMetadata::builder().code(code).message(message).build();
            let refusal = refusal(SdkError::service_error(meta, raw(403)));
            assert_eq!((refusal.class, refusal.failure.code()), (class, code), "{message}");
            let says_time = refusal.failure.to_string().contains("not valid at this time");
            assert_eq!(says_time, class == Class::Expired, "{}", refusal.failure);
        }
    }

    #[test]
    fn what_has_not_the_form_of_a_code_or_of_a_request_id_is_not_shown() {
        let meta = ErrorMetadata::builder().code("{\"a\": \"secret\"}").build();
        let mut raw = raw(400);
        raw.headers_mut().insert("x-amzn-requestid", "my secret");
        let failure = refusal(SdkError::service_error(meta, raw)).failure;
        assert_eq!(failure.to_string(), "HTTP 400: the service rejected the request (HTTP 400)");
    }

    #[test]
    fn the_words_of_a_client_can_be_asked_for_and_are_not_shown() {
        let lost = io::Error::new(io::ErrorKind::ConnectionReset, "while sending my secret");
        let failure = refusal(SdkError::dispatch_failure(ConnectorError::io(lost.into()))).failure;
        assert_eq!(failure.message(), Some("while sending my secret"));
        assert_eq!(failure.source().map(ToString::to_string).as_deref(), Some("connection reset"));
    }

    #[test]
    fn the_request_id_of_a_response_that_cannot_be_read_is_shown() {
        let mut raw = raw(403);
        raw.headers_mut().insert("x-amzn-requestid", "7");
        let refusal = refusal(SdkError::response_error("secret", raw));
        let shown = refusal.failure.to_string();
        assert_eq!(shown, "HTTP 403: check the permissions (HTTP 403, request id 7)");
    }

    #[test]
    fn without_a_response_it_matters_whether_the_request_can_have_left() {
        let io = |kind: io::ErrorKind| {
            SdkError::dispatch_failure(ConnectorError::io(io::Error::from(kind).into()))
        };
        for (error, class, code) in [
            (io(io::ErrorKind::ConnectionRefused), Class::Unsent, "NotConnected"),
            (io(io::ErrorKind::ConnectionReset), Class::Ambiguous, "ConnectionLost"),
            (SdkError::timeout_error("too slow"), Class::Ambiguous, "Timeout"),
            (SdkError::construction_failure("secret"), Class::Fatal, "InvalidRequest"),
        ] {
            let refusal = refusal(error);
            assert_eq!((refusal.class, refusal.failure.code()), (class, code));
            assert!(!format!("{refusal:?}").contains("secret"), "{refusal:?}");
        }
    }

    #[test]
    fn before_sending_nothing_can_have_arrived_and_no_entry_is_to_blame() {
        for (status, class) in [(500, Class::Retry), (400, Class::Fatal), (429, Class::Throttled)] {
            let meta = ErrorMetadata::builder().build();
            assert_eq!(refusal(SdkError::service_error(meta, raw(status))).before_sending().class, class);
        }
    }
}
