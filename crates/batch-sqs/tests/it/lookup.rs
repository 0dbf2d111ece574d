//! The URL of a queue that was given by name.

use std::time::Duration;

use batch_sqs::{Queue, Sqs, SqsWriter};
use serde_json::json;
use tokio::task::JoinSet;

use crate::canned::{Answer, Asked, Canned};
use crate::support::{URL, client, failure, messages, says, send, shown};

fn by_name(http: &Canned) -> SqsWriter {
    SqsWriter::builder(Sqs::new(client(http.clone()), "orders")).build().unwrap()
}

fn url() -> Answer {
    Answer::ok(&json!({ "QueueUrl": URL }))
}

/// Answers lookups by this script, and takes all messages.
fn looked_up(answers: impl IntoIterator<Item = Answer>) -> Canned {
    let lookups = Canned::script(answers);
    Canned::new(move |asked| match asked.operation.as_str() {
        "GetQueueUrl" => lookups.next(asked),
        _ => Answer::accept(asked),
    })
}

#[tokio::test(start_paused = true)]
async fn a_name_is_looked_up_once() {
    let http = looked_up([url()]);
    let writer = by_name(&http);
    for _ in 0..3 {
        assert_eq!(shown(&send(&writer, &messages(1)).await), "Each[+]");
    }
    assert_eq!((http.count("GetQueueUrl"), http.count("SendMessageBatch")), (1, 3));
    assert_eq!(http.asked()[0].body, json!({ "QueueName": "orders" }));
    assert_eq!(http.asked()[1].body["QueueUrl"], URL);
}

#[tokio::test(start_paused = true)]
async fn the_account_of_another_owner_goes_into_the_lookup() {
    let http = looked_up([url()]);
    let queue = Queue::new("orders").owned_by("123456789012");
    let writer = SqsWriter::builder(Sqs::new(client(http.clone()), queue)).build().unwrap();
    let _ = send(&writer, &messages(1)).await;
    assert_eq!(
        http.asked()[0].body,
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
    assert_eq!(send_at_once(&by_name(&http)).await, ["Each[+]"; 8]);
    assert_eq!(http.count("GetQueueUrl"), 1);
}

#[tokio::test(start_paused = true)]
async fn requests_that_start_together_share_one_failed_lookup() {
    let http = looked_up([Answer::error(400, "RequestThrottled"), url()]);
    let writer = by_name(&http);
    assert_eq!(send_at_once(&writer).await, ["Throttled(RequestThrottled)"; 8]);
    assert_eq!(http.count("GetQueueUrl"), 1);
    assert_eq!(send_at_once(&writer).await, ["Each[+]"; 8]);
    assert_eq!(http.count("GetQueueUrl"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_lookup_that_is_given_up_leaves_its_turn_to_the_next() {
    let http = looked_up([Answer::Hang, url()]);
    let writer = by_name(&http);
    let messages = messages(1);
    let (given_up, waited) = tokio::join!(
        tokio::time::timeout(Duration::from_secs(1), send(&writer, &messages)),
        send(&writer, &messages)
    );
    assert!(given_up.is_err());
    assert_eq!(shown(&waited), "Each[+]");
}

#[tokio::test(start_paused = true)]
async fn a_failed_lookup_never_counts_as_sent_and_blames_no_message() {
    for (answer, expected) in [
        (
            Answer::error(400, "AWS.SimpleQueueService.NonExistentQueue"),
            "UnknownDestination(NonExistentQueue)",
        ),
        (Answer::plain_error(400, "QueueDoesNotExist"), "UnknownDestination(QueueDoesNotExist)"),
        (Answer::error(403, "AccessDenied"), "Fatal(AccessDenied)"),
        (Answer::error(400, "InvalidParameterValue"), "Fatal(InvalidParameterValue)"),
        (Answer::error(403, "ExpiredToken"), "Expired(ExpiredToken)"),
        (Answer::error(500, "InternalError"), "Retry(InternalError)"),
        (Answer::Http(503, None, String::new()), "Retry(HTTP 503)"),
        (Answer::Http(200, None, "{".to_owned()), "Retry(HTTP 200)"),
        (Answer::ok(&json!({})), "Retry(UnreadableAnswer)"),
        (Answer::ok(&json!({ "QueueUrl": "" })), "Retry(UnreadableAnswer)"),
        (Answer::Reset, "Retry(ConnectionLost)"),
        (Answer::Refused, "Unsent(NotConnected)"),
        (Answer::Http(429, None, String::new()), "Throttled(HTTP 429)"),
    ] {
        let http = looked_up([answer.clone()]);
        assert_eq!(shown(&send(&by_name(&http), &messages(2)).await), expected, "{answer:?}");
        assert_eq!(http.count("SendMessageBatch"), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_does_not_exist_is_named_in_the_failure() {
    let http = looked_up([Answer::error(400, "AWS.SimpleQueueService.NonExistentQueue")]);
    let failure = failure(send(&by_name(&http), &messages(1)).await);
    says(
        &failure,
        &["the queue orders does not exist in region eu-west-1 for the account of these credentials"],
    );

    let queue = Queue::new("orders").owned_by("123456789012");
    let writer = SqsWriter::builder(Sqs::new(client(http), queue)).build().unwrap();
    says(&crate::support::failure(send(&writer, &messages(1)).await), &["for account 123456789012"]);
}

/// Answers lookups with URLs that count up; takes no messages for the first of them.
fn moved(asked: &Asked, lookups: usize) -> Answer {
    match asked.operation.as_str() {
        "GetQueueUrl" => Answer::ok(&json!({ "QueueUrl": format!("{URL}-{lookups}") })),
        _ if asked.body["QueueUrl"] == format!("{URL}-0") => {
            Answer::error(400, "AWS.SimpleQueueService.NonExistentQueue")
        }
        _ => Answer::accept(asked),
    }
}

#[tokio::test(start_paused = true)]
async fn a_url_that_turns_out_wrong_is_looked_up_afresh() {
    let lookups = std::sync::atomic::AtomicUsize::new(0);
    let http = Canned::new(move |asked| {
        let is_lookup = usize::from(asked.operation == "GetQueueUrl");
        moved(asked, lookups.fetch_add(is_lookup, std::sync::atomic::Ordering::Relaxed))
    });
    let writer = by_name(&http);
    assert_eq!(shown(&send(&writer, &messages(1)).await), "UnknownDestination(NonExistentQueue)");
    assert_eq!(shown(&send(&writer, &messages(1)).await), "Each[+]");
    assert_eq!(http.count("GetQueueUrl"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_url_that_the_user_gave_is_never_looked_up() {
    let http = Canned::script([Answer::error(400, "AWS.SimpleQueueService.NonExistentQueue")]);
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
    assert_eq!(shown(&send(&writer, &messages(1)).await), "Each[+]");
    assert_eq!((http.count("GetQueueUrl"), http.count("SendMessageBatch")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_queue_given_by_url_is_checked_by_an_attribute() {
    let attributes = json!({ "Attributes": { "QueueArn": "arn:aws:sqs:eu-west-1:123456789012:orders" } });
    let http = Canned::script([Answer::ok(&attributes)]);
    Sqs::new(client(http.clone()), URL).check().await.unwrap();
    assert_eq!(http.asked()[0].operation, "GetQueueAttributes");
    assert_eq!(http.asked()[0].body, json!({ "QueueUrl": URL, "AttributeNames": ["QueueArn"] }));
}

#[tokio::test(start_paused = true)]
async fn a_check_says_what_is_wrong_before_the_first_message() {
    let not_there = Answer::error(400, "AWS.SimpleQueueService.NonExistentQueue");
    let forbidden = Answer::error(403, "AccessDenied");
    for (queue, answer, expected) in [
        ("orders", not_there.clone(), "the destination was not found: NonExistentQueue"),
        (URL, not_there, "the destination was not found: NonExistentQueue"),
        ("orders", forbidden.clone(), "the destination could not be looked up: AccessDenied"),
        (URL, forbidden.clone(), "allow them sqs:GetQueueAttributes"),
        ("no queue", forbidden, "the options are invalid: the queue name \"no queue\""),
    ] {
        let http = Canned::script([answer]);
        let error = Sqs::new(client(http.clone()), queue).check().await.unwrap_err();
        let mut shown = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(error) = source {
            shown = format!("{shown}: {error}");
            source = error.source();
        }
        assert!(shown.contains(expected), "{shown}");
    }
}
