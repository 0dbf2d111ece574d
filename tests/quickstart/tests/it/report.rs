//! What a run reports.

use serde_json::Value;

use crate::program::Ended;

/// The report of a run with `--json`, whose numbers must agree with one another.
#[track_caller]
pub(crate) fn parse(ended: &Ended) -> Value {
    let report: Value =
        serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"));
    assert_eq!(report["verified"], true, "{report}");
    for row in report["destinations"].as_array().unwrap() {
        check_row(row, report["lines"].as_u64().unwrap());
    }
    report
}

/// Checks how many lines were sent and how many were not.
#[track_caller]
pub(crate) fn check_lines(report: &Value, lines: u64, malformed: u64) {
    assert_eq!((&report["lines"], &report["malformed"]), (&lines.into(), &malformed.into()), "{report}");
}

/// Checks how many each destination delivered, in the order of the report.
#[track_caller]
pub(crate) fn check_delivered(report: &Value, expected: &[(&str, u64)]) {
    let rows = report["destinations"].as_array().unwrap();
    let delivered =
        rows.iter().map(|row| (row["destination"].as_str().unwrap(), row["delivered"].as_u64().unwrap()));
    assert_eq!(delivered.collect::<Vec<_>>(), expected, "{report}");
}

/// The row of a destination.
#[track_caller]
pub(crate) fn row<'a>(report: &'a Value, destination: &str) -> &'a Value {
    let rows = report["destinations"].as_array().unwrap();
    rows.iter().find(|row| row["destination"] == destination).expect("it is in the report")
}

fn check_row(row: &Value, lines: u64) {
    let count = |name: &str| row[name].as_u64().unwrap_or_else(|| panic!("{name}: {row}"));
    assert_eq!(count("entries") + count("skipped"), lines, "{row}");
    assert_eq!(count("entries"), count("delivered") + count("superseded") + count("unprocessed"), "{row}");
    let causes = row["causes"].as_object().unwrap();
    let by_cause: u64 = causes.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(by_cause, count("unprocessed"), "{row}");
    assert_eq!(row["faults"], serde_json::json!([]), "{row}");
    assert!(row["seconds"].as_f64().unwrap() > 0.0, "{row}");
    let name = row["destination"].as_str().unwrap();
    let (_, most) = LIMITS.iter().find(|(known, _)| *known == name).expect("it is known");
    let per_request = row["entries_per_request"].as_f64().unwrap();
    assert!((0.0..=*most).contains(&per_request), "{row}");
    let sendings = (per_request * count("requests") as f64).round() as u64;
    assert!(sendings >= count("delivered") && sendings >= count("retries"), "{row}");
    check_billed(row, count("delivered"));
}

fn check_billed(row: &Value, delivered: u64) {
    let billed = row["billed"].as_array().unwrap();
    assert!(!billed.is_empty(), "{row}");
    for units in billed {
        let count = |name: &str| units[name].as_u64().unwrap();
        assert!(count("sent") <= count("single"), "{row}");
        assert!(count("single") >= delivered && units["unit"].is_string(), "{row}");
    }
}

/// The most entries of a request.
const LIMITS: [(&str, f64); 5] = [
    ("SQS standard", 10.0),
    ("SQS FIFO", 10.0),
    ("Kinesis", 500.0),
    ("DynamoDB", 25.0),
    ("CloudWatch", 1_000.0),
];
