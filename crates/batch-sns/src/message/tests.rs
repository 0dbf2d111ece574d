use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};
use batch_smithy::{DeduplicationId, UniqueIds};

use super::Message;

#[test]
fn an_entry_carries_what_was_set_and_nothing_else() {
    let bare = Message::new("body").entry("0");
    assert_eq!((bare.id(), bare.message()), ("0", "body"));
    assert_eq!((bare.subject, bare.message_structure, bare.message_attributes), (None, None, None));
    assert_eq!((bare.message_group_id, bare.message_deduplication_id), (None, None));

    let full = Message::new(r#"{"default":"x"}"#)
        .subject("subject")
        .message_structure_json()
        .group("group")
        .deduplication_id("once")
        .attribute("text", "x")
        .attribute("number", 7)
        .attribute("array", ["a", "b"])
        .binary_attribute("bytes", [1, 2]);
    let entry = full.entry("7");
    assert_eq!(
        (entry.id(), entry.subject(), entry.message_structure()),
        ("7", Some("subject"), Some("json"))
    );
    assert_eq!(entry.message_group_id(), Some("group"));
    assert_eq!(entry.message_deduplication_id(), Some("once"));
    let attributes = entry.message_attributes().expect("it has attributes");
    for (name, data_type, text) in
        [("text", "String", "x"), ("number", "Number", "7"), ("array", "String.Array", r#"["a","b"]"#)]
    {
        let value = &attributes[name];
        assert_eq!((value.data_type(), value.string_value()), (data_type, Some(text)));
        assert_eq!(value.binary_value(), None);
    }
    let bytes = &attributes["bytes"];
    assert_eq!((bytes.data_type(), bytes.string_value()), ("Binary", None));
    assert_eq!(bytes.binary_value().map(AsRef::as_ref), Some(&[1, 2][..]));
}

#[test]
fn numbers_are_sent_as_they_are_written_down() {
    let text = |message: &Message| {
        let (_, value) = message.attributes().next().expect("it has one");
        value.string_value().map(str::to_owned).expect("it has a text")
    };
    assert_eq!(text(&Message::new("x").attribute("n", -7)), "-7");
    assert_eq!(text(&Message::new("x").attribute("n", 9.99)), "9.99");
    assert_eq!(text(&Message::new("x").attribute("n", u64::MAX)), "18446744073709551615");
}

#[test]
fn an_attribute_replaces_one_with_the_same_name() {
    let message = Message::new("x").attribute("a", 1).attribute("b", 2).attribute("a", "new");
    let attributes: Vec<_> =
        message.attributes().map(|(name, value)| (name, value.string_value().unwrap_or_default())).collect();
    assert_eq!(attributes, [("b", "2"), ("a", "new")]);
}

#[test]
fn debug_shows_the_length_and_the_ids_but_no_content() {
    let message =
        Message::new("secret body").subject("secret").group("g").attribute("secret", "secret value");
    let shown = format!("{message:?}");
    assert!(!shown.contains("secret"), "{shown}");
    assert!(shown.contains("body_bytes: 11") && shown.contains("\"g\""), "{shown}");
}

#[test]
fn what_it_occupies_is_what_its_texts_and_attributes_allocate() {
    let entry = size_of::<PublishBatchRequestEntry>();
    assert_eq!(Message::new(String::with_capacity(50)).heap_bytes(), 50 + entry);
    let mut bytes = Vec::with_capacity(100);
    bytes.push(1);
    let mut message = Message::new("12345").subject("123").message_structure_json().group("12");
    message = message.attribute("abcd", "1234567").binary_attribute("efg", bytes);
    message.deduplication_id = Some(DeduplicationId::or_generated(None, &UniqueIds::new()));
    let id = message.get_deduplication_id().map_or(0, str::len);
    let list = message.attributes.capacity() * size_of::<(String, MessageAttributeValue)>();
    let attributes = 4 + "String".len() + 7 + 3 + "Binary".len() + 1;
    assert_eq!(message.heap_bytes(), entry + 5 + 3 + "json".len() + 2 + id + list + attributes);
}
