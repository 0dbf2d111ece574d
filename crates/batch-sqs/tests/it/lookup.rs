//! The URL of a queue that was given by name.

use std::time::Duration;

use aws_sdk_sqs::Client;
use batch_local::{Fault, FaultPlan};
use batch_sqs::{Message, Queue, Sqs, SqsWriter};
use batchwright_kit::{Canned, Request, Response, Setup, check_sums, codes, failure, report, says, shown};
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{URL, accept, client, error, messages, plain_error, send, served};

fn by_name(http: &Canned) -> SqsWriter {
    SqsWriter::builder(Sqs::new(client(http.clone()), "orders")).build().unwrap()
}

fn url() -> Response {
    Response::ok(&json!({ "QueueUrl": URL }))
}

/// Answers lookups by this script, and takes all messages.
fn looked_up(answers: impl IntoIterator<Item = Response>) -> Canned {
    let lookups = Canned::script(answers);
    Canned::new(move |request| match request.operation() {
        "GetQueueUrl" => lookups.next(request),
        _ => accept(request),
    })
}

#[tokio::test(start_paused = true)]
async fn a_name_is_looked_up_once() {
    let http = looked_up([url()]);
    let writer = by_name(&http);
    for _ in 0..3 {
        assert_eq!(shown(&send(&writer, &messages(1)).await), "AllAccepted");
    }
    assert_eq!((http.count("GetQueueUrl"), http.count("SendMessageBatch")), (1, 3));
    assert_eq!(http.requests()[0].json(), json!({ "QueueName": "orders" }));
    assert_eq!(http.requests()[1].json()["QueueUrl"], URL);
}

#[tokio::test(start_paused = true)]
async fn the_account_of_another_owner_goes_into_the_lookup() {
    let http = looked_up([url()]);
    let queue = Queue::new("orders").owned_by("123456789012");
    let writer = SqsWriter::builder(Sqs::new(client(http.clone()), queue)).build().unwrap();
    let _ = send(&writer, &messages(1)).await;
    assert_eq!(
        http.requests()[0].json(),
        json!({ "QueueName": "orders", "QueueOwnerAWSAccountId": "123456789012" })
    );
}

/// Sends 8 requests at once; what they come to.
async fn send_at_once(writer: &SqsWriter) -> Vec<String> {
    let mut requests = JoinSet::new();
    for _ in 0..8 {
        let writer = writer.clone();
        requests.spawn(async move { shown(&send(&writer, &messages(1)).await) });
    }
    requests.join_all().await
}

#[tokio::test(start_paused = true)]
async fn requests_that_start_together_share_one_lookup() {
    let http = looked_up([url()]);
    assert_eq!(send_at_once(&by_name(&http)).await, ["AllAccepted"; 8]);
    assert_eq!(http.count("GetQueueUrl"), 1);
}

#[tokio::test(start_paused = true)]
async fn requests_that_start_together_share_one_failed_lookup() {
    let http = looked_up([error(400, "RequestThrottled"), url()]);
    let writer = by_name(&http);
    assert_eq!(send_at_once(&writer).await, ["Throttled(RequestThrottled)"; 8]);
    assert_eq!(http.count("GetQueueUrl"), 1);
    assert_eq!(send_at_once(&writer).await, ["AllAccepted"; 8]);
    assert_eq!(http.count("GetQueueUrl"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_lookup_that_is_given_up_leaves_its_turn_to_the_next() {
    let http = looked_up([Response::Hang, url()]);
    let writer = by_name(&http);
    let messages = messages(1);
    let (given_up, waited) = tokio::join!(
        tokio::time::timeout(Duration::from_secs(1), send(&writer, &messages)),
        send(&writer, &messages)
    );
    assert!(given_up.is_err());
    assert_eq!(shown(&waited), "AllAccepted");
}

#[tokio::test(start_paused = true)]
async fn a_failed_lookup_never_counts_as_sent_and_blames_no_message() {
    for (answer, expected) in [
        (error(400, "AWS.SimpleQueueService.NonExistentQueue"), "UnknownDestination(NonExistentQueue)"),
        (plain_error(400, "QueueDoesNotExist"), "UnknownDestination(QueueDoesNotExist)"),
        (error(403, "AccessDenied"), "Fatal(AccessDenied)"),
        (error(400, "InvalidParameterValue"), "Fatal(InvalidParameterValue)"),
        (error(403, "ExpiredToken"), "Expired(ExpiredToken)"),
        (error(500, "InternalError"), "Retry(InternalError)"),
        (Response::page(503, ""), "Retry(HTTP 503)"),
        (Response::page(200, "{"), "Retry(HTTP 200)"),
        (Response::ok(&json!({})), "Retry(UnreadableResponse)"),
        (Response::ok(&json!({ "QueueUrl": "" })), "Retry(UnreadableResponse)"),
        (Response::Reset, "Retry(ConnectionLost)"),
        (Response::Refused, "Unsent(NotConnected)"),
        (Response::page(429, ""), "Throttled(HTTP 429)"),
    ] {
        let http = looked_up([answer.clone()]);
        assert_eq!(shown(&send(&by_name(&http), &messages(2)).await), expected, "{answer:?}");
        assert_eq!(http.count("SendMessageBatch"), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_does_not_exist_is_named_in_the_failure() {
    let http = looked_up([error(400, "AWS.SimpleQueueService.NonExistentQueue")]);
    let failure = failure(send(&by_name(&http), &messages(1)).await);
    says(
        &failure,
        &["the queue orders does not exist in region us-east-1 for the account of these credentials"],
    );

    let queue = Queue::new("orders").owned_by("123456789012");
    let writer = SqsWriter::builder(Sqs::new(client(http), queue)).build().unwrap();
    says(&batchwright_kit::failure(send(&writer, &messages(1)).await), &["for account 123456789012"]);
}

/// Answers lookups with URLs that count up; takes no messages for the first of them.
fn moved(request: &Request, lookups: usize) -> Response {
    match request.operation() {
        "GetQueueUrl" => Response::ok(&json!({ "QueueUrl": format!("{URL}-{lookups}") })),
        _ if request.json()["QueueUrl"] == format!("{URL}-0") => {
            error(400, "AWS.SimpleQueueService.NonExistentQueue")
        }
        _ => accept(request),
    }
}

#[tokio::test(start_paused = true)]
async fn a_url_that_turns_out_wrong_is_looked_up_afresh() {
    let lookups = std::sync::atomic::AtomicUsize::new(0);
    let http = Canned::new(move |request| {
        let is_lookup = usize::from(request.operation() == "GetQueueUrl");
        moved(request, lookups.fetch_add(is_lookup, std::sync::atomic::Ordering::Relaxed))
    });
    let writer = by_name(&http);
    assert_eq!(shown(&send(&writer, &messages(1)).await), "UnknownDestination(NonExistentQueue)");
    assert_eq!(shown(&send(&writer, &messages(1)).await), "AllAccepted");
    assert_eq!(http.count("GetQueueUrl"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_url_that_the_user_gave_is_never_looked_up() {
    let http = Canned::script([error(400, "AWS.SimpleQueueService.NonExistentQueue")]);
    let writer = crate::support::writer(http.clone());
    for _ in 0..2 {
        assert_eq!(shown(&send(&writer, &messages(1)).await), "UnknownDestination(NonExistentQueue)");
    }
    assert_eq!((http.count("GetQueueUrl"), http.count("SendMessageBatch")), (0, 2));
}

#[tokio::test(start_paused = true)]
async fn a_checked_queue_spares_the_first_request_its_lookup() {
    let http = looked_up([url()]);
    let queue = Sqs::new(client(http.clone()), "orders").check().await.unwrap();
    assert_eq!(http.count("GetQueueUrl"), 1);
    let writer = SqsWriter::builder(queue).build().unwrap();
    assert_eq!(shown(&send(&writer, &messages(1)).await), "AllAccepted");
    assert_eq!((http.count("GetQueueUrl"), http.count("SendMessageBatch")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_queue_given_by_url_is_checked_by_an_attribute() {
    let attributes = json!({ "Attributes": { "QueueArn": "arn:aws:sqs:us-east-1:123456789012:orders" } });
    let http = Canned::script([Response::ok(&attributes)]);
    Sqs::new(client(http.clone()), URL).check().await.unwrap();
    assert_eq!(http.requests()[0].operation(), "GetQueueAttributes");
    assert_eq!(http.requests()[0].json(), json!({ "QueueUrl": URL, "AttributeNames": ["QueueArn"] }));
}

#[tokio::test(start_paused = true)]
async fn a_check_says_what_is_wrong_before_the_first_message() {
    let not_there = error(400, "AWS.SimpleQueueService.NonExistentQueue");
    let forbidden = error(403, "AccessDenied");
    for (queue, answer, expected) in [
        ("orders", not_there.clone(), "the destination was not found: NonExistentQueue"),
        (URL, not_there, "the destination was not found: NonExistentQueue"),
        ("orders", forbidden.clone(), "the destination could not be looked up: AccessDenied"),
        (URL, forbidden.clone(), "allow them sqs:GetQueueAttributes"),
        ("no queue", forbidden, "the options are invalid: the queue name \"no queue\""),
    ] {
        let http = Canned::script([answer]);
        let error = Sqs::new(client(http.clone()), queue).check().await.unwrap_err();
        let shown = report(&error);
        assert!(shown.contains(expected), "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_check_through_a_client_with_an_empty_endpoint_says_so() {
    let config = Setup::with_credentials().http_client(Canned::never()).endpoint_url("").build();
    for queue in ["orders", URL] {
        let shown = report(&Sqs::new(Client::new(&config), queue).check().await.unwrap_err());
        assert!(shown.contains("NoEndpoint: the endpoint URL of the client is empty"), "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_url_of_a_queue_that_does_not_exist_is_named() {
    let (_server, client) = served("others", &[]).await;
    let queue = Queue::new("https://sqs.eu-west-1.amazonaws.com/000000000000/orders");
    let writer = SqsWriter::builder(Sqs::new(client, queue)).build().unwrap();
    writer.submit(Message::new("message")).await.unwrap();
    says(&writer.flush().await[0], &["000000000000/orders does not exist in region us-east-1"]);
    check_sums(&writer, 0, 1);
}

#[tokio::test(start_paused = true)]
async fn access_denied_to_the_lookup_hands_back_without_sending() {
    let (server, client) = served("orders", &[]).await;
    server.set_faults(FaultPlan::always(Fault::access_denied()).only("GetQueueUrl"));
    let writer = SqsWriter::builder(Sqs::new(client, "orders")).build().unwrap();
    for message in messages(3) {
        writer.submit(message).await.unwrap();
    }
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), ["AccessDenied"; 3]);
    says(&unprocessed[0], &["sqs:GetQueueUrl to find it by name"]);
    assert!(!unprocessed[0].maybe_delivered);
    assert_eq!(server.requests().count("SendMessageBatch"), 0);
    check_sums(&writer, 0, 3);
}
