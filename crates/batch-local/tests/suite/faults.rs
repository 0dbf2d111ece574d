//! Every fault, as the SDK reports it, and what is applied.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::timeout::TimeoutConfig;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use batch_local::{Chosen, Fault, FaultPlan, LocalServer};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::support::{Batch, client_of, config, drain, faulty, io_kind, now, outcome, plain, send};

/// Keeps what is logged as an error.
#[derive(Clone, Default)]
struct Errors(Arc<Mutex<Vec<&'static str>>>);

impl Subscriber for Errors {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == Level::ERROR
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.0.lock().unwrap().push(event.metadata().target());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// What the first of several equal requests meets, and how many messages it left behind.
async fn meet(fault: Fault) -> (Batch, usize) {
    let (server, client, url) = faulty(FaultPlan::script([fault])).await;
    let met = send(&client, &url, vec![plain("a"), plain("b"), plain("c")]).await;
    let applied = server.sqs().accepted("q").len();
    assert_eq!(server.requests().faulted("SendMessageBatch"), 1);
    // The script is over: the next one passes.
    assert_eq!(outcome(send(&client, &url, vec![plain("d")]).await), "ok");
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
    answers(Fault::error_before(500, "InternalError"), "whole InternalError", 0).await;
    answers(Fault::error_after(503, "ServiceUnavailable"), "whole ServiceUnavailable", 3).await;
    answers(Fault::ThrottleRequest, "whole RequestThrottled", 0).await;
    answers(Fault::access_denied(), "whole AccessDenied", 0).await;
    answers(Fault::expired_token(), "whole ExpiredToken", 0).await;
    let too_long = "AWS.SimpleQueueService.BatchRequestTooLong";
    answers(Fault::error_before(400, "BatchRequestTooLong"), &format!("whole {too_long}"), 0).await;
    answers(Fault::error_before(400, too_long), &format!("whole {too_long}"), 0).await;
}

#[tokio::test(start_paused = true)]
async fn an_error_has_its_status_and_its_modelled_type() {
    let (met, _) = meet(Fault::access_denied()).await;
    assert_eq!(met.unwrap_err().raw_response().unwrap().status().as_u16(), 403);
    let (met, _) = meet(Fault::ThrottleRequest).await;
    let error = met.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 400);
    assert_eq!(
        error.raw_response().unwrap().headers().get("x-amzn-query-error"),
        Some("RequestThrottled;Sender")
    );
    assert!(error.into_service_error().is_request_throttled());
    let (met, _) = meet(Fault::error_before(400, "KmsThrottled")).await;
    let error = met.unwrap_err().into_service_error();
    assert!(error.is_kms_throttled() && error.code() == Some("KMS.ThrottlingException"));
}

#[tokio::test(start_paused = true)]
async fn requests_are_refused_by_the_key_that_signed_them() {
    let refused = |id: &str| {
        let id = id.to_owned();
        Fault::refuse_keys(move |key| key == id, 403, "ExpiredToken")
    };
    answers(refused("local"), "whole ExpiredToken", 0).await;
    let (server, client, url) = faulty(FaultPlan::always(refused("another"))).await;
    assert_eq!(outcome(send(&client, &url, vec![plain("a")]).await), "ok");
    assert_eq!(server.requests().faulted("SendMessageBatch"), 0, "this one passed");
}

#[tokio::test(start_paused = true)]
async fn a_fault_is_no_error_in_the_log_of_the_sdk() {
    let errors = Errors::default();
    let _guard = tracing::subscriber::set_default(errors.clone());
    for fault in [Fault::error_before(503, "ServiceUnavailable"), Fault::ResetBefore, Fault::Unreachable] {
        meet(fault).await.0.unwrap_err();
    }
    assert_eq!(*errors.0.lock().unwrap(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn chosen_entries_fail_and_the_others_are_applied() {
    let partial = |entries, sender_fault| Fault::partial_failure(entries, "InternalError", sender_fault);
    answers(partial(Chosen::At(vec![1, 7]), false), "b InternalError of the service", 2).await;
    answers(partial(Chosen::All, true), "a InternalError, b InternalError, c InternalError", 0).await;
    answers(partial(Chosen::Rate(0.0), false), "ok", 3).await;
    let all = "a RequestThrottled of the service, b RequestThrottled of the service, c RequestThrottled of the service";
    answers(Fault::throttle_entries(Chosen::Rate(1.0)), all, 0).await;
    let blamed = Fault::ThrottleEntries { entries: Chosen::At(vec![2]), sender_fault: true };
    answers(blamed, "c RequestThrottled", 2).await;
}

#[tokio::test(start_paused = true)]
async fn entries_fail_and_requests_are_refused_by_their_content() {
    let is_b = |body: &str| body == "b";
    answers(Fault::fail_where(is_b, "InvalidMessageContents", true), "b InvalidMessageContents", 2).await;
    answers(
        Fault::reject_request_where(is_b, 400, "InvalidMessageContents"),
        "whole InvalidMessageContents",
        0,
    )
    .await;
    answers(Fault::reject_request_where(|body| body == "z", 400, "X"), "ok", 3).await;
}

#[tokio::test(start_paused = true)]
async fn a_reset_is_an_io_error() {
    for (fault, expected) in [(Fault::ResetBefore, 0), (Fault::ResetAfter, 3)] {
        let (met, applied) = meet(fault).await;
        assert_eq!(io_kind(&met), Some(io::ErrorKind::ConnectionReset));
        assert!(matches!(met, Err(SdkError::DispatchFailure(failure)) if failure.is_io()));
        assert_eq!(applied, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn an_unreachable_server_refuses_the_connection() {
    let (met, applied) = meet(Fault::Unreachable).await;
    assert_eq!(io_kind(&met), Some(io::ErrorKind::ConnectionRefused));
    assert!(matches!(met, Err(SdkError::DispatchFailure(failure)) if failure.is_io()));
    assert_eq!(applied, 0);
}

#[tokio::test(start_paused = true)]
async fn answers_that_cannot_be_read_leave_the_request_applied() {
    let (met, applied) = meet(Fault::Malformed).await;
    assert!(matches!(&met, Err(SdkError::ServiceError(error)) if error.err().code().is_none()), "{met:?}");
    assert_eq!(applied, 3);
    let (met, applied) = meet(Fault::Truncated).await;
    assert!(matches!(&met, Err(SdkError::ResponseError(_))), "{met:?}");
    assert_eq!(io_kind(&met), Some(io::ErrorKind::UnexpectedEof));
    assert_eq!(applied, 3);
}

#[tokio::test(start_paused = true)]
async fn a_hang_ends_by_the_clients_timeout_only() {
    for (fault, expected) in [(Fault::HangBefore, 0), (Fault::HangAfter, 3)] {
        let (server, _, url) = faulty(FaultPlan::always(fault)).await;
        for timeout in [
            TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(60)).build(),
            TimeoutConfig::builder().read_timeout(Duration::from_secs(60)).build(),
        ] {
            let client =
                Client::from_conf(config().http_client(server.http_client()).timeout_config(timeout).build());
            let started = now();
            let met = send(&client, &url, vec![plain("a"), plain("b"), plain("c")]).await;
            let timed_out = match &met {
                Err(SdkError::TimeoutError(_)) => true,
                Err(SdkError::DispatchFailure(failure)) => failure.is_timeout(),
                _ => false,
            };
            assert!(timed_out, "{met:?}");
            assert_eq!(started.elapsed().as_secs(), 60);
        }
        assert_eq!(server.sqs().accepted("q").len(), 2 * expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_single_message_meets_the_faults_of_an_entry() {
    let plan = FaultPlan::script([
        Fault::partial_failure(Chosen::All, "InternalError", false),
        Fault::fail_where(|body| body == "a", "InvalidMessageContents", true),
        Fault::throttle_entries(Chosen::All),
    ]);
    let (server, client, url) = faulty(plan).await;
    for (status, code) in [(500, "InternalError"), (400, "InvalidMessageContents"), (400, "RequestThrottled")]
    {
        let error = client.send_message().queue_url(&url).message_body("a").send().await.unwrap_err();
        assert_eq!(error.raw_response().unwrap().status().as_u16(), status);
        assert_eq!(error.code(), Some(code));
    }
    assert!(server.sqs().accepted("q").is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_invalid_entry_keeps_its_own_error_under_a_fault() {
    let plan = FaultPlan::always(Fault::partial_failure(Chosen::All, "InternalError", false));
    let (_, client, url) = faulty(plan).await;
    let sent = send(&client, &url, vec![plain("a"), crate::support::entry("b", "")]).await;
    assert_eq!(outcome(sent), "a InternalError of the service, b MissingParameter");
}

#[tokio::test(start_paused = true)]
async fn faults_strike_writes_unless_another_operation_is_named() {
    let (server, client, url) = faulty(FaultPlan::always(Fault::ThrottleRequest)).await;
    assert!(drain(&client, &url).await.is_empty());
    assert_eq!(outcome(send(&client, &url, vec![plain("a")]).await), "whole RequestThrottled");
    server.set_faults(FaultPlan::always(Fault::ThrottleRequest).only("ReceiveMessage").only("PurgeQueue"));
    assert_eq!(outcome(send(&client, &url, vec![plain("a")]).await), "ok");
    assert_eq!(
        client.receive_message().queue_url(&url).send().await.unwrap_err().code(),
        Some("RequestThrottled")
    );
    assert_eq!(
        client.purge_queue().queue_url(&url).send().await.unwrap_err().code(),
        Some("RequestThrottled")
    );
    server.set_faults(FaultPlan::none());
    assert_eq!(drain(&client, &url).await, ["a"]);
}

#[tokio::test(start_paused = true)]
async fn latency_passes_in_virtual_time_on_every_request() {
    let exact = Duration::from_millis(50);
    let (_, client, url) = faulty(FaultPlan::none().latency(exact..exact)).await;
    let started = now();
    send(&client, &url, vec![plain("a")]).await.unwrap();
    drain(&client, &url).await;
    // Sent, received, deleted, and received nothing.
    assert_eq!(started.elapsed(), 4 * exact);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_given_up_within_the_latency_may_have_been_applied() {
    let exact = Duration::from_millis(100);
    let (server, _, url) = faulty(FaultPlan::none().latency(exact..exact)).await;
    for (timeout, applied) in [(40, 0), (60, 1)] {
        let timeout =
            TimeoutConfig::builder().operation_attempt_timeout(Duration::from_millis(timeout)).build();
        let client =
            Client::from_conf(config().http_client(server.http_client()).timeout_config(timeout).build());
        send(&client, &url, vec![plain("a")]).await.unwrap_err();
        assert_eq!(server.sqs().accepted("q").len(), applied);
    }
}

#[tokio::test(start_paused = true)]
async fn the_sdk_retries_in_virtual_time() {
    let plan = FaultPlan::script([Fault::ThrottleRequest, Fault::ResetAfter]);
    let (server, _, url) = faulty(plan).await;
    let retries = RetryConfig::standard().with_max_attempts(3);
    let client = Client::from_conf(config().retry_config(retries).http_client(server.http_client()).build());
    let started = now();
    assert_eq!(outcome(send(&client, &url, vec![plain("a")]).await), "ok");
    assert_eq!(server.requests().count("SendMessageBatch"), 3);
    // The reset one was applied as well.
    assert_eq!(server.sqs().accepted("q").len(), 2);
    assert!(started.elapsed() > Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_builder_starts_with_its_plan() {
    let server =
        LocalServer::builder().faults(FaultPlan::always(Fault::ThrottleRequest).only("CreateQueue")).build();
    let error = client_of(&server).create_queue().queue_name("q").send().await.unwrap_err();
    assert_eq!(error.code(), Some("RequestThrottled"));
}
