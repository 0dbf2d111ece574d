//! Every fault, as the SDK reports it, and what is applied.

use std::io::ErrorKind;
use std::time::Duration;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::retry::RetryConfig;
use aws_sdk_cloudwatch::config::timeout::TimeoutConfig;
use aws_sdk_cloudwatch::error::{ProvideErrorMetadata, SdkError};
use batch_local::{Chosen, Fault, FaultPlan};

use super::support::{INVALID, Put, config, datum, dimensioned, faulty, outcome, put};
use crate::support::io_kind;

/// What the first of several equal requests meets, and how many datums it left behind.
async fn meet(fault: Fault) -> (Put, usize) {
    let (server, client) = faulty(FaultPlan::script([fault]));
    let met = put(&client, vec![datum("a"), datum("b"), dimensioned(&[("d", "c"), ("e", "f")])]).await;
    let applied = server.cloudwatch().accepted("n").len();
    assert_eq!(server.requests().faulted("PutMetricData"), 1);
    // The script is over: the next one passes.
    assert_eq!(outcome(put(&client, vec![datum("d")]).await), "ok");
    (met, applied)
}

async fn answers(fault: Fault, status: u16, code: &str, expected_applied: usize) {
    let shown = format!("{fault:?}");
    let (met, applied) = meet(fault).await;
    let met_status = met.as_ref().err().map_or(200, |error| error.raw_response().unwrap().status().as_u16());
    assert_eq!((met_status, outcome(met)), (status, code.to_owned()), "{shown}");
    assert_eq!(applied, expected_applied, "{shown}");
}

#[tokio::test(start_paused = true)]
async fn an_error_comes_before_or_after_the_request_is_applied() {
    answers(Fault::error_before(500, "InternalServiceError"), 500, "InternalServiceError", 0).await;
    answers(Fault::error_after(503, "ServiceUnavailable"), 503, "ServiceUnavailable", 3).await;
    answers(Fault::ThrottleRequest, 400, "Throttling", 0).await;
    answers(Fault::access_denied(), 403, "AccessDenied", 0).await;
    answers(Fault::expired_token(), 403, "ExpiredToken", 0).await;
    answers(Fault::error_before(413, "RequestEntityTooLarge"), 413, "RequestEntityTooLarge", 0).await;
    answers(Fault::error_after(418, "Teapot"), 418, "Teapot", 3).await;
}

#[tokio::test(start_paused = true)]
async fn a_code_may_be_given_by_any_of_its_names() {
    for (code, names) in [
        ("InternalServiceError", &["InternalServiceError", "InternalServiceFault", "InternalError"][..]),
        (INVALID, &[INVALID, "InvalidParameterValueException"]),
        ("MissingParameter", &["MissingParameter", "MissingRequiredParameterException"]),
        ("Throttling", &["Throttling", "ThrottlingException", "RequestThrottled"]),
    ] {
        for name in names {
            answers(Fault::error_before(400, *name), 400, code, 0).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_has_its_modelled_type_and_its_text() {
    let (met, _) = meet(Fault::ThrottleRequest).await;
    let error = met.unwrap_err();
    assert_eq!(error.message(), Some("Rate exceeded"));
    assert_eq!(error.raw_response().unwrap().headers().get("x-amzn-query-error"), Some("Throttling;Sender"));
    let (met, _) = meet(Fault::error_before(500, "InternalError")).await;
    assert!(met.unwrap_err().into_service_error().is_internal_service_fault());
    let (met, _) = meet(Fault::error_before(400, "InvalidParameterCombination")).await;
    assert!(met.unwrap_err().into_service_error().is_invalid_parameter_combination_exception());
}

#[tokio::test(start_paused = true)]
async fn a_fault_of_one_datum_fails_the_whole_request() {
    let partial = |entries, blamed| Fault::partial_failure(entries, "InternalError", blamed);
    answers(partial(Chosen::At(vec![1, 7]), false), 500, "InternalServiceError", 0).await;
    answers(partial(Chosen::All, true), 400, "InternalServiceError", 0).await;
    answers(partial(Chosen::At(vec![7]), false), 200, "ok", 3).await;
    answers(partial(Chosen::Rate(0.0), false), 200, "ok", 3).await;
    answers(Fault::throttle_entries(Chosen::Rate(1.0)), 400, "Throttling", 0).await;
    answers(Fault::throttle_entries(Chosen::At(vec![2])), 400, "Throttling", 0).await;
    let blamed = Fault::ThrottleEntries { entries: Chosen::At(vec![0]), sender_fault: true };
    answers(blamed, 400, "Throttling", 0).await;
    answers(Fault::partial_failure(Chosen::All, "RequestThrottled", false), 400, "Throttling", 0).await;
}

#[tokio::test(start_paused = true)]
async fn a_predicate_sees_the_name_of_the_metric_and_its_dimensions() {
    for seen in ["a", "b", "m d=c e=f"] {
        let is_seen = move |text: &str| text == seen;
        answers(Fault::fail_where(is_seen, INVALID, true), 400, INVALID, 0).await;
        answers(Fault::fail_where(is_seen, "InternalError", false), 500, "InternalServiceError", 0).await;
        answers(
            Fault::reject_request_where(is_seen, 413, "RequestEntityTooLarge"),
            413,
            "RequestEntityTooLarge",
            0,
        )
        .await;
    }
    answers(Fault::fail_where(|text| text == "c", INVALID, true), 200, "ok", 3).await;
    answers(Fault::reject_request_where(|text| text == "c", 400, "X"), 200, "ok", 3).await;
}

#[tokio::test(start_paused = true)]
async fn an_invalid_datum_is_told_before_the_fault_of_another() {
    let (server, client) = faulty(FaultPlan::always(Fault::throttle_entries(Chosen::At(vec![0]))));
    assert_eq!(outcome(put(&client, vec![datum("a"), datum("")]).await), INVALID);
    assert!(server.cloudwatch().namespaces().is_empty());
}

#[tokio::test(start_paused = true)]
async fn broken_connections_are_io_errors() {
    for (fault, kind, expected) in [
        (Fault::ResetBefore, ErrorKind::ConnectionReset, 0),
        (Fault::ResetAfter, ErrorKind::ConnectionReset, 3),
        (Fault::Unreachable, ErrorKind::ConnectionRefused, 0),
    ] {
        let (met, applied) = meet(fault).await;
        assert_eq!((io_kind(&met), applied), (Some(kind), expected));
        assert!(matches!(met, Err(SdkError::DispatchFailure(failure)) if failure.is_io()));
    }
}

#[tokio::test(start_paused = true)]
async fn answers_that_cannot_be_read_leave_the_request_applied() {
    let (met, applied) = meet(Fault::Malformed).await;
    assert!(matches!(&met, Err(SdkError::ServiceError(error)) if error.err().code().is_none()), "{met:?}");
    assert_eq!(applied, 3);
    let (met, applied) = meet(Fault::Truncated).await;
    assert!(matches!(&met, Err(SdkError::ResponseError(_))), "{met:?}");
    assert_eq!((io_kind(&met), applied), (Some(ErrorKind::UnexpectedEof), 3));
}

#[tokio::test(start_paused = true)]
async fn a_hang_ends_by_the_clients_timeout_only() {
    for (fault, expected) in [(Fault::HangBefore, 0), (Fault::HangAfter, 3)] {
        let (server, _) = faulty(FaultPlan::always(fault));
        let timeout = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(60)).build();
        let config = config().http_client(server.http_client()).timeout_config(timeout);
        let met = put(&Client::from_conf(config.build()), vec![datum("a"); 3]).await;
        assert!(matches!(met, Err(SdkError::TimeoutError(_))), "{met:?}");
        assert_eq!(server.cloudwatch().accepted("n").len(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn faults_strike_writes_unless_another_operation_is_named() {
    let (server, client) = faulty(FaultPlan::always(Fault::ThrottleRequest));
    client.list_metrics().send().await.unwrap();
    assert_eq!(outcome(put(&client, vec![datum("a")]).await), "Throttling");
    server.set_faults(FaultPlan::always(Fault::ThrottleRequest).only("ListMetrics"));
    assert_eq!(outcome(client.list_metrics().send().await), "Throttling");
    assert_eq!(outcome(put(&client, vec![datum("a")]).await), "ok");
    server.set_faults(FaultPlan::always(Fault::Malformed).only("ListMetrics"));
    assert_eq!(outcome(client.list_metrics().send().await), "without a code");
}

#[tokio::test(start_paused = true)]
async fn the_sdk_retries_what_may_be_retried() {
    let (server, _) = faulty(FaultPlan::script([Fault::ThrottleRequest, Fault::ResetAfter]));
    let retries = RetryConfig::standard().with_max_attempts(3);
    let client = Client::from_conf(config().retry_config(retries).http_client(server.http_client()).build());
    assert_eq!(outcome(put(&client, vec![datum("a")]).await), "ok");
    assert_eq!(server.requests().count("PutMetricData"), 3);
    // The reset one was applied as well.
    assert_eq!(server.cloudwatch().accepted("n").len(), 2);
}
