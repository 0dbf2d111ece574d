//! What faults do to records and requests: the rest is the same for every service.

use aws_sdk_firehose::Client;
use aws_sdk_firehose::error::{ProvideErrorMetadata, SdkError};
use batch_local::{Chosen, Fault, FaultPlan, LocalServer};

use super::support::{Put, THROTTLED, outcome, put, record, with_stream};

/// A server with these faults, and its client.
async fn faulty(plan: FaultPlan) -> (LocalServer, Client) {
    let (server, client) = with_stream().await;
    server.set_faults(plan);
    (server, client)
}

/// What the first of several equal requests meets, and how many records it left behind.
async fn meet(fault: Fault) -> (Put, usize) {
    let (server, client) = faulty(FaultPlan::script([fault])).await;
    let met = put(&client, vec![record("a"), record("b"), record("c")]).await;
    let applied = server.firehose().accepted("s").len();
    assert_eq!(server.requests().faulted("PutRecordBatch"), 1);
    // The script is over: the next one passes.
    assert_eq!(outcome(put(&client, vec![record("d")]).await), "ok");
    (met, applied)
}

async fn answers(fault: Fault, expected: &str, expected_applied: usize) {
    let shown = format!("{fault:?}");
    let (met, applied) = meet(fault).await;
    assert_eq!((outcome(met).as_str(), applied), (expected, expected_applied), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn an_error_comes_before_or_after_the_request_is_applied() {
    answers(Fault::error_before(500, "InternalFailure"), "whole InternalFailure", 0).await;
    answers(Fault::error_after(500, "InternalError"), "whole InternalFailure", 3).await;
    answers(Fault::error_before(400, "RequestThrottled"), &format!("whole {THROTTLED}"), 0).await;
    answers(Fault::access_denied(), "whole AccessDeniedException", 0).await;
    let key = "InvalidKMSResourceException";
    answers(Fault::error_before(400, key), &format!("whole {key}"), 0).await;
}

#[tokio::test(start_paused = true)]
async fn a_request_too_many_has_the_status_500_as_documented() {
    let (met, applied) = meet(Fault::ThrottleRequest).await;
    let error = met.unwrap_err();
    assert_eq!((error.raw_response().unwrap().status().as_u16(), applied), (500, 0));
    assert!(error.into_service_error().is_service_unavailable_exception());
}

#[tokio::test(start_paused = true)]
async fn chosen_records_fail_and_the_others_are_applied() {
    let partial = |entries| Fault::partial_failure(entries, "InternalError", false);
    answers(partial(Chosen::At(vec![1, 7])), "1 InternalFailure", 2).await;
    answers(partial(Chosen::All), "0 InternalFailure, 1 InternalFailure, 2 InternalFailure", 0).await;
    let throttle = Fault::throttle_entries(Chosen::At(vec![0, 2]));
    answers(throttle.clone(), &format!("0 {THROTTLED}, 2 {THROTTLED}"), 1).await;
    let output = meet(throttle).await.0.unwrap();
    assert_eq!(output.request_responses[0].error_message(), Some("Slow down."));
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
}

#[tokio::test(start_paused = true)]
async fn a_single_record_meets_the_faults_of_an_entry() {
    let plan = FaultPlan::script([
        Fault::partial_failure(Chosen::All, "InternalError", false),
        Fault::fail_where(|data| data == "a", "InvalidArgumentException", true),
        Fault::throttle_entries(Chosen::All),
    ]);
    let (server, client) = faulty(plan).await;
    for (status, code) in [(500, "InternalFailure"), (400, "InvalidArgumentException"), (500, THROTTLED)] {
        let put = client.put_record().delivery_stream_name("s").record(record("a"));
        let error = put.send().await.unwrap_err();
        assert_eq!((error.raw_response().unwrap().status().as_u16(), error.code()), (status, Some(code)));
    }
    assert!(server.firehose().accepted("s").is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_unknown_operation_is_refused_as_the_service_refuses() {
    let (_, client) = with_stream().await;
    let error = client.list_delivery_streams().send().await.unwrap_err();
    assert_eq!(error.code(), Some("UnknownOperationException"));
}
