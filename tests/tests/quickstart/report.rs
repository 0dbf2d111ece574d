//! What a run reports.

use serde_json::Value;

use crate::program::Ended;

/// The report of a run with `--json`, whose numbers must agree with one another.
#[track_caller]
pub(crate) fn parse(ended: &Ended) -> Value {
    let report: Value =
        serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"));
    assert_eq!(report["verified"], true, "{report}");
    let queues = report["queues"].as_array().unwrap();
    assert_eq!(queues.iter().map(|queue| queue["queue"].as_str().unwrap()).collect::<Vec<_>>(), QUEUES);
    for queue in queues {
        let count = |name: &str| queue[name].as_u64().unwrap_or_else(|| panic!("{name}: {queue}"));
        assert_eq!(queue["entries"], report["lines"], "{queue}");
        assert_eq!(count("entries"), count("delivered") + count("unprocessed"), "{queue}");
        let causes = queue["causes"].as_object().unwrap();
        let by_cause: u64 = causes.values().map(|count| count.as_u64().unwrap()).sum();
        assert_eq!(by_cause, count("unprocessed"), "{queue}");
        assert_eq!(queue["faults"], serde_json::json!([]), "{queue}");
        assert!(queue["seconds"].as_f64().unwrap() > 0.0, "{queue}");
        let per_request = queue["entries_per_request"].as_f64().unwrap();
        assert!((0.0..=10.0).contains(&per_request), "{queue}");
        let sendings = (per_request * count("requests") as f64).round() as u64;
        assert!(sendings >= count("delivered") && sendings >= count("retries"), "{queue}");
    }
    report
}

/// Checks how many lines were sent and how many were not.
#[track_caller]
pub(crate) fn check_lines(report: &Value, lines: u64, malformed: u64) {
    assert_eq!((&report["lines"], &report["malformed"]), (&lines.into(), &malformed.into()), "{report}");
}

/// Checks that each queue delivered so many.
#[track_caller]
pub(crate) fn check_delivered(report: &Value, standard: u64, fifo: u64) {
    let delivered = [0, 1].map(|index| report["queues"][index]["delivered"].as_u64().unwrap());
    assert_eq!(delivered, [standard, fifo], "{report}");
}

/// In the order of the report.
const QUEUES: [&str; 2] = ["SQS standard", "SQS FIFO"];
