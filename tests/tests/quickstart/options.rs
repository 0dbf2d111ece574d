//! What the options do.

use crate::program::{run, run_with};
use crate::report::{check_delivered, check_lines, parse};

#[test]
fn without_options_all_observations_go_to_both_queues_and_are_verified() {
    let ended = run(&[]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    for words in ["entries/req", "SQS standard", "SQS FIFO", "  300 ", "read back and verified"] {
        assert!(ended.stdout.contains(words), "{words}: {}", ended.stdout);
    }
}

#[test]
fn as_json_the_report_is_one_object_whose_numbers_agree() {
    let ended = run(&["--json"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let report = parse(&ended);
    check_lines(&report, 300, 0);
    check_delivered(&report, 300, 300);
    assert_eq!(report["interrupted"], false);
    for queue in report["queues"].as_array().unwrap() {
        assert!(queue["requests"].as_u64().unwrap() >= 30, "ten lines a request at most: {queue}");
        assert_eq!((&queue["retries"], &queue["doubled"]), (&0.into(), &0.into()), "{queue}");
    }
    assert_eq!(report["queues"][1]["reordered"], 0);
}

#[test]
fn with_faults_in_strict_order_every_line_is_accounted_for() {
    let line = |n: usize| format!("{{\"origin\":\"S{}\",\"n\":{n}}}\n", n % 20);
    let lines: String = (0..100).map(line).collect();
    let args = ["--json", "--faults", "0.3", "--seed", "7", "--order", "strict", "--input", "-"];
    let ended = run_with(&args, lines.as_bytes());
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report = parse(&ended);
    check_lines(&report, 100, 0);
    assert_eq!(report["queues"][1]["reordered"], 0);
    assert_eq!(report["queues"][1]["doubled"], 0);
    let retries = |index: usize| report["queues"][index]["retries"].as_u64().unwrap();
    assert!(retries(0) + retries(1) > 0, "a third of the requests failed: {report}");
}

#[test]
fn a_wrong_option_is_explained() {
    for (args, words) in [
        (&["--faults", "2"][..], "2 is not within 0 to 1"),
        (&["--faults", "-0.1"], "-0"),
        (&["--faults", "NaN"], "NaN is not within 0 to 1"),
        (&["--faults", "many"], "`many` is not a number"),
        (&["--faults", "0.1", "--aws"], "cannot be used with"),
        (&["--order", "sideways"], "[possible values: relaxed, strict]"),
        (&["--seed", "-"], "invalid value"),
        (&["--colour"], "unexpected argument"),
    ] {
        let ended = run(args);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{args:?}: {ended:?}");
        assert!(ended.stderr.contains(words), "{args:?}: {}", ended.stderr);
        assert!(ended.stderr.contains("--help"), "{args:?}: {}", ended.stderr);
    }
}

#[test]
fn help_names_every_option() {
    let ended = run(&["--help"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    for option in ["--input <FILE>", "--faults <RATE>", "--seed <N>", "--order <ORDER>", "--json", "--aws"] {
        assert!(ended.stdout.contains(option), "{option}: {}", ended.stdout);
    }
}
