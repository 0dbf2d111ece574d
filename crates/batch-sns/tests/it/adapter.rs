//! One request, and what each response to it means.

use batch_core::{Verdict, Verdicts};
use batch_sns::Message;
use batchwright_kit::{Canned, Response, failure, says, shown};

use crate::support::{accept, arn, batch, error, messages, send, sent, writer};

/// Checks what this response to a request of three messages means.
async fn check(response: Response, expected: &str) {
    let reply = send(&writer(Canned::script([response.clone()])), &messages(3)).await;
    assert_eq!(shown(&reply), expected, "{response:?}");
}

fn failed(id: &str, code: &str, sender_fault: bool) -> String {
    let fault = format!("<SenderFault>{sender_fault}</SenderFault>");
    format!("<member><Id>{id}</Id><Code>{code}</Code><Message>words</Message>{fault}</member>")
}

#[tokio::test(start_paused = true)]
async fn a_partial_failure_fails_its_entries_alone() {
    check(batch(&["0", "1", "2"].map(sent).concat(), ""), "Each[+ + +]").await;
    check(
        batch(&sent("1"), &(failed("2", "InternalError", false) + &failed("0", "InvalidParameter", true))),
        "Each[!InvalidParameter + ~InternalError]",
    )
    .await;
    check(batch(&(sent("2") + &sent("0")), &failed("1", "Throttling", true)), "Each[+ %Throttling +]").await;
}

#[tokio::test(start_paused = true)]
async fn every_message_gets_its_own_response_whatever_their_order() {
    let entry = |id| {
        let number = format!("<SequenceNumber>s{id}</SequenceNumber>");
        format!("<member><MessageId>m{id}</MessageId>{number}<Id>{id}</Id></member>")
    };
    let writer = writer(Canned::script([batch(&["1", "2", "0"].map(entry).concat(), "")]));
    let reply = send(&writer, &messages(3)).await;
    let Ok(Verdicts::Each(verdicts)) = reply else { panic!("{reply:?}") };
    for (n, verdict) in verdicts.into_iter().enumerate() {
        let Verdict::Accepted(sent) = verdict else { panic!("{verdict:?}") };
        let (id, number) = (format!("m{n}"), format!("s{n}"));
        assert_eq!((sent.message_id(), sent.sequence_number()), (&*id, Some(&*number)));
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_response_leaves_out_or_contradicts_is_ambiguous() {
    let not_mentioned = "Each[?NotMentioned ?NotMentioned ?NotMentioned]";
    check(batch(&sent("1"), ""), "Each[?NotMentioned + ?NotMentioned]").await;
    check(batch("", ""), not_mentioned).await;
    let empty = "<PublishBatchResponse><PublishBatchResult/></PublishBatchResponse>";
    check(Response::with(200, "text/xml", empty), not_mentioned).await;
    check(
        batch(&(sent("0") + &sent("1")), &(failed("1", "X", true) + &failed("2", "X", true))),
        "Each[+ ?ContradictoryResponse !X]",
    )
    .await;
    check(batch(&["a", "1", "2"].map(sent).concat(), &failed("b", "X", true)), "Each[?NotMentioned + +]")
        .await;
}

#[tokio::test(start_paused = true)]
async fn successes_that_cannot_be_read_are_ambiguous() {
    // What a cut document has left is a document to the SDK.
    for (body, expected) in [
        ("", "Ambiguous(HTTP 200)"),
        ("<html><body>It works!</body></html>", "Ambiguous(HTTP 200)"),
        ("<PublishBatchResponse><PublishBatchResult><Fai", "Each[?NotMentioned ?NotMentioned ?NotMentioned]"),
    ] {
        check(Response::with(200, "text/xml", body), expected).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_codes_of_errors_are_read() {
    for (status, code, class) in [
        (400, "BatchRequestTooLong", "Split"),
        (400, "InvalidParameter", "Split"),
        (400, "KMSDisabled", "Fatal"),
        (400, "KMSThrottling", "Throttled"),
        (400, "Throttling", "Throttled"),
        (403, "AuthorizationError", "Fatal"),
        (404, "NotFound", "UnknownDestination"),
        (500, "InternalError", "Ambiguous"),
    ] {
        check(error(status, code), &format!("{class}({code})")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_topic_is_named_with_its_region() {
    let failure = failure(send(&writer(Canned::script([error(404, "NotFound")])), &messages(1)).await);
    says(&failure, &[&format!("{} does not exist in region us-east-1", arn("alerts"))]);
}

#[tokio::test(start_paused = true)]
async fn a_request_carries_the_messages_as_they_are() {
    let http = Canned::new(accept);
    let full = Message::new("ä \"quoted\" & <\n>")
        .subject("100 %")
        .group("tenant")
        .attribute("number", 7)
        .binary_attribute("bytes", [0xff]);
    let json = Message::new(r#"{"default":"x"}"#).message_structure_json();
    let reply = send(&writer(http.clone()), &[Message::new("plain"), full, json]).await;
    assert_eq!(shown(&reply), "Each[+ + +]");
    let form = http.only_request().form();
    let entry = |n: usize| -> Vec<(&str, &str)> {
        let prefix = format!("PublishBatchRequestEntries.member.{n}.");
        let fields = form.iter().filter_map(|(name, value)| Some((name.strip_prefix(&prefix)?, &**value)));
        fields.collect()
    };
    assert_eq!(form["TopicArn"], arn("alerts"));
    assert_eq!(entry(1), [("Id", "0"), ("Message", "plain")]);
    let attributes: Vec<_> = entry(2)
        .into_iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("MessageAttributes.")?, value)))
        .collect();
    assert_eq!(attributes.len(), 6, "{attributes:?}");
    for (name, field, data_type, value) in
        [("number", "StringValue", "Number", "7"), ("bytes", "BinaryValue", "Binary", "/w==")]
    {
        let (place, _) = *attributes.iter().find(|(_, value)| *value == name).unwrap();
        let place = place.strip_suffix(".Name").unwrap();
        assert!(attributes.contains(&(&*format!("{place}.Value.DataType"), data_type)), "{attributes:?}");
        assert!(attributes.contains(&(&*format!("{place}.Value.{field}"), value)), "{attributes:?}");
    }
    let others: Vec<_> =
        entry(2).into_iter().filter(|(name, _)| !name.starts_with("MessageAttributes.")).collect();
    assert_eq!(
        others,
        [("Id", "1"), ("Message", "ä \"quoted\" & <\n>"), ("MessageGroupId", "tenant"), ("Subject", "100 %")]
    );
    assert_eq!(entry(3), [("Id", "2"), ("Message", r#"{"default":"x"}"#), ("MessageStructure", "json")]);
}
