//! One request, and what each response to it means.

use std::error::Error;
use std::time::Duration;

use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;

use super::send;
use crate::response::{REQUEST_ID, WORDS};
use crate::{Canned, Fixture, Response, Setup, failure, says, shown};

/// Checks what this response to a request of three entries means.
async fn check<F: Fixture>(response: Response, expected: &str) {
    let reply = send::<F>(&Setup::through(Canned::script([response.clone()])), 3).await;
    assert_eq!(shown(&reply), expected, "{response:?}");
}

/// Pages of proxies, and bodies that end too early.
pub async fn answers_that_cannot_be_read_are_told_by_their_status<F: Fixture>() {
    for (status, body, expected) in [
        (301, "", "Fatal(HTTP 301)"),
        (400, "<html>", "Split(HTTP 400)"),
        (403, "<html>", "Fatal(HTTP 403)"),
        (404, "", "Fatal(HTTP 404)"),
        (408, "", "Ambiguous(HTTP 408)"),
        (408, "<html>", "Ambiguous(HTTP 408)"),
        (413, "", "Split(HTTP 413)"),
        (413, "<html>", "Split(HTTP 413)"),
        (429, "", "Throttled(HTTP 429)"),
        (500, "", "Ambiguous(HTTP 500)"),
        (502, "<html>", "Ambiguous(HTTP 502)"),
        (503, "{\"__type\":", "Ambiguous(HTTP 503)"),
        (504, "", "Ambiguous(HTTP 504)"),
    ] {
        check::<F>(Response::page(status, body), expected).await;
    }
}

/// Where the request was not sent, nothing can have arrived.
pub async fn a_lost_connection_is_ambiguous_and_one_never_made_is_not<F: Fixture>() {
    check::<F>(Response::Reset, "Ambiguous(ConnectionLost)").await;
    check::<F>(Response::Refused, "Unsent(NotConnected)").await;
}

/// The client's watch over stalled streams is off, since it reads the real clock, which is not paused.
pub async fn a_request_that_gets_no_answer_waits_for_the_writer_to_give_up<F: Fixture>() {
    let config = Setup::with_credentials().http_client(Canned::script([Response::Hang]));
    let config = config.stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    let setup = Setup::of(config.build());
    let waiting = tokio::time::timeout(Duration::from_secs(3_600), send::<F>(&setup, 1)).await;
    assert!(waiting.is_err(), "{waiting:?}");
}

/// The client does not retry by itself.
pub async fn one_failed_request_is_sent_once<F: Fixture>() {
    let errors = F::RETRIED.iter().map(|&(status, code)| F::error(status, code));
    for response in errors.chain([Response::Reset]) {
        let http = Canned::script([response.clone()]);
        failure(send::<F>(&Setup::through(http.clone()), 1).await);
        let request = http.only_request();
        assert_eq!(request.header("amz-sdk-request"), Some("attempt=1; max=1"), "{response:?}");
    }
}

/// The words may be asked for.
pub async fn a_failure_says_what_to_do_and_keeps_the_words_of_the_service_to_itself<F: Fixture>() {
    let (status, code) = F::ACCESS_DENIED;
    let http = Canned::script([F::error(status, code)]);
    let failure = failure(send::<F>(&Setup::through(http), 1).await);
    let allow = format!("allow them {}", F::PERMISSION);
    let request = format!("request id {REQUEST_ID}");
    says(&failure, &[&format!("{code}: "), &allow, &format!("HTTP {status}"), &request]);
    assert!(!failure.to_string().contains(WORDS), "{failure}");
    assert_eq!(failure.message(), Some(WORDS));
    assert!(failure.source().is_none());
}
