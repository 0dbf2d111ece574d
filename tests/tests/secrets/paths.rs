//! The ways in which a request can fail. Whoever says something says all that was sent.

use std::io;
use std::sync::Arc;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

use crate::planted::MARK;
use crate::suspects::Suspect;
use crate::trouble::{Act, Asked, Trouble};
use batch_local::{Fault, FaultPlan};

/// A way to fail, and its name.
pub(crate) type Path<T> = (String, T);

/// What a service, a proxy or a client does with a request.
pub(crate) fn troubles<S: Suspect>() -> Vec<Path<Trouble>> {
    let refusals = REFUSALS.iter().chain([&S::UNKNOWN]).map(|&(status, code)| {
        trouble(format!("{status} {code}"), move |asked| S::error(status, code, &asked.text))
    });
    let pages = [200, 204, 302, 400, 403, 404, 502].map(|status| {
        trouble(format!("a page of status {status}"), move |asked| {
            answer(status, "text/html", asked.text.as_str())
        })
    });
    let others = [
        trouble("a code that repeats the request", |asked| S::error(400, &asked.text, "")),
        trouble("a header that repeats a word", |asked| {
            let mut answer = S::error(400, "SomethingNew", &asked.text);
            answer.headers_mut().insert("x-amzn-requestid", format!("{{\"{MARK}\"}}"));
            answer.headers_mut().insert("x-amzn-query-error", format!("no {MARK} here;Sender"));
            answer
        }),
        trouble("half an answer", |asked| answer(S::READ, S::CONTENT, format!("{{\"{}", asked.text))),
        trouble("an answer without end", |asked| {
            let mut answer = answer(200, S::CONTENT, asked.text.as_str());
            answer.headers_mut().insert("content-length", "8589934592");
            answer
        }),
        trouble("something else", |asked| answer(500, S::CONTENT, format!("[{:?}]", asked.text))),
    ];
    let in_part = ("every entry of it".to_owned(), Arc::new(in_part::<S>) as Trouble);
    let losses = LOSSES.map(|(name, fail)| {
        let trouble: Trouble = Arc::new(move |asked| Act::Fail(fail(asked.text.clone())));
        (name.to_owned(), trouble)
    });
    let ends: [Path<Trouble>; 2] = [
        ("silence".to_owned(), Arc::new(|_| Act::Hang)),
        ("a panic".to_owned(), Arc::new(|asked| Act::Panic(asked.text.clone()))),
    ];
    refusals.chain(pages).chain(others).chain([in_part]).chain(losses).chain(ends).collect()
}

/// What the local server does.
pub(crate) fn faults() -> Vec<Path<FaultPlan>> {
    let faults = [
        Fault::HangAfter,
        Fault::Malformed,
        Fault::ResetAfter,
        Fault::ResetBefore,
        Fault::ThrottleRequest,
        Fault::Truncated,
        Fault::Unreachable,
        Fault::access_denied(),
        Fault::error_after(500, "InternalError"),
        Fault::error_before(503, "ServiceUnavailable"),
        Fault::expired_token(),
        Fault::fail_where(|content| content.contains(MARK), "InternalError", true),
        Fault::fail_where(|content| content.contains(MARK), "InternalError", false),
        Fault::reject_request_where(|content| content.contains(MARK), 400, "SomethingNew"),
        Fault::throttle_entries(batch_local::Chosen::All),
    ];
    faults.into_iter().map(|fault| (format!("{fault:?}"), FaultPlan::always(fault))).collect()
}

/// An answer of this kind.
pub(crate) fn answer(status: u16, kind: &'static str, body: impl Into<Vec<u8>>) -> HttpResponse {
    let mut answer = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body.into()));
    answer.headers_mut().insert("content-type", kind);
    answer
}

fn trouble(
    name: impl Into<String>,
    answer: impl Fn(&Asked) -> HttpResponse + Send + Sync + 'static,
) -> Path<Trouble> {
    (name.into(), Arc::new(move |asked| Act::Answer(answer(asked))))
}

/// Where no entry can fail by itself, the request fails.
fn in_part<S: Suspect>(asked: &Asked) -> Act {
    Act::Answer(S::in_part(asked).unwrap_or_else(|| S::error(400, "SomethingNew", &asked.text)))
}

/// An error of the client that these words are in.
type Fail = fn(String) -> ConnectorError;

const LOSSES: [(&str, Fail); 6] = [
    ("refused", |words| lost(io::ErrorKind::ConnectionRefused, words)),
    ("reset", |words| lost(io::ErrorKind::ConnectionReset, words)),
    ("lost", |words| ConnectorError::io(words.into())),
    ("timeout", |words| ConnectorError::timeout(words.into())),
    ("not sent", |words| ConnectorError::user(words.into())),
    ("unknown", |words| ConnectorError::other(words.into(), None)),
];

fn lost(kind: io::ErrorKind, words: String) -> ConnectorError {
    ConnectorError::io(io::Error::new(kind, words).into())
}

const REFUSALS: [(u16, &str); 14] = [
    (400, "KMSDisabledException"),
    (400, "SerializationException"),
    (400, "SomethingNew"),
    (400, "ThrottlingException"),
    (400, "ValidationException"),
    (403, "AccessDeniedException"),
    (403, "ExpiredTokenException"),
    (403, "InvalidSignatureException"),
    (403, "UnrecognizedClientException"),
    (404, "SomethingNew"),
    (413, "RequestEntityTooLarge"),
    (429, "TooManyRequests"),
    (500, "InternalFailure"),
    (503, "ServiceUnavailable"),
];
