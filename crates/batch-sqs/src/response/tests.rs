use aws_sdk_sqs::config::http::HttpResponse;
use aws_sdk_sqs::config::{ConfigBag, RuntimePlugin};
use aws_sdk_sqs::operation::send_message_batch::{SendMessageBatch, SendMessageBatchOutput};
use aws_smithy_runtime_api::client::ser_de::{DeserializeResponse, SharedResponseDeserializer};
use batch_core::Verdict;
use batch_smithy::EntryIds;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

use super::Accepted;
use crate::SentMessage;
use crate::verdict::{CODES, of_entries};

const NONE: Option<&str> = None;

/// The ids of this many entries to which their users gave none.
fn numbers(count: usize) -> EntryIds<'static> {
    EntryIds::of(&[NONE; 10][..count], |given| *given)
}

/// What is read of this response, by position.
fn read(body: &[u8], ids: &EntryIds<'_>) -> Option<Vec<SentMessage>> {
    let accepted = Accepted::read(body, ids)?;
    Some((0..ids.count()).map(|position| accepted.message(position)).collect())
}

/// What the SDK reads of it, and what that means: the responses if all entries were accepted.
fn by_the_sdk(body: &[u8], ids: &EntryIds<'_>) -> Option<Vec<SentMessage>> {
    let operation = SendMessageBatch::new().config().expect("it has a configuration");
    let sdk = operation.load::<SharedResponseDeserializer>().expect("it has a deserializer");
    let response = HttpResponse::new(200.try_into().expect("it is a status"), body.to_vec().into());
    let output = sdk.deserialize_nonstreaming_with_config(&response, &ConfigBag::base()).ok()?;
    let output = output.downcast::<SendMessageBatchOutput>().expect("it is its output");
    let verdicts = of_entries(&CODES, ids, output.successful, output.failed).into_iter();
    let accepted = verdicts.map(|verdict| match verdict {
        Verdict::Accepted(sent) => Some(sent),
        _ => None,
    });
    accepted.collect()
}

/// Checks that this response to a request of two messages accepts both, as it does by the SDK.
#[track_caller]
fn check_accepted(body: &str) {
    let sent = |message_id: &str, sequence_number: Option<&str>| SentMessage {
        message_id: message_id.to_owned(),
        sequence_number: sequence_number.map(str::to_owned),
    };
    let expected = Some(vec![sent("a", None), sent("b", Some("7"))]);
    assert_eq!(read(body.as_bytes(), &numbers(2)), expected, "{body}");
    assert_eq!(by_the_sdk(body.as_bytes(), &numbers(2)), expected, "{body}");
}

/// Checks that this response to a request of two messages is left to the SDK.
#[track_caller]
fn check_left(body: impl AsRef<[u8]>) {
    let body = body.as_ref();
    assert_eq!(read(body, &numbers(2)), None, "{}", String::from_utf8_lossy(body));
}

const FIRST: &str = r#"{"Id":"0","MessageId":"a","MD5OfMessageBody":"5"}"#;
const SECOND: &str = r#"{"Id":"1","MessageId":"b","SequenceNumber":"7"}"#;

#[test]
fn all_accepted_is_read_whatever_the_order_and_the_spaces() {
    check_accepted(&format!(r#"{{"Successful":[{FIRST},{SECOND}]}}"#));
    check_accepted(&format!(r#"{{"Successful":[{SECOND},{FIRST}],"Failed":[]}}"#));
    check_accepted(&format!("\r\n{{ \"Failed\" : [ ] ,\t\"Successful\" : [ {FIRST} , {SECOND} ] }} \n"));
    let spaced =
        r#"{ "MessageId" : "a" , "New" : "ä\u{1f600}" , "Id" : "0" }"#.replace("\\u{1f600}", "\u{1f600}");
    check_accepted(&format!(r#"{{"Successful":[{spaced},{SECOND}]}}"#));
}

#[test]
fn anything_else_is_left_to_the_sdk() {
    for entries in [
        String::new(),
        FIRST.to_owned(),
        format!("{FIRST},{FIRST}"),
        format!("{FIRST},{SECOND},{SECOND}"),
        format!(r#"{FIRST},{SECOND},{{"Id":"2","MessageId":"c"}}"#),
        format!(r#"{FIRST},{{"Id":"2","MessageId":"b"}}"#),
        format!(r#"{FIRST},{{"Id":"01","MessageId":"b"}}"#),
        format!(r#"{FIRST},{{"Id":"\u0031","MessageId":"b"}}"#),
        format!(r#"{FIRST},{{"\u0049d":"1","MessageId":"b"}}"#),
        format!(r#"{FIRST},{{"Id":"1","MessageId":"b\""}}"#),
        format!("{FIRST},{{\"Id\":\"1\",\"MessageId\":\"b\n\"}}"),
        format!(r#"{FIRST},{{"Id":1,"MessageId":"b"}}"#),
        format!(r#"{FIRST},{{"Id":"1","MessageId":null}}"#),
        format!(r#"{FIRST},{{"Id":"1"}}"#),
        format!(r#"{FIRST},{{"MessageId":"b"}}"#),
        format!(r#"{FIRST},{{"Id":"1","Id":"1","MessageId":"b"}}"#),
        format!(r#"{FIRST},{{"Id":"1","MessageId":"a","MessageId":"b"}}"#),
        format!(r#"{FIRST},{{"Id":"1","MessageId":"b","More":{{"Id":"1"}}}}"#),
        format!(r#"{FIRST},{{"Id":"1","MessageId":"b",}}"#),
        format!("{FIRST},{SECOND},"),
        format!("{FIRST},[{SECOND}]"),
        format!("{FIRST} {SECOND}"),
        format!("{FIRST},null"),
        "[".repeat(1 << 20),
    ] {
        check_left(format!(r#"{{"Successful":[{entries}],"Failed":[]}}"#));
    }
    let both = format!(r#"[{FIRST},{SECOND}]"#);
    for body in [
        format!(r#"{{"Successful":{both},"Failed":[{{"Id":"0","Code":"X","SenderFault":true}}]}}"#),
        format!(r#"{{"Successful":{both},"Failed":[{{}}]}}"#),
        format!(r#"{{"Successful":{both},"Failed":null}}"#),
        format!(r#"{{"Successful":{both},"Failed":[],"Failed":[]}}"#),
        format!(r#"{{"Successful":{both},"Successful":{both}}}"#),
        format!(r#"{{"Successful":{both},"More":"text"}}"#),
        format!(r#"{{"Successful":{both}}}{{}}"#),
        format!(r#"{{"Successful":{both}"#),
        format!(r#"[{{"Successful":{both}}}]"#),
        format!("\u{feff}{{\"Successful\":{both}}}"),
        both.clone(),
        String::new(),
        "{}".to_owned(),
        "null".to_owned(),
    ] {
        check_left(body);
    }
    check_left([format!(r#"{{"Successful":{both}}}"#).as_bytes(), b"\xff"].concat());
}

#[test]
fn a_response_that_ends_early_is_left_to_the_sdk_wherever_it_ends() {
    let body = format!(r#"{{"Successful":[{SECOND},{FIRST}],"Failed":[]}}"#);
    (0..body.len()).for_each(|end| check_left(&body[..end]));
}

/// Texts, most of which need no escape.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-z0-9-]{0,8}", 1 => "\\PC{0,8}", 1 => any::<String>()]
}

/// Distinct ids of entries, given or generated.
fn any_ids() -> impl Strategy<Value = EntryIds<'static>> {
    vec(of("[a-c0-9]{1,2}"), 1..=10).prop_map(|given| EntryIds::of(&given, |id| id.as_deref()).into_static())
}

/// A response that accepts these ids in this order, with texts as they come.
fn accepting(ids: &[String], texts: &[(String, Option<String>)]) -> Value {
    let entries = ids.iter().zip(texts.iter().cycle()).map(|(id, (message_id, sequence_number))| {
        let mut entry =
            Map::from_iter([("Id".to_owned(), json!(id)), ("MessageId".to_owned(), json!(message_id))]);
        entry.extend(sequence_number.iter().map(|text| ("SequenceNumber".to_owned(), json!(text))));
        Value::Object(entry)
    });
    json!({ "Successful": entries.collect::<Vec<_>>(), "Failed": [] })
}

/// What is done to a response: at the first place, something with the bytes up to the second.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Cut,
    Insert(&'static str),
    Remove,
    Repeat,
}

fn any_damage() -> impl Strategy<Value = (Damage, Index, Index)> {
    let damage = prop_oneof![
        Just(Damage::Cut),
        select(PIECES).prop_map(Damage::Insert),
        Just(Damage::Remove),
        Just(Damage::Repeat)
    ];
    (damage, any::<Index>(), any::<Index>())
}

fn damage(body: &mut Vec<u8>, (damage, first, second): (Damage, Index, Index)) {
    let (first, second) = (first.index(body.len() + 1), second.index(body.len() + 1));
    let range = first.min(second)..first.max(second);
    match damage {
        Damage::Cut => body.truncate(first),
        Damage::Insert(piece) => drop(body.splice(first..first, piece.bytes())),
        Damage::Remove => drop(body.drain(range)),
        Damage::Repeat => {
            let part = body[range.clone()].to_vec();
            drop(body.splice(range.end..range.end, part));
        }
    }
}

proptest! {
    #[test]
    fn what_is_read_is_what_the_sdk_reads(
        ids in any_ids(), order in any::<prop::sample::Selector>(), reversed: bool,
        texts in vec((text(), of(text())), 1..4), damages in vec(any_damage(), 0..3),
    ) {
        let mut given: Vec<String> = ids.iter().map(str::to_owned).collect();
        if reversed {
            given.reverse();
        }
        let first = order.select(0..given.len());
        given.rotate_left(first);
        let body = accepting(&given, &texts).to_string().into_bytes();
        let has_escapes = body.contains(&b'\\');
        let found = read(&body, &ids);
        prop_assert_eq!(found.is_none(), has_escapes);
        let mut damaged = body.clone();
        damages.into_iter().for_each(|each| damage(&mut damaged, each));
        for body in [body, damaged] {
            if let Some(found) = read(&body, &ids) {
                prop_assert_eq!(Some(found), by_the_sdk(&body, &ids), "{}", String::from_utf8_lossy(&body));
            }
        }
    }

    #[test]
    fn no_bytes_are_too_much(body in vec(any::<u8>(), 0..200), json in "[\\[\\]{}\":,\\\\ a0]{0,200}") {
        prop_assert!(read(&body, &numbers(1)).is_none());
        prop_assert!(read(json.as_bytes(), &numbers(1)).is_none());
    }
}

const PIECES: &[&str] =
    &["\"", "\\", ",", "{", "}", "[", "]", ":", " ", "\n", "0", "\"Id\":\"0\",", "null", "{},", "\u{1}"];
