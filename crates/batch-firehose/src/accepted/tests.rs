use aws_sdk_firehose::operation::put_record_batch::PutRecordBatch;
use aws_smithy_types::body::SdkBody;
use batch_core::{Batch, Service, Verdict, Verdicts};
use batch_smithy::memory::Kept;
use batch_smithy::{KnownDeserializer, Results, cap_responses};
use batchwright_kit::{Canned, Setup, client, failed_result, meaning, read_alike};
use proptest::prelude::*;
use proptest::sample::select;

use super::{DESERIALIZER, PutRecordBatchForm, verdicts};
use crate::{Firehose, Record, SentRecord};

const RESULT: &str = r#"{"RecordId":"7"}"#;
const FAILED: &str = r#"{"ErrorCode":"ServiceUnavailableException","ErrorMessage":"Slow down."}"#;

fn body(results: &[&str]) -> String {
    format!(r#"{{"Encrypted":false,"FailedPutCount":0,"RequestResponses":[{}]}}"#, results.join(","))
}

fn read(body: &[u8], records: usize) -> Option<Results<PutRecordBatchForm>> {
    Results::of(Kept::of(&SdkBody::from(body)).expect("it is in memory"), records)
}

#[track_caller]
fn is_left(body: &str, records: usize) {
    assert!(read(body.as_bytes(), records).is_none(), "{body}");
}

#[test]
fn the_id_of_a_record_is_cut_out_at_its_position() {
    let whole = body(&[r#"{"RecordId":"4966+/="}"#, r#"{"RecordId":"8"}"#, RESULT]);
    let encrypted = whole.replace("false", "true");
    let bare = whole.replace(r#""Encrypted":false,"#, "");
    let last = bare.replace("]}", r#"],"Encrypted":false}"#);
    for body in [whole, encrypted, bare, last] {
        let accepted = read(body.as_bytes(), 3).unwrap_or_else(|| panic!("{body}"));
        let Verdicts::AllAccepted(responses) = verdicts(accepted) else { panic!("none failed: {body}") };
        let found = [0, 1, 2].map(|position| responses.read(position));
        assert_eq!(found.each_ref().map(SentRecord::record_id), ["4966+/=", "8", "7"]);
    }
}

#[test]
fn a_failed_record_is_an_exception_at_its_position() {
    let body = body(&[RESULT, FAILED, RESULT, FAILED]).replace(":0,", ":2,");
    let accepted = read(body.as_bytes(), 4).expect("it is read");
    let Verdicts::AllBut(responses, others) = verdicts(accepted) else { panic!("two failed") };
    let [(1, Verdict::Throttled(one)), (3, Verdict::Throttled(other))] = &others[..] else {
        panic!("{others:?}")
    };
    assert_eq!((one.code(), one.message()), ("ServiceUnavailableException", Some("Slow down.")));
    assert_eq!(other.code(), "ServiceUnavailableException");
    for position in [0, 2] {
        assert_eq!(responses.read(position).record_id(), "7");
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
fn every_other_result_is_left() {
    for result in [
        "{}",
        "null",
        "7",
        r#"{"RecordId":""}"#,
        r#"{"RecordId":null}"#,
        r#"{"RecordId":7}"#,
        r#"{"RecordId":"7","ErrorCode":"InternalFailure"}"#,
        r#"{"RecordId":"7","ErrorCode":null}"#,
        r#"{"ErrorCode":"InternalFailure"}"#,
        r#"{"ErrorCode":"","ErrorMessage":"words"}"#,
        r#"{"ErrorCode":null,"ErrorMessage":"words"}"#,
        r#"{"ErrorCode":"InternalFailure","ErrorMessage":"words","RecordId":"7"}"#,
        r#"{"ErrorCode":"InternalFailure","RecordId":"7"}"#,
        r#"{"RecordId":"7\n"}"#,
        r#"{"RecordId":"7\""}"#,
        r#"{"recordId":"7"}"#,
        r#"[{"RecordId":"7"}]"#,
        "{\"RecordId\":\"7\n\"}",
        r#"{"RecordId": "7"}"#,
        r#"{"RecordId":"7",}"#,
        r#"{"RecordId":"7"{"ErrorCode":"InternalFailure","ErrorMessage":"words"}"#,
        r#"{"RecordId":""}{"ErrorCode":"InternalFailure","ErrorMessage":"words"}"#,
    ] {
        is_left(&body(&[result]), 1);
        is_left(&body(&[RESULT, result, RESULT]), 3);
    }
}

#[test]
fn every_other_shape_is_left() {
    let whole = body(&[RESULT]);
    for (from, to) in [
        ("0", "-1"),
        ("0", "00"),
        ("0", "null"),
        ("false", "null"),
        (r#""FailedPutCount":0,"#, ""),
        ("{\"Encrypted", " {\"Encrypted"),
        (",\"Req", ", \"Req"),
        ("]}", "]},"),
        ("]}", ",]}"),
        ("]}", r#"],"FailedPutCount":1}"#),
        ("]}", r#"],"Encrypted":false}"#),
        ("]}", r#"],"RequestResponses":[]}"#),
        ("]}", r#"],"New":0}"#),
        ("]}", "]} "),
        ("[{", "[,{"),
    ] {
        is_left(&whole.replacen(from, to, 1), 1);
    }
    is_left(&body(&[RESULT, RESULT]).replace("},{", "}{"), 2);
}

#[test]
fn a_response_that_ends_early_is_left_wherever_it_ends() {
    let whole = body(&[RESULT, RESULT]);
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
    let id = |length: usize| body(&[&format!(r#"{{"RecordId":"{}"}}"#, "7".repeat(length)), RESULT]);
    assert!(read(id(600).as_bytes(), 2).is_some(), "together they are below the limit");
    is_left(&id(2_000), 2);
    is_left(&id(1 << 20), 2);
}

#[test]
fn the_sdk_has_the_deserializer_that_ours_is_tested_against() {
    assert!(KnownDeserializer::of(&PutRecordBatch::new(), DESERIALIZER).is_some(), "it has another name");
}

/// What the response with this body to a request of so many records means: for a client that is observed, and
/// for one that is not.
fn meanings(status: u16, body: &[u8], records: usize) -> [String; 2] {
    let response = batchwright_kit::Response::with(status, "application/x-amz-json-1.1", body);
    let setup = Setup::through(Canned::script([response]));
    let records = Batch::of(vec![Record::new("x"); records]);
    let observed = Setup { interceptor: Some(cap_responses(1 << 20)), ..setup.clone() };
    [observed, setup].map(|setup| {
        let firehose = Firehose::new(client!(aws_sdk_firehose, &setup), "measurements");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let reply = runtime.expect("nothing is missing").block_on(firehose.send(&records));
        let is_observed = firehose.known.as_ref().is_some_and(|(known, _)| known.is_observed());
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
const PIECES: [&str; 20] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    " ",
    "0",
    "1",
    "null",
    "ä",
    RESULT,
    r#""FailedPutCount":0,"#,
    r#""Encrypted":true,"#,
    r#""RequestResponses":[],"#,
    r#""ErrorCode":"InternalFailure","#,
    r#"{"ErrorCode":"InternalFailure","ErrorMessage":"words"},"#,
    r#"""{"ErrorCode":"InternalFailure","ErrorMessage":"words"}"#,
];

#[test]
fn a_response_means_the_same_whether_it_is_read_lazily_or_by_the_sdk() {
    let accepted = select(&["7", "49660202", "ä", ""][..]).prop_map(|id| format!(r#"{{"RecordId":"{id}"}}"#));
    let failed = failed_result(&["InternalFailure", "ServiceUnavailableException", "New", ""]);
    let result = prop_oneof![2 => accepted, 1 => failed];
    read_alike(result, &PIECES, body, |bytes, records| meanings(200, bytes, records));
}
