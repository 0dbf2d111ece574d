//! The programs as a whole, with few entries: that every arm of every service sends them all, not how long it
//! takes.
#![cfg(unix)] // the processor time of a process
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fs;
use std::path::Path;
use std::process::Command;

/// What the program prints.
fn wire(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_wire")).args(arguments).output().unwrap();
    let (stdout, stderr) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}\n{stdout}\n{stderr}");
    stdout
}

#[test]
fn every_arm_of_every_service_sends_every_entry() {
    // The counting program is built beside the other one.
    assert!(Path::new(env!("CARGO_BIN_EXE_wire-counted")).exists());
    let services =
        ["cloudwatch", "dynamodb", "firehose", "kinesis", "sns-standard", "sqs-fifo", "sqs-standard"];
    for service in services {
        let few = ["--service", service, "--bytes", "100", "--rounds", "1", "--entries", "100"];
        let printed = wire(&[&few[..], &["--in-flight", "2"]].concat());
        for arm in ["by hand", "submit", "receipts", "try_submit", "single calls"] {
            let rows = printed.lines().filter(|line| line.split('|').any(|cell| cell.trim() == arm));
            assert!(rows.count() >= 1, "{service}: no {arm} in\n{printed}");
        }
    }
}

#[test]
fn a_report_has_its_tables_and_what_is_drawn() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wire-report");
    let few = ["--service", "dynamodb", "--rounds", "2", "--entries", "50", "--report"];
    wire(&[&few[..], &[directory.to_str().unwrap()]].concat());
    let markdown = fs::read_to_string(directory.join("wire.md")).unwrap();
    assert!(markdown.contains("| DynamoDB 1 KiB"), "{markdown}");
    assert!(markdown.contains("cores"), "{markdown}");
    let csv = fs::read_to_string(directory.join("wire.csv")).unwrap();
    assert_eq!(csv.lines().next(), Some("case,arm,median,least,most"));
    // Three ways to submit, and two sizes.
    assert_eq!(csv.lines().count(), 1 + 3 * 2, "{csv}");
}

#[test]
fn a_rate_shows_how_full_requests_are() {
    let few = ["--service", "kinesis", "--rate", "500", "--entries", "100", "--latency", "1"];
    let printed = wire(&few);
    assert!(printed.contains("entries/request"), "{printed}");
    assert!(printed.contains("| Kinesis 100 B, 1 ms"), "{printed}");
}
