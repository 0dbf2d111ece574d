//! Topics: what they accept, recognize and refuse.

use std::time::Duration;

use aws_sdk_sns::config::retry::RetryConfig;
use aws_sdk_sns::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sns::operation::publish_batch::{PublishBatchError, PublishBatchOutput};
use aws_sdk_sns::primitives::Blob;
use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry as Entry};
use aws_sdk_sns::{Client, config};
use batch_local::{AttributeValue, Chosen, Fault, FaultPlan, LocalServer};

type Batch = Result<PublishBatchOutput, SdkError<PublishBatchError>>;

/// A server with a topic of this name, a client that does not retry, and the ARN.
async fn topic(name: &str, attributes: &[(&str, &str)]) -> (LocalServer, Client, String) {
    let server = LocalServer::new();
    let config = config::Builder::from(&server.sdk_config()).retry_config(RetryConfig::disabled());
    let client = Client::from_conf(config.build());
    let arn = create(&client, name, attributes).await.unwrap();
    (server, client, arn)
}

/// Makes a topic: its ARN, or the code of the error.
async fn create(client: &Client, name: &str, attributes: &[(&str, &str)]) -> Result<String, String> {
    let mut create = client.create_topic().name(name);
    if name.ends_with(".fifo") {
        create = create.attributes("FifoTopic", "true");
    }
    for (name, value) in attributes {
        create = create.attributes(*name, *value);
    }
    let created = create.send().await.map_err(|error| error.code().unwrap().to_owned())?;
    Ok(created.topic_arn.unwrap())
}

fn entry(id: &str, body: &str) -> Entry {
    Entry::builder().id(id).message(body).build().unwrap()
}

fn grouped(id: &str, body: &str, group: &str, once: Option<&str>) -> Entry {
    let mut entry = entry(id, body);
    entry.message_group_id = Some(group.to_owned());
    entry.message_deduplication_id = once.map(str::to_owned);
    entry
}

fn with_attribute(name: &str, data_type: &str, text: Option<&str>, bytes: Option<&[u8]>) -> Entry {
    let value =
        MessageAttributeValue::builder().data_type(data_type).set_string_value(text.map(str::to_owned));
    let value = value.set_binary_value(bytes.map(Blob::new)).build().unwrap();
    let mut entry = entry("a", "body");
    entry.message_attributes = Some([(name.to_owned(), value)].into());
    entry
}

async fn publish(client: &Client, arn: &str, entries: Vec<Entry>) -> Batch {
    let request = client.publish_batch().topic_arn(arn);
    request.set_publish_batch_request_entries(Some(entries)).send().await
}

/// `ok`, or the code of the error; with the ids and codes of failed entries behind it.
fn outcome(batch: &Batch) -> String {
    match batch {
        Ok(output) => {
            let failed = output.failed().iter();
            let failed = failed.map(|entry| format!(" {}:{}:{}", entry.id, entry.code, entry.sender_fault));
            format!("ok{}", failed.collect::<String>())
        }
        Err(error) => error.code().unwrap_or("unreadable").to_owned(),
    }
}

/// Checks what a request with this one entry comes to.
async fn check(client: &Client, arn: &str, entry: Entry, expected: &str) {
    let shown = format!("{entry:?}");
    assert_eq!(outcome(&publish(client, arn, vec![entry]).await), expected, "{shown}");
}

#[tokio::test(start_paused = true)]
async fn what_was_published_can_be_read_back() {
    let (server, client, arn) = topic("alerts", &[]).await;
    assert_eq!(arn, "arn:aws:sns:us-east-1:000000000000:alerts");
    let mut full = entry("b", "<ä & %2B+\u{1}\n>");
    full.subject = Some("subject".to_owned());
    full.message_group_id = Some("group".to_owned());
    let value = MessageAttributeValue::builder().data_type("Binary").binary_value(Blob::new([0, 255]));
    full.message_attributes = Some([("bytes".to_owned(), value.build().unwrap())].into());
    let output = publish(&client, &arn, vec![entry("a", "plain"), full]).await.unwrap();
    let single = client.publish().topic_arn(&arn).message("alone").send().await.unwrap();

    let stored = server.sns().accepted("alerts");
    let [plain, full, alone] = &stored[..] else { panic!("{stored:?}") };
    let ids: Vec<_> =
        output.successful().iter().map(|sent| (sent.id().unwrap(), sent.message_id())).collect();
    assert_eq!(ids, [("a", Some(&*plain.message_id)), ("b", Some(&*full.message_id))]);
    assert_eq!(single.message_id(), Some(&*alone.message_id));
    assert_eq!((&*plain.body, plain.bytes, &plain.sequence_number), ("plain", 5, &None));
    assert_eq!((&*full.body, full.subject.as_deref()), ("<ä & %2B+\u{1}\n>", Some("subject")));
    assert_eq!((full.group_id.as_deref(), full.bytes), (Some("group"), 13 + 5 + 6 + 2));
    assert_eq!(full.attributes["bytes"].value, AttributeValue::Binary(vec![0, 255]));
    assert_eq!(server.sns().accepted_count("alerts"), 3);
    assert_eq!(server.sns().topic_names(), ["alerts"]);
    let sizes: Vec<_> =
        server.sns().batches("alerts").iter().map(|batch| (batch.entries, batch.bytes)).collect();
    assert_eq!(sizes, [(2, 5 + 26)]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_has_1_to_10_entries_with_distinct_ids_and_the_topics_bytes() {
    let (_server, client, arn) = topic("alerts", &[("MaximumMessageSize", "2000")]).await;
    let many = |count: usize| (0..count).map(|n| entry(&n.to_string(), "x")).collect();
    let bytes = |each: usize| (0..2).map(|n| entry(&n.to_string(), &"x".repeat(each))).collect();
    for (entries, expected) in [
        (many(0), "EmptyBatchRequest"),
        (many(10), "ok"),
        (many(11), "TooManyEntriesInBatchRequest"),
        (vec![entry("a", "x"), entry("a", "y")], "BatchEntryIdsNotDistinct"),
        (vec![entry("", "x")], "InvalidBatchEntryId"),
        (vec![entry("a b", "x")], "InvalidBatchEntryId"),
        (vec![entry(&"a".repeat(81), "x")], "InvalidBatchEntryId"),
        (bytes(1_000), "ok"),
        (bytes(1_001), "BatchRequestTooLong"),
    ] {
        assert_eq!(outcome(&publish(&client, &arn, entries).await), expected);
    }
    let single = client.publish().topic_arn(&arn).message("x".repeat(2_001)).send().await;
    assert_eq!(single.unwrap_err().code(), Some("InvalidParameter"));
}

#[tokio::test(start_paused = true)]
async fn one_invalid_message_spoils_its_batch() {
    let (server, client, arn) = topic("alerts", &[]).await;
    check(&client, &arn, entry("a", ""), "InvalidParameter").await;
    let subject = |text: String| {
        let mut entry = entry("a", "x");
        entry.subject = Some(text);
        entry
    };
    check(&client, &arn, subject("ä".repeat(100)), "ok").await;
    for text in [String::new(), "s".repeat(101), "a\nb".to_owned(), "\u{7f}".to_owned()] {
        check(&client, &arn, subject(text), "InvalidParameter").await;
    }
    for (structure, body, expected) in [
        ("json", r#"{"default":"x","sqs":1}"#, "ok"),
        ("json", r#"{"sqs":"x"}"#, "InvalidParameter"),
        ("json", r#"{"default":1}"#, "InvalidParameter"),
        ("json", r#"{"default":"x","default":"x"}"#, "InvalidParameter"),
        ("json", "text", "InvalidParameter"),
        ("xml", "text", "InvalidParameter"),
    ] {
        let mut entry = entry("a", body);
        entry.message_structure = Some(structure.to_owned());
        check(&client, &arn, entry, expected).await;
    }
    let count = server.sns().accepted_count("alerts");
    let spoilt = publish(&client, &arn, vec![entry("a", "fine"), entry("b", "")]).await;
    assert_eq!((&*outcome(&spoilt), server.sns().accepted_count("alerts")), ("InvalidParameter", count));
}

#[tokio::test(start_paused = true)]
async fn attributes_have_names_types_and_values_that_fit() {
    let (_server, client, arn) = topic("alerts", &[]).await;
    let text = |name, data_type, text| with_attribute(name, data_type, Some(text), None);
    for (entry, is_valid) in [
        (text("Name.with-all_9", "String", "\n"), true),
        (text("n", "Number", "-1.5e3"), true),
        (text("n", "String.Array", r#"["a",1,true,null]"#), true),
        (with_attribute("n", "Binary", None, Some(&[0])), true),
        (text("", "String", "x"), false),
        (text("AWS.n", "String", "x"), false),
        (text("a..b", "String", "x"), false),
        (text("n", "String", ""), false),
        (text("n", "String.colour", "x"), false),
        (text("n", "Number", "many"), false),
        (text("n", "Number", "inf"), false),
        (text("n", "String.Array", "a"), false),
        (text("n", "String.Array", r#"[["a"]]"#), false),
        (text("n", "Binary", "x"), false),
        (with_attribute("n", "Binary", None, Some(&[])), false),
        (with_attribute("n", "String", None, Some(&[0])), false),
        (with_attribute("n", "String", None, None), false),
    ] {
        check(&client, &arn, entry, if is_valid { "ok" } else { "ParameterValueInvalid" }).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_fifo_topic_needs_ids_and_a_standard_topic_takes_none_for_deduplication() {
    let (_server, client, arn) = topic("alerts", &[]).await;
    check(&client, &arn, grouped("a", "x", "group", None), "ok").await;
    check(&client, &arn, grouped("a", "x", "a b", None), "InvalidParameter").await;
    check(&client, &arn, grouped("a", "x", "group", Some("once")), "InvalidParameter").await;

    let arn = create(&client, "orders.fifo", &[]).await.unwrap();
    check(&client, &arn, entry("a", "x"), "InvalidParameter").await;
    check(&client, &arn, grouped("a", "x", "group", None), "InvalidParameter").await;
    check(&client, &arn, grouped("a", "x", "group", Some("")), "InvalidParameter").await;
    check(&client, &arn, grouped("a", "x", &"g".repeat(128), Some(&"d".repeat(128))), "ok").await;
    check(&client, &arn, grouped("a", "x", &"g".repeat(129), Some("d")), "InvalidParameter").await;
}

#[tokio::test(start_paused = true)]
async fn a_fifo_topic_recognizes_duplicates_for_five_minutes() {
    let (server, client, arn) = topic("orders.fifo", &[]).await;
    let entries = || vec![grouped("a", "x", "g", Some("1")), grouped("b", "y", "h", Some("1"))];
    let first = publish(&client, &arn, entries()).await.unwrap();
    let [sent, duplicate] = first.successful() else { panic!("{first:?}") };
    assert_eq!(sent.message_id(), duplicate.message_id(), "also within a batch, and across groups");
    assert_eq!(sent.sequence_number().map(str::len), Some(20));
    tokio::time::advance(Duration::from_secs(299)).await;
    let again = publish(&client, &arn, entries()).await.unwrap();
    assert_eq!(again.successful()[0].sequence_number(), sent.sequence_number());
    assert_eq!(server.sns().accepted_count("orders.fifo"), 1);
    tokio::time::advance(Duration::from_secs(2)).await;
    publish(&client, &arn, entries()).await.unwrap();
    assert_eq!(server.sns().accepted_count("orders.fifo"), 2);
}

#[tokio::test(start_paused = true)]
async fn duplicates_are_told_by_content_and_by_group_where_the_topic_says_so() {
    let attributes = [("ContentBasedDeduplication", "true"), ("FifoThroughputScope", "MessageGroup")];
    let (server, client, arn) = topic("orders.fifo", &attributes).await;
    let entries = vec![
        grouped("a", "x", "g", None),
        grouped("b", "x", "g", None),
        grouped("c", "x", "h", None),
        grouped("d", "x", "h", Some("given")),
    ];
    assert_eq!(outcome(&publish(&client, &arn, entries).await), "ok");
    let groups: Vec<_> =
        server.sns().accepted("orders.fifo").into_iter().filter_map(|message| message.group_id).collect();
    assert_eq!(groups, ["g", "h", "h"]);
}

#[tokio::test(start_paused = true)]
async fn topics_keep_the_rules_of_names_and_attributes() {
    let (_server, client, arn) = topic("alerts", &[]).await;
    assert_eq!(create(&client, "alerts", &[]).await, Ok(arn.clone()), "it is there already");
    let long = "a".repeat(257);
    for (name, attributes) in [
        ("alerts", &[("MaximumMessageSize", "1024")][..]),
        ("", &[]),
        ("al.erts", &[]),
        (&*long, &[]),
        (".fifo", &[]),
        ("new", &[("MaximumMessageSize", "1023")]),
        ("new", &[("MaximumMessageSize", "1048577")]),
        ("new", &[("ContentBasedDeduplication", "true")]),
        ("new", &[("FifoTopic", "true")]),
        ("new", &[("DisplayName", "x")]),
    ] {
        let created = create(&client, name, attributes).await;
        assert_eq!(created, Err("InvalidParameter".to_owned()), "{name}, {attributes:?}");
    }
    for (topic, code) in [(arn.replace("alerts", "x"), "NotFound"), ("alerts".to_owned(), "InvalidParameter")]
    {
        assert_eq!(outcome(&publish(&client, &topic, vec![entry("a", "x")]).await), code);
    }
}

#[tokio::test(start_paused = true)]
async fn faults_are_in_the_words_of_the_service() {
    let (server, client, arn) = topic("alerts", &[]).await;
    let at = |positions: &[usize]| Chosen::At(positions.to_vec());
    for (fault, expected, accepted) in [
        (Fault::access_denied(), "AuthorizationError", 0),
        (Fault::error_after(500, "InternalError"), "InternalError", 2),
        (Fault::error_before(503, "ServiceUnavailable"), "ServiceUnavailable", 0),
        (Fault::expired_token(), "ExpiredToken", 0),
        (Fault::Malformed, "unreadable", 2),
        (Fault::partial_failure(at(&[1]), "InternalError", false), "ok b:InternalError:false", 1),
        (Fault::throttle_entries(at(&[0])), "ok a:Throttling:false", 1),
        (Fault::ThrottleRequest, "Throttling", 0),
    ] {
        let before = server.sns().accepted_count("alerts");
        server.set_faults(FaultPlan::always(fault.clone()));
        let batch = publish(&client, &arn, vec![entry("a", "x"), entry("b", "y")]).await;
        assert_eq!(outcome(&batch), expected, "{fault:?}");
        assert_eq!(server.sns().accepted_count("alerts") - before, accepted, "{fault:?}");
    }
    server.set_faults(FaultPlan::always(Fault::throttle_entries(Chosen::All)));
    let single = client.publish().topic_arn(&arn).message("x").send().await;
    assert_eq!(single.unwrap_err().code(), Some("Throttling"));
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_is_not_served_is_refused_in_xml() {
    let (server, client, arn) = topic("alerts", &[]).await;
    let error = client.delete_topic().topic_arn(arn).send().await.unwrap_err();
    assert_eq!(error.code(), Some("UnknownOperationException"));
    assert_eq!(server.requests().count("Unknown"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_discards_counts_and_confirms_only() {
    let server = LocalServer::builder().discard(true).build();
    let client = Client::new(&server.sdk_config());
    let arn = create(&client, "orders.fifo", &[]).await.unwrap();
    for _ in 0..2 {
        publish(&client, &arn, vec![grouped("a", "x", "g", Some("1"))]).await.unwrap();
    }
    let sns = server.sns();
    assert_eq!((sns.accepted_count("orders.fifo"), sns.accepted("orders.fifo").len()), (2, 0));
    assert!(sns.batches("orders.fifo").is_empty());
}
