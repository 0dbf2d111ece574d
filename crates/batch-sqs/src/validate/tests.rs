use std::time::Duration;

use proptest::prelude::*;

use super::{is_number, message as validate};
use crate::{AttributeValue, Message};

/// Checks what a queue says to the message: nothing, or a reason that contains these words.
#[track_caller]
fn check(message: &Message, fifo: bool, expected: Result<(), &str>) {
    match (validate(message, fifo), expected) {
        (Ok(()), Ok(())) => {}
        (Err(reason), Err(words)) => {
            assert!(reason.to_string().contains(words), "{reason}\ndoes not contain\n{words}");
        }
        (found, _) => panic!("{found:?} instead of {expected:?}"),
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

fn plain() -> Message {
    Message::new("body")
}

#[track_caller]
fn attribute(name: &str, value: impl Into<AttributeValue>, expected: Result<(), &str>) {
    standard(&plain().attribute(name, value), expected);
}

#[test]
fn a_body_has_at_least_one_character_and_only_allowed_ones() {
    standard(&Message::new("x"), Ok(()));
    standard(&Message::new("tab\t, line\nfeed\r, \u{7f}\u{85}\u{fffd}\u{1f600}"), Ok(()));
    standard(&Message::new(""), Err("the body is empty"));
    standard(
        &Message::new("0123456789abcdef\u{a0}\u{fffe}"),
        Err("the character at byte 18 of the body is not allowed"),
    );
    standard(&Message::new("\0"), Err("byte 0 of the body is not allowed; encode the body"));
}

#[test]
fn a_trace_header_has_the_id_of_a_trace() {
    let root = "Root=1-5759e988-bd862e3fe1be46a994272793";
    let header = |text: &str, expected| standard(&plain().trace_header(text), expected);
    for good in
        ["", ";Sampled=1", ";Parent=53995c3f42cd8ad8;Sampled=0", ";Lineage=a87bd80c:1|68fd508a:5;Self=x"]
    {
        header(&format!("{root}{good}"), Ok(()));
    }
    header(&format!("Self=1-67891234-12456789abcdef012345678;{root}"), Ok(()));
    for bad in [
        "",
        "Sampled=1",
        "Root=1",
        "Root=1-5759e988-bd862e3fe1be46a99427279",
        "Root=2-5759e988-bd862e3fe1be46a994272793",
        "Root=1-5759e988-bd862e3fe1be46a99427279z",
        "Root=1-5759e988-bd862e3fe1be46a994272793;",
        "Root=1-5759e988-bd862e3fe1be46a994272793; Sampled=1",
        "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled",
        "Root=1-5759e988-bd862e3fe1be46a994272793;Field=\u{e4}",
        "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01",
    ] {
        header(bad, Err("the trace header is not one of AWS X-Ray"));
    }
}

#[test]
fn an_id_has_1_to_80_letters_digits_hyphens_and_underscores() {
    standard(&plain().id("a".repeat(80)), Ok(()));
    standard(&plain().id("Order-17_b"), Ok(()));
    standard(
        &plain().id("a".repeat(81)),
        Err("81 characters in the id are above the limit of 80; shorten it"),
    );
    standard(&plain().id(""), Err("the id is empty"));
    standard(&plain().id("order 17"), Err("character 6 of the id is not allowed"));
    standard(&plain().id("ä"), Err("character 1 of the id is not allowed; use letters, digits"));
}

#[test]
fn a_delay_is_up_to_900_whole_seconds_and_only_for_standard_queues() {
    let delayed = |delay| plain().group("group").delay(delay);
    standard(&delayed(Duration::ZERO), Ok(()));
    standard(&delayed(Duration::from_secs(900)), Ok(()));
    standard(
        &delayed(Duration::from_secs(901)),
        Err("delay of 901 s is above the limit of 900 s; submit the message later"),
    );
    standard(&delayed(Duration::from_millis(900_001)), Err("delay of 900.001 s is above the limit"));
    standard(&delayed(Duration::from_millis(1_500)), Err("delay of 1.5 s is not a whole number of seconds"));
    standard(&delayed(Duration::MAX), Err("above the limit of 900 s"));
    fifo(
        &delayed(Duration::from_secs(5)),
        Err("a delay of 5s for one message is not allowed on a FIFO queue"),
    );
}

#[test]
fn a_group_has_1_to_128_ascii_characters_and_a_fifo_queue_needs_one() {
    let all: String = ('!'..='~').collect();
    for (check, without) in
        [(standard as fn(&Message, _), Ok(())), (fifo, Err("has no group, and a FIFO queue needs one"))]
    {
        check(&plain(), without);
        check(&plain().group("g".repeat(128)), Ok(()));
        check(&plain().group(&all), Ok(()));
        check(&plain().group("g".repeat(129)), Err("129 characters in the group are above the limit of 128"));
        check(&plain().group(""), Err("the group is empty"));
        check(&plain().group("a b"), Err("character 2 of the group is not allowed"));
        check(&plain().group("ä"), Err("character 1 of the group is not allowed"));
        check(&plain().group("\u{7f}"), Err("character 1 of the group is not allowed"));
    }
}

#[test]
fn a_deduplication_id_has_1_to_128_ascii_characters_and_is_for_fifo_queues() {
    let with = |id: String| plain().group("group").deduplication_id(id);
    fifo(&with("d".repeat(128)), Ok(()));
    fifo(&with(('!'..='~').collect()), Ok(()));
    fifo(&with("d".repeat(129)), Err("129 characters in the deduplication id are above the limit of 128"));
    fifo(&with(String::new()), Err("the deduplication id is empty"));
    fifo(&with("a b".to_owned()), Err("character 2 of the deduplication id is not allowed"));
    standard(&with("d".to_owned()), Err("a deduplication id, which only FIFO queues accept"));
}

#[test]
fn a_message_has_up_to_10_attributes() {
    let with = |count| (0..count).fold(plain(), |message, n| message.attribute(format!("name-{n}"), n));
    standard(&with(10), Ok(()));
    standard(&with(11), Err("11 attributes are above the limit of 10"));
}

#[test]
fn an_attribute_of_the_same_name_replaces_the_first() {
    let message = plain().attribute("a", 1).attribute("b", 2).attribute("a", "x");
    let attributes: Vec<_> = message.attributes().collect();
    assert_eq!(attributes, [("a", &AttributeValue::string("x")), ("b", &AttributeValue::number(2))]);
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
    attribute("AWS.name", 1, Err("which AWS reserves"));
    attribute("AWSTraceHeader", "Root=1", Err("an attribute is named AWSTraceHeader"));
    attribute("awstraceheader", "Root=1", Ok(()));
    attribute("aWs.name", 1, Err("which AWS reserves"));
    attribute("amazon.name", 1, Err("which AWS reserves"));
    attribute(".name", 1, Err("begins or ends with a period"));
    attribute("name.", 1, Err("begins or ends with a period"));
    attribute("na..me", 1, Err("has two periods in a row"));
    attribute("na me", 1, Err("character 3 of the name of an attribute is not allowed"));
    attribute("näme", 1, Err("character 2 of the name of an attribute is not allowed"));
}

#[test]
fn the_type_of_an_attribute_keeps_the_rules() {
    let labelled = |label: String| AttributeValue::string("x").label(label);
    attribute("name", labelled("l".repeat(249)), Ok(()));
    attribute("name", labelled("any thing. ö".to_owned()), Ok(()));
    attribute("name", labelled("l".repeat(250)), Err("257 characters in the type of an attribute"));
    attribute("name", labelled(String::new()), Err("the label of an attribute is empty"));
    attribute(
        "name",
        labelled("\u{1}".to_owned()),
        Err("the character at byte 0 of the label of an attribute"),
    );
}

#[test]
fn the_value_of_an_attribute_keeps_the_rules() {
    attribute("name", "\u{1f600}\n", Ok(()));
    attribute("name", "", Err("the value of an attribute is empty"));
    attribute("name", Vec::new(), Err("the value of an attribute is empty"));
    attribute("name", "a\u{ffff}", Err("the character at byte 1 of the value of an attribute"));
    attribute("name", vec![0, 255], Ok(()));
    attribute("name", AttributeValue::number("12.5"), Ok(()));
    attribute("name", AttributeValue::number(""), Err("is empty"));
    attribute("name", AttributeValue::number("twelve"), Err("is not a number of up to 38 digits"));
}

#[test]
fn which_attribute_it_is_can_be_asked_for() {
    let reason = validate(&plain().attribute("fine", 1).attribute("hunter2", ""), false);
    let reason = reason.expect_err("it is invalid");
    assert!(!reason.to_string().contains("hunter2"), "{reason}");
    assert_eq!(reason.place(), Some("attribute \"hunter2\""));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table, a case a line")]
fn numbers_are_decimal_with_up_to_38_digits() {
    let digits = "1".repeat(38);
    for number in [
        "0",
        "-0",
        "+7",
        "007",
        "1.",
        ".5",
        "-12.50",
        "1e5",
        "1E-5",
        "1.5e+3",
        "1e126",
        "-1e126",
        "9.9e125",
        "1e-128",
        "0e999",
        "0.000",
        &digits,
        &format!("-{digits}.000"),
        &format!("0.00{digits}"),
        &format!("{digits}000"),
        &u64::MAX.to_string(),
        &1e-128_f64.to_string(),
    ] {
        assert!(is_number(number), "{number}");
    }
    for other in [
        "",
        " ",
        "-",
        ".",
        "e5",
        "1e",
        "1e5.5",
        "1.2.3",
        "0x10",
        "1_000",
        "1,5",
        " 1",
        "1 ",
        "--1",
        "NaN",
        "inf",
        "١",
        "1e127",
        "10e126",
        "1.1e126",
        "-9.9e126",
        "1e-129",
        "0.1e-128",
        "1e99999999999999999999",
        &"1".repeat(39),
        &format!("{digits}.1"),
    ] {
        assert!(!is_number(other), "{other}");
    }
}

proptest! {
    #[test]
    fn whatever_rust_writes_of_an_integer_is_a_number(integer in any::<i64>()) {
        prop_assert!(is_number(&integer.to_string()));
    }

    #[test]
    fn an_ordinary_float_is_a_number_and_so_is_what_rust_writes_of_it(float in -1e30_f64..1e30) {
        prop_assert!(is_number(&float.to_string()));
        let scientific = format!("{float:e}");
        prop_assert!(is_number(&scientific));
    }

    #[test]
    fn no_message_makes_the_rules_panic(
        body in any::<String>(), id in any::<String>(), group in any::<String>(), name in any::<String>(),
        text in any::<String>(), label in any::<String>(), delay in any::<Duration>(), is_fifo in any::<bool>(),
    ) {
        let message = Message::new(body).id(id).group(&group).deduplication_id(group).delay(delay)
            .attribute(&name, AttributeValue::number(&text).label(&label))
            .attribute(label, text)
            .attribute(name, "x");
        let _ = validate(&message, is_fifo);
        let _ = format!("{message:?}");
    }
}
