use aws_sdk_sns::config::{BehaviorVersion, Region};
use aws_sdk_sns::{Client, Config};
use serde_json::{Value, json};

use super::{message as validate, topic};
use crate::{Message, Topic};

fn plain() -> Message {
    Message::new("body")
}

#[track_caller]
fn check(message: &Message, fifo: bool, expected: Result<(), &str>) {
    match (validate(message, fifo), expected) {
        (Ok(()), Ok(())) => {}
        (Err(reason), Err(part)) => {
            assert!(reason.to_string().contains(part), "{reason}\ndoes not contain\n{part}");
        }
        (found, _) => panic!("{message:?}: {found:?} instead of {expected:?}"),
    }
}

#[track_caller]
fn standard(message: &Message, expected: Result<(), &str>) {
    check(message, false, expected);
}

#[track_caller]
fn fifo(message: &Message, expected: Result<(), &str>) {
    check(message, true, expected);
}

#[track_caller]
fn attribute(name: &str, value: impl Into<Value>, expected: Result<(), &str>) {
    standard(&plain().attribute(name, value), expected);
}

#[track_caller]
fn check_topic(arn: &str, expected: Result<(), &str>) {
    let config = Config::builder().behavior_version(BehaviorVersion::latest());
    let client = Client::from_conf(config.region(Region::new("eu-west-1")).build());
    match (topic(&Topic::new(arn), &client), expected) {
        (Ok(()), Ok(())) => {}
        (Err(error), Err(part)) => {
            assert!(error.to_string().contains(part), "{arn}: {error}, not {part}");
        }
        (found, _) => panic!("{arn}: {found:?}"),
    }
}

fn arn(name: &str) -> String {
    format!("arn:aws:sns:eu-west-1:123456789012:{name}")
}

#[test]
fn arns_of_a_topic_in_the_region_of_the_client_are_valid() {
    check_topic(&arn("a"), Ok(()));
    check_topic(&arn("Alerts-2_new"), Ok(()));
    check_topic(&arn("alerts.fifo"), Ok(()));
    check_topic(&arn(&"a".repeat(256)), Ok(()));
    check_topic(&arn(&format!("{}.fifo", "a".repeat(251))), Ok(()));

    check_topic(&arn(""), Err("the topic name has a length of 0; use 1 to 256 characters"));
    check_topic(&arn(".fifo"), Err("has no character before \".fifo\""));
    check_topic(&arn(&"a".repeat(257)), Err("257; use 1 to 256 characters"));
    check_topic(&arn("al.erts"), Err("'.'"));
    check_topic("arn:aws:sqs:eu-west-1:123456789012:alerts", Err("is not the ARN of a topic"));
    check_topic("arn:aws:sns:us-east-1:123456789012:alerts", Err("the client is in eu-west-1"));
    // That of a subscription has one part more.
    check_topic(&arn("alerts:2bcfbf39-05c3-41de-beaa-fcfcc21c8f55"), Err("':'"));
}

#[test]
fn a_name_is_refused_with_the_way_to_the_arn() {
    check_topic("alerts", Err("\"alerts\" is not an ARN"));
    check_topic("alerts", Err("`aws sns list-topics`"));
    check_topic("", Err("is not an ARN"));
}

#[test]
fn a_body_is_not_empty_and_has_any_characters() {
    standard(&Message::new("\0 \u{fffe} \u{1f600}"), Ok(()));
    standard(&Message::new(""), Err("the body is empty"));
}

#[test]
fn a_structured_body_is_an_object_with_a_text_under_default() {
    let check = |body: &str, expected| standard(&Message::new(body).message_structure_json(), expected);
    check(r#"{"default":""}"#, Ok(()));
    check(r#" {"sqs": "x", "default": "y", "http": 7, "APNS": "{\"aps\":{}}"} "#, Ok(()));
    for body in [
        "",
        "text",
        "\"default\"",
        "[]",
        "{}",
        r#"{"sqs":"x"}"#,
        r#"{"default":{"object":"test"}}"#,
        r#"{"default":null}"#,
        r#"{"default":"x","default":"y"}"#,
        r#"{"default":"x","sqs":"y","sqs":"y"}"#,
        r#"{"default":"x"} }"#,
        r#"{"default":"x""#,
    ] {
        let expected =
            if body.is_empty() { "the body is empty" } else { "is not a JSON object with a text under" };
        check(body, Err(expected));
        if !body.is_empty() {
            standard(&Message::new(body), Ok(()));
        }
    }
}

#[test]
fn a_subject_has_1_to_100_characters_on_one_line() {
    let check = |subject: &str, expected| standard(&plain().subject(subject), expected);
    check("s", Ok(()));
    check(&"ä".repeat(100), Ok(()));
    check(" leading space, \u{1f600} and \"quotes\"", Ok(()));
    check(&"s".repeat(101), Err("101 characters in the subject are above the limit of 100"));
    check("", Err("the subject is empty"));
    for (subject, expected) in [
        ("\n", "character 1 of the subject is not allowed"),
        ("ab\r\n", "character 3 of the subject"),
        ("a\t", "character 2 of the subject"),
        ("ä\u{7f}", "character 2 of the subject"),
        ("\u{85}", "character 1 of the subject"),
        ("\u{2028}", "character 1 of the subject"),
    ] {
        check(subject, Err(expected));
    }
}

#[test]
fn a_group_has_1_to_128_ascii_characters_and_a_fifo_topic_needs_one() {
    let all: String = ('!'..='~').collect();
    for (check, without) in
        [(standard as fn(&Message, _), Ok(())), (fifo, Err("has no group, and a FIFO topic needs one"))]
    {
        check(&plain(), without);
        check(&plain().group("g".repeat(128)), Ok(()));
        check(&plain().group(&all), Ok(()));
        check(&plain().group("g".repeat(129)), Err("129 characters in the group are above the limit of 128"));
        check(&plain().group(""), Err("the group is empty"));
        check(&plain().group("a b"), Err("character 2 of the group is not allowed"));
        check(&plain().group("ä"), Err("character 1 of the group is not allowed"));
    }
}

#[test]
fn a_deduplication_id_has_1_to_128_ascii_characters_and_is_for_fifo_topics() {
    let with = |id: String| plain().group("group").deduplication_id(id);
    fifo(&with("d".repeat(128)), Ok(()));
    fifo(&with(('!'..='~').collect()), Ok(()));
    fifo(&with("d".repeat(129)), Err("129 characters in the deduplication id are above the limit of 128"));
    fifo(&with(String::new()), Err("the deduplication id is empty"));
    fifo(&with("a b".to_owned()), Err("character 2 of the deduplication id is not allowed"));
    standard(&with("d".to_owned()), Err("a deduplication id, which only FIFO topics accept"));
}

#[test]
fn the_name_of_an_attribute_keeps_the_rules() {
    attribute(&"n".repeat(256), 1, Ok(()));
    attribute("Name.with-all_9", 1, Ok(()));
    attribute("Awsome.Amazonas", 1, Ok(()));
    attribute("AWS", 1, Ok(()));
    attribute(
        &"n".repeat(257),
        1,
        Err("257 characters in the name of an attribute are above the limit of 256"),
    );
    attribute("", 1, Err("the name of an attribute is empty"));
    attribute("aWs.name", 1, Err("which AWS reserves"));
    attribute("amazon.name", 1, Err("which AWS reserves"));
    attribute(".name", 1, Err("begins or ends with a period"));
    attribute("name.", 1, Err("begins or ends with a period"));
    attribute("na..me", 1, Err("has two periods in a row"));
    attribute("na me", 1, Err("character 3 of the name of an attribute is not allowed"));
    attribute("näme", 1, Err("character 2 of the name of an attribute is not allowed"));
}

#[test]
fn the_value_of_an_attribute_keeps_the_rules() {
    attribute("name", "\u{1f600}\n", Ok(()));
    attribute("name", -12.5, Ok(()));
    attribute("name", u64::MAX, Ok(()));
    attribute("name", json!(["a", 1, true, null]), Ok(()));
    attribute("name", json!([]), Ok(()));
    attribute("name", "", Err("the value of an attribute is empty"));
    for value in [json!(null), json!(true), json!({ "a": 1 }), Value::from(f64::NAN)] {
        attribute("name", value, Err("is neither a text, nor a number, nor an array"));
    }
    attribute("name", json!([["a"]]), Err("is an array within an array or of objects"));
    attribute("name", json!(["a", {}]), Err("is an array within an array or of objects"));
    standard(&plain().binary_attribute("name", [0, 255]), Ok(()));
    standard(&plain().binary_attribute("name", []), Err("the value of an attribute is empty"));
}

#[test]
fn there_is_no_limit_to_the_number_of_attributes() {
    let many = (0..50).fold(plain(), |message, n| message.attribute(format!("name-{n}"), n));
    standard(&many, Ok(()));
}

#[test]
fn which_attribute_it_is_can_be_asked_for() {
    let reason = validate(&plain().attribute("fine", 1).attribute("hunter2", ""), false);
    let reason = reason.expect_err("it is invalid");
    assert!(!reason.to_string().contains("hunter2"), "{reason}");
    assert_eq!(reason.place(), Some("attribute \"hunter2\""));
}
