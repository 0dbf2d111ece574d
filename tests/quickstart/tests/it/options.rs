//! What the options do.

use crate::program::{run, run_with};
use crate::report::{check_delivered, check_lines, parse, row};

#[test]
fn without_options_all_observations_go_to_all_destinations_and_are_verified() {
    let ended = run(&[]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let names = ["SQS standard", "SQS FIFO", "Kinesis", "DynamoDB", "CloudWatch"];
    for words in names.into_iter().chain(["entries/req", "  300 ", "read back and verified"]) {
        assert!(ended.stdout.contains(words), "{words}: {}", ended.stdout);
    }
}

#[test]
fn as_json_the_report_is_one_object_whose_numbers_agree() {
    let ended = run(&["--json"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let report = parse(&ended);
    check_lines(&report, 300, 0);
    let all = ["SQS standard", "SQS FIFO", "Kinesis", "DynamoDB", "CloudWatch"].map(|name| (name, 300));
    check_delivered(&report, &all);
    assert_eq!(report["interrupted"], false);
    for row in report["destinations"].as_array().unwrap() {
        assert_eq!(
            (&row["retries"], &row["doubled"], &row["skipped"]),
            (&0.into(), &0.into(), &0.into()),
            "{row}"
        );
        assert!(row["reordered"] == 0 || row["destination"] == "SQS standard", "{row}");
    }
}

#[test]
fn with_faults_in_strict_order_every_line_is_accounted_for() {
    let line = |n: usize| {
        let temperature = if n.is_multiple_of(10) { String::new() } else { format!(",\"temp\":{n}.5") };
        format!("{{\"origin\":\"S{}\",\"time_hour\":\"{}\"{temperature}}}\n", n % 20, n % 50)
    };
    let lines: String = (0..100).map(line).collect();
    let args = ["--json", "--faults", "0.3", "--seed", "7", "--order", "strict", "--input", "-"];
    let ended = run_with(&args, lines.as_bytes());
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report = parse(&ended);
    check_lines(&report, 100, 0);
    assert_eq!(
        (&row(&report, "SQS FIFO")["reordered"], &row(&report, "SQS FIFO")["doubled"]),
        (&0.into(), &0.into())
    );
    assert_eq!(row(&report, "Kinesis")["reordered"], 0);
    assert_eq!(row(&report, "CloudWatch")["skipped"], 10);
    let retries: u64 =
        report["destinations"].as_array().unwrap().iter().map(|row| row["retries"].as_u64().unwrap()).sum();
    assert!(retries > 0, "a third of the requests failed: {report}");
}

#[test]
fn aggregated_lines_are_deaggregated_and_verified() {
    for args in [&[][..], &["--faults", "0.3", "--seed", "3", "--order", "strict"]] {
        let ended = run(&[&["--json", "--to", "kinesis", "--aggregate"], args].concat());
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let report = parse(&ended);
        check_lines(&report, 300, 0);
        assert_eq!(row(&report, "Kinesis")["reordered"], 0);
    }
}

#[test]
fn lines_go_where_they_are_told_in_the_order_of_the_report() {
    let report = parse(&run(&["--json", "--to", "dynamodb,kinesis"]));
    check_delivered(&report, &[("Kinesis", 300), ("DynamoDB", 300)]);
    let report = parse(&run(&["--json", "--to", "cloudwatch", "--to", "cloudwatch"]));
    check_delivered(&report, &[("CloudWatch", 300)]);
}

#[test]
fn the_table_ends_with_the_last_line_of_each_key() {
    let lines: String = (0..200)
        .map(|n| format!("{{\"origin\":\"A\",\"time_hour\":\"{}\",\"n\":{n}.10}}\n", n % 7))
        .collect();
    let ended =
        run_with(&["--json", "--to", "dynamodb", "--faults", "0.3", "--input", "-"], lines.as_bytes());
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report = parse(&ended);
    let superseded = row(&report, "DynamoDB")["superseded"].as_u64().unwrap();
    assert!(superseded > 100, "most are superseded before they are sent: {report}");
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
        (&["--to", "s3"], "[possible values: sqs, sqs-fifo, kinesis, dynamodb, cloudwatch]"),
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
    for option in [
        "--to <DESTINATION>",
        "--input <FILE>",
        "--faults <RATE>",
        "--seed <N>",
        "--order <ORDER>",
        "--aggregate",
        "--json",
        "--aws",
    ] {
        assert!(ended.stdout.contains(option), "{option}: {}", ended.stdout);
    }
}
