use aws_sdk_kinesis::config::Intercept;
use aws_sdk_kinesis::operation::put_records::PutRecords;
use aws_sdk_kinesis::{Client, Config};
use aws_smithy_types::body::SdkBody;
use batch_core::{Batch, Service};
use batch_smithy::KnownDeserializer;
use batch_smithy::memory::Kept;
use batchwright_kit::{Canned, Setup, failed_result, meaning, read_alike};
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::groups::Groups;
use crate::{Kinesis, Record};

const RESULT: &str = r#"{"SequenceNumber":"7","ShardId":"shardId-000000000000"}"#;
const FAILED: &str = r#"{"ErrorCode":"InternalFailure","ErrorMessage":"words"}"#;

fn body(results: &[&str]) -> String {
    format!(r#"{{"FailedRecordCount":0,"Records":[{}]}}"#, results.join(","))
}

fn read(body: &[u8], records: usize) -> Option<Accepted> {
    Results::of(Kept::of(&SdkBody::from(body)).expect("it is in memory"), records).map(Accepted)
}

#[track_caller]
fn is_left(body: &str, records: usize) {
    assert!(read(body.as_bytes(), records).is_none(), "{body}");
}

#[test]
fn what_is_said_of_a_record_is_cut_out_at_its_position() {
    let results = [
        r#"{"SequenceNumber":"496602020","ShardId":"shardId-000000000001"}"#,
        r#"{"ShardId":"greater","SequenceNumber":"8"}"#,
        r#"{"SequenceNumber":"9","ShardId":""}"#,
    ];
    let list = results.join(",");
    for body in [
        body(&results),
        format!(r#"{{"Records":[{list}],"FailedRecordCount":0}}"#),
        format!(r#"{{"EncryptionType":"KMS","FailedRecordCount":0,"Records":[{list}]}}"#),
        format!(r#"{{"FailedRecordCount":0,"Records":[{list}],"EncryptionType":"NONE"}}"#),
    ] {
        let accepted = read(body.as_bytes(), 3).unwrap_or_else(|| panic!("{body}"));
        let found = [0, 1, 2].map(|position| accepted.record(position));
        let said = found.each_ref().map(|sent| (sent.sequence_number(), sent.shard_id()));
        assert_eq!(said, [("496602020", "shardId-000000000001"), ("8", "greater"), ("9", "")]);
    }
}

#[test]
fn a_failed_record_is_an_exception_at_its_position() {
    let body = body(&[RESULT, FAILED, RESULT, FAILED]).replace(":0,", ":2,");
    let accepted = read(body.as_bytes(), 4).expect("it is read");
    let Verdicts::AllBut(responses, others) = accepted.into_verdicts(Groups::Each(4)) else {
        panic!("two failed")
    };
    let [(1, Verdict::Retry(one)), (3, Verdict::Retry(other))] = &others[..] else { panic!("{others:?}") };
    assert_eq!((one.code(), one.message()), ("InternalFailure", Some("words")));
    assert_eq!(other.code(), "InternalFailure");
    for position in [0, 2] {
        assert_eq!(responses.read(position).sequence_number(), "7");
    }
}

#[test]
fn another_number_of_results_is_no_success() {
    for records in [0, 1, 3, 500] {
        is_left(&body(&[RESULT; 2]), records);
    }
    is_left(&body(&[]), 1);
    assert!(read(body(&[RESULT; 2]).as_bytes(), 2).is_some());
}

#[test]
fn every_other_count_of_failures_is_left() {
    for count in ["-1", "00", "1234567890", "0.0", "0e1", "-0", "null", "\"0\"", "", "[0]", "01"] {
        is_left(&format!(r#"{{"FailedRecordCount":{count},"Records":[{RESULT}]}}"#), 1);
    }
    is_left(&format!(r#"{{"Records":[{RESULT}]}}"#), 1);
    is_left(r#"{"FailedRecordCount":0}"#, 1);
    is_left(r#"{"FailedRecordCount":0}"#, 0);
}

#[test]
fn every_other_result_is_left() {
    for result in [
        "{}",
        "null",
        "7",
        "[]",
        r#"{"SequenceNumber":"7"}"#,
        r#"{"ShardId":"s"}"#,
        r#"{"SequenceNumber":"","ShardId":"s"}"#,
        r#"{"SequenceNumber":null,"ShardId":"s"}"#,
        r#"{"SequenceNumber":7,"ShardId":"s"}"#,
        r#"{"SequenceNumber":"7","ShardId":null}"#,
        r#"{"SequenceNumber":"7","ShardId":["s"]}"#,
        r#"{"SequenceNumber":"7","ShardId":"s","ErrorCode":"InternalFailure"}"#,
        r#"{"SequenceNumber":"7","ShardId":"s","ErrorCode":null}"#,
        r#"{"ErrorCode":"InternalFailure"}"#,
        r#"{"ErrorCode":"","ErrorMessage":"words"}"#,
        r#"{"ErrorCode":null,"ErrorMessage":"words"}"#,
        r#"{"ErrorCode":"InternalFailure","ErrorMessage":"words","SequenceNumber":"7"}"#,
        r#"{"ErrorCode":"InternalFailure","SequenceNumber":"7","ShardId":"s"}"#,
        r#"{"SequenceNumber":"7","ShardId":"s","SequenceNumber":"8"}"#,
        r#"{"SequenceNumber":"7","ShardId":"s","ShardId":"t"}"#,
        r#"{"SequenceNumber":"7","ShardId":"s","New":1}"#,
        r#"{"SequenceNumber":"7\n","ShardId":"s"}"#,
        r#"{"SequenceNumber":"7\"","ShardId":"s"}"#,
        r#"{"Sequence\u004eumber":"7","ShardId":"s"}"#,
        r#"{"sequenceNumber":"7","ShardId":"s"}"#,
        r#"[{"SequenceNumber":"7","ShardId":"s"}]"#,
        "{\"SequenceNumber\":\"7\n\",\"ShardId\":\"s\"}",
        r#"{"SequenceNumber":"7","ShardId":"größer"}"#,
        r#"{"SequenceNumber": "7","ShardId":"s"}"#,
        r#"{"SequenceNumber":"7","ShardId":"s",}"#,
        r#"{"SequenceNumber":"7"{"ErrorCode":"InternalFailure","ErrorMessage":"words"}"#,
        r#"{"SequenceNumber":"","ShardId":"s"}{"ErrorCode":"InternalFailure","ErrorMessage":"words"}"#,
    ] {
        is_left(&body(&[result]), 1);
        is_left(&body(&[RESULT, result, RESULT]), 3);
    }
}

#[test]
fn every_other_shape_is_left() {
    let whole = body(&[RESULT]);
    let inner = &whole[1..whole.len() - 1];
    for body in [
        format!("{{{inner},{inner}}}"),
        format!(r#"{{{inner},"FailedRecordCount":0}}"#),
        format!(r#"{{{inner},"FailedRecordCount":1}}"#),
        format!(r#"{{{inner},"Records":[]}}"#),
        format!(r#"{{{inner},"Records":null}}"#),
        format!(r#"{{{inner},"EncryptionType":"KMS","EncryptionType":"KMS"}}"#),
        format!(r#"{{{inner},"EncryptionType":null}}"#),
        format!(r#"{{{inner},"EncryptionType":"KMS}}"#),
        format!(r#"{{{inner},"New":0}}"#),
        format!(r#"{{"__type":"InternalFailure",{inner}}}"#),
        format!("{{{inner},}}"),
        format!("{{,{inner}}}"),
        format!("{{{{{inner}}}}}"),
        format!("[{whole}]"),
        format!("{whole}{whole}"),
        format!("{whole}\0"),
        format!(" {whole}"),
        format!("{whole}\n"),
        format!("\u{feff}{whole}"),
        whole.replace(",\"Records", ", \"Records"),
        whole.replace(']', ",]"),
        whole.replace("[{", "[,{"),
    ] {
        is_left(&body, 1);
    }
    is_left(&body(&[RESULT, RESULT]).replace("},{", "}{"), 2);
    is_left(&body(&[RESULT, RESULT]).replace("},{", "},,{"), 2);
}

#[test]
fn a_response_that_ends_early_is_left_wherever_it_ends() {
    let whole = format!(r#"{{"EncryptionType":"KMS",{}"#, &body(&[RESULT, RESULT])[1..]);
    assert!(read(whole.as_bytes(), 2).is_some());
    for end in 0..whole.len() {
        is_left(&whole[..end], 2);
    }
}

#[test]
fn what_is_no_text_is_left() {
    let mut bytes = body(&[RESULT]).into_bytes();
    let place = bytes.iter().position(|&byte| byte == b'7').expect("it is there");
    for byte in [0xff, 0xc3, 0x80, 0, 0x1f, b'\\', b'"'] {
        bytes[place] = byte;
        assert!(read(&bytes, 1).is_none(), "{byte}");
    }
}

#[test]
fn a_response_that_would_fill_the_memory_of_receipts_is_left() {
    let number = |digits: usize| {
        body(&[&format!(r#"{{"SequenceNumber":"{}","ShardId":"s"}}"#, "7".repeat(digits)), RESULT])
    };
    assert!(read(number(300).as_bytes(), 2).is_some(), "together they are below the limit");
    is_left(&number(1_000), 2);
    is_left(&number(1 << 20), 2);
}

#[test]
fn the_sdk_has_the_deserializer_that_ours_is_tested_against() {
    assert!(KnownDeserializer::of(&PutRecords::new(), DESERIALIZER).is_some(), "it has another name");
}

/// Looks at everything, and does nothing.
#[derive(Debug)]
struct Observer;

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Observer {
    fn name(&self) -> &'static str {
        "Observer"
    }
}

/// What the response with this body to a request of so many records means: for a client that is observed, and
/// for one that is not.
fn meanings(status: u16, body: &[u8], records: usize) -> [String; 2] {
    let response = batchwright_kit::Response::with(status, "application/x-amz-json-1.1", body);
    let setup = Setup::through(Canned::script([response]));
    let records = Batch::of((0..records).map(|_| Record::new("x").partition_key("k")).collect::<Vec<_>>());
    [true, false].map(|is_observed| {
        let mut config = Config::from(&setup.config).to_builder();
        if is_observed {
            config.push_interceptor(aws_sdk_kinesis::config::SharedInterceptor::new(Observer));
        }
        let kinesis = Kinesis::new(Client::from_conf(config.build()), "measurements");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let reply = runtime.expect("nothing is missing").block_on(kinesis.send(&records));
        assert!(!is_observed || !matches!(reply, Ok(Verdicts::AllAccepted(_) | Verdicts::AllBut(..))));
        meaning(reply, records.entries().len())
    })
}

#[test]
fn a_status_that_is_no_success_is_no_success_whatever_the_body() {
    for status in [201, 204, 299, 300, 400, 500, 503] {
        let [typed, direct] = meanings(status, body(&[RESULT]).as_bytes(), 1);
        assert_eq!(typed, direct, "{status}");
        assert_eq!(direct.contains("Accepted"), status < 300, "{status}: {direct}");
    }
}

/// What may be put into a response somewhere.
const PIECES: [&str; 23] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    " ",
    "\n",
    "0",
    "1",
    "null",
    "\\u0041",
    "ä",
    RESULT,
    r#""FailedRecordCount":0"#,
    r#""Records":[]"#,
    r#""EncryptionType":"KMS","#,
    r#""ErrorCode":"InternalFailure","#,
    r#""ShardId":"s","#,
    r#"{"ErrorCode":"InternalFailure","ErrorMessage":"words"},"#,
    r#"""{"ErrorCode":"InternalFailure","ErrorMessage":"words"}"#,
];

#[test]
fn a_response_means_the_same_whether_it_is_read_lazily_or_by_the_sdk() {
    let accepted = (select(&["7", "49660202", "ä", ""][..]), any::<bool>()).prop_map(|(number, order)| {
        let members = [format!(r#""SequenceNumber":"{number}""#), r#""ShardId":"s-1""#.to_owned()];
        let [number, shard] = members;
        if order { format!("{{{number},{shard}}}") } else { format!("{{{shard},{number}}}") }
    });
    let failed = failed_result(&["InternalFailure", "ProvisionedThroughputExceededException", "New", ""]);
    let result = prop_oneof![2 => accepted, 1 => failed];
    read_alike(result, &PIECES, body, |bytes, records| meanings(200, bytes, records));
}
