//! Every limit of a message and of a batch: exactly at it, and one beyond.

use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{
    MessageAttributeValue, MessageSystemAttributeNameForSends, MessageSystemAttributeValue,
    SendMessageBatchRequestEntry as Entry,
};

use crate::support::{check, delayed, entry, local, named, plain, queue, text, with};

const MIB: usize = 1_048_576;
const INVALID: &str = "InvalidParameterValue";

async fn whole(entries: Vec<Entry>, code: &str) {
    check("q", &[], entries, &format!("whole {code}")).await;
}

async fn ok(entries: Vec<Entry>) {
    check("q", &[], entries, "ok").await;
}

/// One entry is bad, the other one is taken.
async fn alone(bad: Entry, code: &str) {
    check("q", &[], vec![named("bad", bad), plain("good")], &format!("bad {code}")).await;
}

fn count(entries: usize) -> Vec<Entry> {
    (0..entries).map(|index| plain(&index.to_string())).collect()
}

fn sized(bytes: usize) -> Entry {
    entry("sized", &"x".repeat(bytes))
}

fn attributed(attributes: &[(&str, MessageAttributeValue)]) -> Entry {
    let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    with(plain("a"), |entry| entry.message_attributes = Some(attributes))
}

fn binary(data_type: &str, value: &[u8]) -> MessageAttributeValue {
    MessageAttributeValue::builder().data_type(data_type).binary_value(Blob::new(value)).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_batch_has_one_to_ten_entries_with_distinct_ids() {
    whole(count(0), "AWS.SimpleQueueService.EmptyBatchRequest").await;
    ok(count(1)).await;
    ok(count(10)).await;
    whole(count(11), "AWS.SimpleQueueService.TooManyEntriesInBatchRequest").await;
    whole(vec![plain("a"), plain("a")], "AWS.SimpleQueueService.BatchEntryIdsNotDistinct").await;
}

#[tokio::test(start_paused = true)]
async fn an_entry_id_has_up_to_80_letters_digits_hyphens_and_underscores() {
    const INVALID_ID: &str = "AWS.SimpleQueueService.InvalidBatchEntryId";
    for id in ["a", "Az09-_", &"x".repeat(80)] {
        ok(vec![entry(id, "body")]).await;
    }
    for id in ["", "a b", "a.b", "ü", &"x".repeat(81)] {
        whole(vec![entry(id, "body"), plain("good")], INVALID_ID).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_has_up_to_one_mebibyte_of_messages() {
    const TOO_LONG: &str = "AWS.SimpleQueueService.BatchRequestTooLong";
    ok(vec![sized(MIB)]).await;
    whole(vec![sized(MIB + 1)], TOO_LONG).await;
    ok(vec![sized(MIB - 1), plain("a")]).await;
    whole(vec![sized(MIB), plain("a")], TOO_LONG).await;
    // Ids do not count, and neither does how JSON writes a body.
    ok(vec![entry(&"i".repeat(80), &"\"".repeat(MIB))]).await;
    // Bytes count, not characters.
    ok(vec![entry("a", &"é".repeat(MIB / 2))]).await;
    whole(vec![entry("a", &"é".repeat(MIB / 2 + 1))], TOO_LONG).await;
}

#[tokio::test(start_paused = true)]
async fn names_types_and_values_of_attributes_count_as_bytes() {
    const TOO_LONG: &str = "AWS.SimpleQueueService.BatchRequestTooLong";
    let with = |value: MessageAttributeValue, body: usize| {
        let attributes = [("name".to_owned(), value)].into();
        vec![with(sized(body), |entry| entry.message_attributes = Some(attributes))]
    };
    let counted = "name".len() + "String".len() + "value".len();
    ok(with(text("String", "value"), MIB - counted)).await;
    whole(with(text("String", "value"), MIB - counted + 1), TOO_LONG).await;
    // A binary value counts as it is, not as it is encoded.
    let counted = "name".len() + "Binary".len() + 300;
    ok(with(binary("Binary", &[7; 300]), MIB - counted)).await;
    whole(with(binary("Binary", &[7; 300]), MIB - counted + 1), TOO_LONG).await;
}

#[tokio::test(start_paused = true)]
async fn system_attributes_do_not_count_as_bytes() {
    let trace = MessageSystemAttributeValue::builder()
        .data_type("String")
        .string_value("Root=1-5759e988")
        .build()
        .unwrap();
    let attributes = [(MessageSystemAttributeNameForSends::AwsTraceHeader, trace)].into();
    ok(vec![with(sized(MIB), |entry| entry.message_system_attributes = Some(attributes))]).await;
}

#[tokio::test(start_paused = true)]
async fn a_message_keeps_the_maximum_of_its_queue() {
    let small = [("MaximumMessageSize", "1024")];
    check("q", &small, vec![sized(1024), plain("good")], "ok").await;
    check("q", &small, vec![sized(1025), plain("good")], "sized InvalidParameterValue").await;
}

#[tokio::test(start_paused = true)]
async fn a_body_is_not_empty() {
    alone(entry("a", ""), "MissingParameter").await;
}

#[tokio::test(start_paused = true)]
async fn bodies_and_text_attributes_have_the_characters_of_xml() {
    for good in [
        '\t',
        '\n',
        '\r',
        ' ',
        '\u{7f}',
        '\u{80}',
        '\u{d7ff}',
        '\u{e000}',
        '\u{fffd}',
        '\u{10000}',
        '\u{10ffff}',
    ] {
        ok(vec![entry("a", &format!("a{good}b"))]).await;
        ok(vec![attributed(&[("name", text("String", &format!("a{good}b")))])]).await;
    }
    for bad in ['\0', '\u{1}', '\u{8}', '\u{b}', '\u{c}', '\u{e}', '\u{1f}', '\u{fffe}', '\u{ffff}'] {
        alone(entry("a", &format!("a{bad}b")), "InvalidMessageContents").await;
        alone(attributed(&[("name", text("String", &format!("a{bad}b")))]), "InvalidMessageContents").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_has_up_to_ten_attributes() {
    let names: Vec<String> = (0..11).map(|index| format!("name{index}")).collect();
    let attributes: Vec<(&str, MessageAttributeValue)> =
        names.iter().map(|name| (name.as_str(), text("String", "x"))).collect();
    ok(vec![attributed(&attributes[..10])]).await;
    whole(vec![attributed(&attributes)], INVALID).await;
}

#[tokio::test(start_paused = true)]
async fn an_attribute_has_a_name_of_words_between_single_periods() {
    for name in ["a", "A_b-c.d9", "aws", "awsome.x", "Amazonas", &"x".repeat(256)] {
        ok(vec![attributed(&[(name, text("String", "x"))])]).await;
    }
    for name in
        ["", ".a", "a.", "a..b", "a b", "é", "AWS.x", "aws.x", "Amazon.x", "AMAZON.x", &"x".repeat(257)]
    {
        whole(vec![attributed(&[(name, text("String", "x"))])], INVALID).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_attribute_has_a_type_and_a_value_of_that_type() {
    for good in [
        text("String", "x"),
        text("String.label", "x"),
        text("Number", "-12.5e3"),
        text("Number", "0"),
        text("Number.int", "+7"),
        binary("Binary", b"\0\xff"),
        binary("Binary.png", b"x"),
    ] {
        ok(vec![attributed(&[("name", good)])]).await;
    }
    let untyped = MessageAttributeValue::builder().data_type("String").build().unwrap();
    for bad in [
        text("", "x"),
        text("string", "x"),
        text("Text", "x"),
        text("String.la bel", "x"),
        text("String", ""),
        text("Binary", "x"),
        text("Number", ""),
        text("Number", "twelve"),
        text("Number", "inf"),
        text("Number", "NaN"),
        text("Number", "1 000"),
        text("Number", "--1"),
        binary("String", b"x"),
        binary("Binary", b""),
        untyped,
    ] {
        whole(vec![attributed(&[("name", bad)])], INVALID).await;
    }
    let list = MessageAttributeValue::builder().data_type("String").string_list_values("x").build().unwrap();
    whole(vec![attributed(&[("name", list)])], "AWS.SimpleQueueService.UnsupportedOperation").await;
}

#[tokio::test(start_paused = true)]
async fn a_delay_is_0_to_900_seconds() {
    ok(vec![delayed("a", 0)]).await;
    ok(vec![delayed("a", 900)]).await;
    alone(delayed("a", 901), INVALID).await;
    alone(delayed("a", -1), INVALID).await;
}

#[tokio::test(start_paused = true)]
async fn a_single_message_is_refused_for_the_same_reasons() {
    let (_, client) = local();
    let url = queue(&client, "q", &[]).await;
    let send = || client.send_message().queue_url(&url);
    for (request, code) in [
        (send().message_body(""), "MissingParameter"),
        (send().message_body("\u{1}"), "InvalidMessageContents"),
        (send().message_body("x".repeat(MIB + 1)), INVALID),
        (send().message_body("x").delay_seconds(901), INVALID),
        (send().message_body("x").message_deduplication_id("x"), INVALID),
        (send().message_body("x").message_attributes("a b", text("String", "x")), INVALID),
    ] {
        assert_eq!(request.send().await.unwrap_err().code(), Some(code));
    }
    send().message_body("x".repeat(MIB)).send().await.unwrap();
}
