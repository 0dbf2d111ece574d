//! Says what the errors of another service mean.

use batch_core::{Failure, Reply};
use batch_smithy::{Class, Codes, Refusal, Rule};

static CODES: Codes = Codes {
    prefix: "",
    rules: &[Rule { codes: &["ResourceNotFoundException"], class: Class::UnknownDestination, advice: None }],
    check_endpoint: "this is not how the service answers; check the endpoint of the client",
    check_key: "the KMS key cannot be used; check its state and its policy",
    check_permissions: "these credentials may not do this; allow them firehose:PutRecordBatch",
};

fn main() {
    // What an error answer means, by its code and its HTTP status:
    assert_eq!(CODES.of_request(Some("ThrottlingException"), 400).0, Class::Throttled);
    assert_eq!(CODES.of_request(None, 413).0, Class::Split);
    assert_eq!(CODES.of_request(Some("ServiceUnavailable"), 503).0, Class::Ambiguous);

    // An adapter gives `Refusal::new` the error that its client returned, and the refusal is its reply:
    let refusal = Refusal::of(Class::Expired, Failure::new("ExpiredToken"));
    assert!(matches!(refusal.into_reply::<()>(), Reply::Unsent(_)));
}
