//! Says what the errors of another service mean.

use batch_core::Class;
use batch_smithy::{Codes, Rule};

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
}
