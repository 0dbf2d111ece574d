//! Every fault, as the SDK reports it, and what is applied.

use std::io;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use batch_local::{Chosen, Fault, FaultPlan};

use super::support::{Batch, config, delete, faulty, ids, item, local, outcome, plain, s, write};
use crate::support::{io_kind, now};

const THROTTLED: &str = "whole ProvisionedThroughputExceededException";

/// What the first of several equal requests meets, and how many items it left behind.
async fn meet(fault: Fault) -> (Batch, usize) {
    let (server, client) = faulty(FaultPlan::script([fault])).await;
    let met = write(&client, "items", vec![plain("a"), plain("b"), plain("c")]).await;
    let applied = server.dynamodb().applied("items").len();
    assert_eq!(server.requests().faulted("BatchWriteItem"), 1);
    // The script is over: the next one passes.
    assert_eq!(outcome(&write(&client, "items", vec![plain("d")]).await), "ok");
    (met, applied)
}

async fn answers(fault: Fault, expected: &str, expected_applied: usize) {
    let shown = format!("{fault:?}");
    let (met, applied) = meet(fault).await;
    assert_eq!(outcome(&met), expected, "{shown}");
    assert_eq!(applied, expected_applied, "{shown}");
}

#[tokio::test(start_paused = true)]
async fn an_error_comes_before_or_after_the_request_is_applied() {
    answers(Fault::error_before(500, "InternalServerError"), "whole InternalServerError", 0).await;
    answers(Fault::error_after(503, "ServiceUnavailable"), "whole ServiceUnavailableException", 3).await;
    answers(Fault::ThrottleRequest, THROTTLED, 0).await;
    answers(Fault::access_denied(), "whole AccessDeniedException", 0).await;
    answers(Fault::expired_token(), "whole ExpiredTokenException", 0).await;
    let conflict = "whole ReplicatedWriteConflictException";
    answers(Fault::error_before(400, "ReplicatedWriteConflictException"), conflict, 0).await;
    answers(Fault::error_before(400, "ReplicatedWriteConflict"), conflict, 0).await;
    answers(Fault::error_before(400, "Teapot"), "whole Teapot", 0).await;
}

#[tokio::test(start_paused = true)]
async fn the_words_of_amazon_sqs_mean_what_they_mean_here() {
    answers(Fault::error_before(500, "InternalError"), "whole InternalServerError", 0).await;
    answers(Fault::error_before(400, "RequestThrottled"), THROTTLED, 0).await;
}

#[tokio::test(start_paused = true)]
async fn an_error_has_its_status_and_its_modelled_type() {
    let (met, _) = meet(Fault::error_before(500, "InternalError")).await;
    let error = met.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 500);
    assert!(error.into_service_error().is_internal_server_error());
    let (met, _) = meet(Fault::ThrottleRequest).await;
    let error = met.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 400);
    assert!(error.into_service_error().is_provisioned_throughput_exceeded_exception());
}

#[tokio::test(start_paused = true)]
async fn chosen_writes_are_unprocessed_and_the_others_are_applied() {
    let partial = |entries| Fault::partial_failure(entries, "InternalError", false);
    answers(partial(Chosen::At(vec![1, 7])), "b", 2).await;
    answers(partial(Chosen::All), "a, b, c", 0).await;
    answers(partial(Chosen::Rate(0.0)), "ok", 3).await;
    answers(Fault::partial_failure(Chosen::At(vec![0]), "ValidationException", true), "a", 2).await;
    answers(Fault::throttle_entries(Chosen::At(vec![0, 2])), "a, c", 1).await;
    // As the service answers when it throttles all.
    answers(Fault::throttle_entries(Chosen::All), THROTTLED, 0).await;
}

#[tokio::test(start_paused = true)]
async fn unprocessed_items_are_as_they_were_sent() {
    let (server, client) =
        faulty(FaultPlan::script([Fault::partial_failure(Chosen::All, "InternalError", false)])).await;
    let sent = vec![plain("a"), delete(item([("id", s("b"))]))];
    let left = write(&client, "items", sent.clone()).await.unwrap().unprocessed_items.unwrap();
    assert_eq!(left["items"], sent);
    let again = client.batch_write_item().set_request_items(Some(left)).send().await;
    assert_eq!(outcome(&again), "ok");
    assert_eq!(ids(&server), ["a"]);
}

#[tokio::test(start_paused = true)]
async fn unprocessed_items_are_under_the_name_that_they_were_sent_under() {
    let (_, client) =
        faulty(FaultPlan::always(Fault::partial_failure(Chosen::All, "InternalError", false))).await;
    let arn = "arn:aws:dynamodb:us-east-1:000000000000:table/items";
    let batch = client.batch_write_item().request_items(arn, vec![plain("a")]);
    let left =
        batch.request_items("items", vec![plain("b")]).send().await.unwrap().unprocessed_items.unwrap();
    assert_eq!((&left[arn], &left["items"]), (&vec![plain("a")], &vec![plain("b")]));
}

#[tokio::test(start_paused = true)]
async fn writes_fail_and_requests_are_refused_by_their_content() {
    let is_b = |text: &str| text == r#"{"id":{"S":"b"}}"#;
    answers(Fault::fail_where(is_b, "InternalError", true), "b", 2).await;
    let refused = Fault::reject_request_where(is_b, 400, "ValidationException");
    answers(refused, "whole ValidationException", 0).await;
    answers(Fault::reject_request_where(|text| text.contains('z'), 400, "X"), "ok", 3).await;
    // A delete is seen by its key.
    let (_, client) = faulty(FaultPlan::always(Fault::fail_where(is_b, "InternalError", true))).await;
    let met = write(&client, "items", vec![delete(item([("id", s("b"))])), plain("c")]).await;
    assert_eq!(outcome(&met), "b");
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_is_an_io_error() {
    for (fault, expected, applied) in [
        (Fault::ResetBefore, io::ErrorKind::ConnectionReset, 0),
        (Fault::ResetAfter, io::ErrorKind::ConnectionReset, 3),
        (Fault::Unreachable, io::ErrorKind::ConnectionRefused, 0),
    ] {
        let (met, left) = meet(fault).await;
        assert_eq!((io_kind(&met), left), (Some(expected), applied));
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
    assert_eq!(applied, 3);
}

#[tokio::test(start_paused = true)]
async fn a_hang_ends_by_the_clients_timeout_only() {
    for (fault, expected) in [(Fault::HangBefore, 0), (Fault::HangAfter, 1)] {
        let (server, _) = faulty(FaultPlan::always(fault)).await;
        let timeout = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(60)).build();
        let client =
            Client::from_conf(config().http_client(server.http_client()).timeout_config(timeout).build());
        let started = now();
        let met = write(&client, "items", vec![plain("a")]).await;
        assert!(matches!(met, Err(SdkError::TimeoutError(_))), "{met:?}");
        assert_eq!(started.elapsed().as_secs(), 60);
        assert_eq!(server.dynamodb().applied("items").len(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_single_write_meets_the_faults_of_an_entry() {
    let is_a = |text: &str| text == r#"{"id":{"S":"a"}}"#;
    let (server, client) = faulty(FaultPlan::script([
        Fault::partial_failure(Chosen::All, "InternalError", false),
        Fault::fail_where(is_a, "ItemCollectionSizeLimitExceededException", true),
        Fault::throttle_entries(Chosen::All),
        Fault::reject_request_where(is_a, 400, "ValidationException"),
    ]))
    .await;
    for (status, code) in [
        (500, "InternalServerError"),
        (400, "ItemCollectionSizeLimitExceededException"),
        (400, "ProvisionedThroughputExceededException"),
        (400, "ValidationException"),
    ] {
        let error = client.put_item().table_name("items").item("id", s("a")).send().await.unwrap_err();
        assert_eq!(error.raw_response().unwrap().status().as_u16(), status);
        assert_eq!(error.code(), Some(code));
    }
    assert!(ids(&server).is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_invalid_batch_keeps_its_own_error_under_a_fault() {
    let (_, client) = faulty(FaultPlan::always(Fault::throttle_entries(Chosen::All))).await;
    assert_eq!(outcome(&write(&client, "items", vec![plain("")]).await), "whole ValidationException");
    assert_eq!(
        outcome(&write(&client, "unknown", vec![plain("a")]).await),
        "whole ResourceNotFoundException"
    );
}

#[tokio::test(start_paused = true)]
async fn reads_are_reliable_unless_the_plan_names_them() {
    let (server, client) = faulty(FaultPlan::always(Fault::ThrottleRequest)).await;
    client.scan().table_name("items").send().await.unwrap();
    client.get_item().table_name("items").key("id", s("a")).send().await.unwrap();
    client.describe_table().table_name("items").send().await.unwrap();
    for write in ["BatchWriteItem", "DeleteItem", "PutItem"] {
        server.set_faults(FaultPlan::always(Fault::ThrottleRequest).only(write));
        let put = client.put_item().table_name("items").item("id", s("a")).send().await;
        assert_eq!(put.is_err(), write == "PutItem");
    }
    server.set_faults(FaultPlan::always(Fault::ThrottleRequest).only("Scan"));
    assert!(client.scan().table_name("items").send().await.is_err());
}

#[tokio::test(start_paused = true)]
async fn latency_passes_half_before_and_half_after_the_write() {
    let (server, client) = local().await;
    server.set_faults(FaultPlan::none().latency(Duration::from_secs(10)..Duration::from_secs(10)));
    let writing = tokio::spawn(async move { write(&client, "items", vec![plain("a")]).await });
    crate::support::wait(4).await;
    assert!(ids(&server).is_empty());
    crate::support::wait(2).await;
    assert_eq!(ids(&server), ["a"]);
    assert!(!writing.is_finished());
    assert_eq!(outcome(&writing.await.unwrap()), "ok");
}
