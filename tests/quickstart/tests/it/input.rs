//! Good, bad and odd input.

use crate::program::{run, run_file, run_with};
use crate::report::{check_delivered, check_lines, parse};

#[test]
fn bad_lines_are_named_and_the_rest_still_goes() {
    let content =
        b"{\"origin\":\"A\"}\nnot json\n{\"origin\":\"B\",\"n\":1}\n{\"n\":2}\n\xff\xfe\n{\"origin\":7}\n\
                    {\"origin\":\"A\"";
    let (ended, name) = run_file("bad_lines.ndjson", content);
    assert_eq!(ended.code, Some(1));
    let reasons = [
        (2, "expected ident"),
        (4, "missing field `origin`"),
        (5, "invalid utf-8 sequence of 1 bytes from index 0"),
        (6, "invalid type: integer `7`, expected a string"),
        (7, "EOF while parsing an object"),
    ];
    let said: Vec<_> = ended.stderr.lines().collect();
    assert_eq!(said.len(), reasons.len(), "{}", ended.stderr);
    for (said, (number, reason)) in said.iter().zip(reasons) {
        assert!(said.starts_with(&format!("{name}:{number}: {reason}")), "{said}");
    }
    let report = parse(&ended);
    check_lines(&report, 2, 5);
    check_queues(&report, 2, 2);
}

#[test]
fn blank_lines_are_no_lines_but_count_in_numbers() {
    let (ended, name) = run_file("blank.ndjson", b"\n  \n{\"origin\":\"A\"}\n\t\r\n\n?\n");
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.starts_with(&format!("{name}:6: ")), "{}", ended.stderr);
    check_lines(&parse(&ended), 1, 1);
}

#[test]
fn line_ends_of_any_kind_are_no_part_of_a_line() {
    let (ended, _) = run_file(
        "crlf.ndjson",
        b"{\"origin\":\"A\"}\r\n{\"origin\":\"B\"}\n{\"origin\":\"C\"}\r\n{\"origin\":\"D\"}",
    );
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let report = parse(&ended);
    check_lines(&report, 4, 0);
    check_queues(&report, 4, 4);
}

#[test]
fn an_empty_file_is_no_error() {
    let (ended, _) = run_file("empty.ndjson", b"");
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    check_lines(&parse(&ended), 0, 0);
}

#[test]
fn a_dash_reads_standard_input() {
    let ended = run_with(
        &["--json", "--to", "sqs,sqs-fifo", "--input", "-"],
        b"{\"origin\":\"A\"}\nbad\n{\"origin\":\"B\"}\n",
    );
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.starts_with("-:2: "), "{}", ended.stderr);
    check_lines(&parse(&ended), 2, 1);
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_the_reason() {
    let directory = env!("CARGO_TARGET_TMPDIR");
    let missing = format!("{directory}/missing.ndjson");
    for (path, says) in [
        (missing.as_str(), format!("quickstart: cannot open {missing}: No such file or directory")),
        (directory, format!("quickstart: cannot read {directory}: Is a directory")),
    ] {
        let ended = run(&["--input", path]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{ended:?}");
        assert!(ended.stderr.starts_with(&says), "{}", ended.stderr);
        assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
    }
}

/// Checks how many lines the two queues delivered.
#[track_caller]
fn check_queues(report: &serde_json::Value, standard: u64, fifo: u64) {
    check_delivered(report, &[("SQS standard", standard), ("SQS FIFO", fifo)]);
}

/// Sends a line between two good ones; it comes back from one or both queues, with these words.
#[track_caller]
fn check_handed_back(name: &str, line: &str, by_standard_too: bool, words: &str) {
    let content = format!("{{\"origin\":\"A\",\"n\":1}}\n{line}\n{{\"origin\":\"A\",\"n\":2}}\n");
    let (ended, _) = run_file(name, content.as_bytes());
    let report = parse(&ended);
    check_lines(&report, 3, 0);
    check_queues(&report, 3 - u64::from(by_standard_too), 2);
    for queue in report["destinations"].as_array().unwrap().iter().skip(usize::from(!by_standard_too)) {
        let causes: Vec<_> = queue["causes"].as_object().unwrap().keys().collect();
        assert!(matches!(causes[..], [cause] if cause.contains(words)), "{queue}");
    }
}

#[test]
fn a_line_above_the_limit_is_handed_back_with_the_limit() {
    let rest = r#"{"origin":"A","pad":""}"#.len();
    let line = format!(r#"{{"origin":"A","pad":"{}"}}"#, "x".repeat((1 << 20) + 1 - rest));
    assert_eq!(line.len(), 1_048_577);
    check_handed_back("large.ndjson", &line, true, "above the limit of 1048576");
}

#[test]
fn a_character_that_the_service_does_not_take_is_pointed_out() {
    let line = "{\"origin\":\"A\",\"text\":\"\u{fffe}\"}";
    let words = format!("the character at byte {} of the body", line.find('\u{fffe}').unwrap());
    check_handed_back("character.ndjson", line, true, &words);
}

#[test]
fn an_origin_that_cannot_be_a_group_is_handed_back_by_the_fifo_queue_alone() {
    check_handed_back("space.ndjson", r#"{"origin":"New York"}"#, false, "group");
    check_handed_back("nameless.ndjson", r#"{"origin":""}"#, false, "group");
}
