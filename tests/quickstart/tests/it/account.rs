//! An account that cannot be used.

use std::time::Duration;

use crate::program::Running;

/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:1";

/// Checks that it ends soon, in one line that says this.
fn check(destination: &str, more: &[(&str, &str)], words: &[&str]) {
    let mut environment = vec![
        ("AWS_ACCESS_KEY_ID", ""),
        ("AWS_CONFIG_FILE", "none"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_ENDPOINT_URL", NOWHERE),
        ("AWS_MAX_ATTEMPTS", "1"),
        ("AWS_PROFILE", "default"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_SHARED_CREDENTIALS_FILE", "none"),
    ];
    environment.extend_from_slice(more);
    let mut running = Running::start_in(&["--aws", "--to", destination], &environment);
    let ended = running.end_within(Duration::from_secs(15)).expect("it ends");
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{ended:?}");
    for words in words {
        assert!(ended.stderr.contains(words), "{words}: {}", ended.stderr);
    }
    assert!(!ended.stderr.contains("DispatchFailure"), "nobody reads that: {}", ended.stderr);
}

#[test]
fn an_account_that_cannot_be_reached_is_explained() {
    let keys = [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")];
    for (destination, what) in [("sqs", "queue"), ("kinesis", "stream"), ("dynamodb", "table")] {
        check(destination, &keys, &[&format!("cannot create the {what}"), "Connection refused"]);
    }
}

#[test]
fn missing_credentials_are_explained() {
    check("sqs", &[], &["cannot create the queue", "no credentials found in chain"]);
}
