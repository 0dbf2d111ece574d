//! Every fault, as the SDK reports it, and what is applied.

use std::time::Duration;

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::config::timeout::TimeoutConfig;
use aws_sdk_kinesis::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kinesis::primitives::Blob;
use batch_local::{Chosen, Fault, FaultPlan};

use super::support::{FIRST, Put, THROTTLED, config, faulty, outcome, plain, put, record};

/// What the first of several equal requests meets, and how many records it left behind.
async fn meet(fault: Fault) -> (Put, usize) {
    let (server, client) = faulty(FaultPlan::script([fault])).await;
    let met = put(&client, vec![plain("a"), plain("b"), plain("c")]).await;
    let applied = server.kinesis().accepted("s").len();
    assert_eq!(server.requests().faulted("PutRecords"), 1);
    // The script is over: the next one passes.
    assert_eq!(outcome(put(&client, vec![plain("d")]).await), "ok");
    (met, applied)
}

async fn answers(fault: Fault, expected: &str, expected_applied: usize) {
    let shown = format!("{fault:?}");
    let (met, applied) = meet(fault).await;
    assert_eq!(outcome(met), expected, "{shown}");
    assert_eq!(applied, expected_applied, "{shown}");
}

#[tokio::test(start_paused = true)]
async fn an_error_comes_before_or_after_the_request_is_applied() {
    answers(Fault::error_before(500, "InternalFailure"), "whole InternalFailure", 0).await;
    answers(Fault::error_after(503, "ServiceUnavailable"), "whole ServiceUnavailableException", 3).await;
    answers(Fault::ThrottleRequest, &format!("whole {THROTTLED}"), 0).await;
    answers(Fault::access_denied(), "whole AccessDeniedException", 0).await;
    answers(Fault::expired_token(), "whole ExpiredTokenException", 0).await;
    answers(Fault::error_before(400, "KMSDisabledException"), "whole KMSDisabledException", 0).await;
}

#[tokio::test(start_paused = true)]
async fn the_words_of_other_services_are_translated() {
    for (named, code) in [
        ("InternalError", "InternalFailure"),
        ("RequestThrottled", THROTTLED),
        ("KmsThrottled", "KMSThrottlingException"),
        ("ResourceNotFound", "ResourceNotFoundException"),
        ("AccessDenied", "AccessDeniedException"),
    ] {
        answers(Fault::error_before(400, named), &format!("whole {code}"), 0).await;
        answers(Fault::error_after(400, named), &format!("whole {code}"), 3).await;
    }
    let partial = Fault::partial_failure(Chosen::At(vec![1]), "InternalError", false);
    answers(partial, "1 InternalFailure", 2).await;
}

#[tokio::test(start_paused = true)]
async fn an_error_has_its_status_and_its_modelled_type() {
    let (met, _) = meet(Fault::access_denied()).await;
    let error = met.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 403);
    assert!(error.into_service_error().is_access_denied_exception());
    let (met, _) = meet(Fault::ThrottleRequest).await;
    let error = met.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 400);
    assert!(error.into_service_error().is_provisioned_throughput_exceeded_exception());
}

#[tokio::test(start_paused = true)]
async fn chosen_records_fail_and_the_others_are_applied() {
    let partial = |entries| Fault::partial_failure(entries, "InternalFailure", false);
    answers(partial(Chosen::At(vec![1, 7])), "1 InternalFailure", 2).await;
    answers(partial(Chosen::All), "0 InternalFailure, 1 InternalFailure, 2 InternalFailure", 0).await;
    answers(partial(Chosen::Rate(0.0)), "ok", 3).await;
    answers(Fault::throttle_entries(Chosen::At(vec![0, 2])), &format!("0 {THROTTLED}, 2 {THROTTLED}"), 1)
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_record_that_the_plan_throttles_is_told_as_a_shard_would() {
    let (met, _) = meet(Fault::throttle_entries(Chosen::At(vec![1]))).await;
    let output = met.unwrap();
    let message = format!("Rate exceeded for shard {FIRST} in stream s under account 000000000000.");
    assert_eq!(output.records[1].error_message(), Some(&*message));
    assert!(output.records[1].sequence_number.is_none() && output.records[2].sequence_number.is_some());
}

#[tokio::test(start_paused = true)]
async fn records_fail_and_requests_are_refused_by_their_data() {
    let is_b = |data: &str| data == "b";
    answers(Fault::fail_where(is_b, "InternalFailure", false), "1 InternalFailure", 2).await;
    let refused = Fault::reject_request_where(is_b, 400, "InvalidArgumentException");
    answers(refused, "whole InvalidArgumentException", 0).await;
    answers(Fault::reject_request_where(|data| data == "z", 400, "X"), "ok", 3).await;
}

#[tokio::test(start_paused = true)]
async fn a_predicate_sees_data_that_is_no_text_with_replacements() {
    let bad = |data: &str| data.contains('\u{fffd}') && data.ends_with("end");
    let (server, client) = faulty(FaultPlan::always(Fault::fail_where(bad, "InternalFailure", false))).await;
    let met = put(&client, vec![plain("end"), record("k", &b"\xff\xfeend"[..])]).await;
    assert_eq!(outcome(met), "1 InternalFailure");
    assert_eq!(server.kinesis().accepted("s")[0].data, "end");
}

#[tokio::test(start_paused = true)]
async fn broken_connections_and_unreadable_answers_are_told_apart_from_what_is_applied() {
    let io = |met: &Put| matches!(met, Err(SdkError::DispatchFailure(failure)) if failure.is_io());
    for (fault, expected) in [(Fault::ResetBefore, 0), (Fault::ResetAfter, 3), (Fault::Unreachable, 0)] {
        let (met, applied) = meet(fault).await;
        assert!(io(&met), "{met:?}");
        assert_eq!(applied, expected);
    }
    let (met, applied) = meet(Fault::Malformed).await;
    assert!(!io(&met) && met.is_err_and(|error| error.code().is_none()));
    assert_eq!(applied, 3);
    let (met, applied) = meet(Fault::Truncated).await;
    assert!(matches!(&met, Err(SdkError::ResponseError(_))), "{met:?}");
    assert_eq!(applied, 3);
}

#[tokio::test(start_paused = true)]
async fn a_hang_ends_by_the_clients_timeout_only() {
    for (fault, expected) in [(Fault::HangBefore, 0), (Fault::HangAfter, 3)] {
        let (server, _) = faulty(FaultPlan::always(fault)).await;
        let timeout = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(60)).build();
        let config = config().http_client(server.http_client()).timeout_config(timeout);
        let client = Client::from_conf(config.build());
        let met = put(&client, vec![plain("a"), plain("b"), plain("c")]).await;
        assert!(matches!(met, Err(SdkError::TimeoutError(_))), "{met:?}");
        assert_eq!(server.kinesis().accepted("s").len(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_single_record_meets_the_faults_of_an_entry() {
    let plan = FaultPlan::script([
        Fault::partial_failure(Chosen::All, "InternalError", false),
        Fault::fail_where(|data| data == "a", "InvalidArgumentException", true),
        Fault::throttle_entries(Chosen::All),
        Fault::partial_failure(Chosen::All, "RequestThrottled", false),
    ]);
    let (server, client) = faulty(plan).await;
    for (status, code) in
        [(500, "InternalFailure"), (400, "InvalidArgumentException"), (400, THROTTLED), (400, THROTTLED)]
    {
        let put = client.put_record().stream_name("s").partition_key("k").data(Blob::new("a"));
        let error = put.send().await.unwrap_err();
        assert_eq!((error.raw_response().unwrap().status().as_u16(), error.code()), (status, Some(code)));
    }
    assert!(server.kinesis().accepted("s").is_empty());
}

#[tokio::test(start_paused = true)]
async fn records_that_a_fault_strikes_use_up_nothing_of_their_shard() {
    let plan = FaultPlan::script([
        Fault::throttle_entries(Chosen::All),
        Fault::ErrorBefore { status: 500, code: "X".into() },
    ]);
    let (_, client) = faulty(plan).await;
    let full = || vec![plain("k"); 500];
    assert_eq!(put(&client, full()).await.unwrap().failed_record_count, Some(500));
    put(&client, full()).await.unwrap_err();
    for _ in 0..2 {
        assert_eq!(outcome(put(&client, full()).await), "ok");
    }
}

#[tokio::test(start_paused = true)]
async fn faults_strike_writes_unless_another_operation_is_named() {
    let (server, client) = faulty(FaultPlan::always(Fault::ThrottleRequest)).await;
    client.describe_stream_summary().stream_name("s").send().await.unwrap();
    assert_eq!(outcome(put(&client, vec![plain("a")]).await), format!("whole {THROTTLED}"));
    server.set_faults(FaultPlan::always(Fault::ThrottleRequest).only("DescribeStreamSummary"));
    let error = client.describe_stream_summary().stream_name("s").send().await.unwrap_err();
    assert_eq!(error.code(), Some(THROTTLED));
    assert_eq!(outcome(put(&client, vec![plain("a")]).await), "ok");
}
