//! What the service's codes mean.
//!
//! It has none of its own: those of single data (`InvalidParameterValue`, `MissingParameter`, …, in
//! either spelling) come with a status of 400, which for all services may be the fault of one entry,
//! so that the request is split; and the others are common to all services.

use batch_smithy::Codes;

/// How CloudWatch spells and means its error codes.
pub(crate) static CODES: Codes = Codes {
    prefix: "",
    rules: &[],
    check_endpoint: "this is not a response of Amazon CloudWatch; check the endpoint of the client",
    check_key: "the service cannot use a KMS key; check the state of the key and who may use it",
    check_permissions: "these credentials may not put metric data; allow them cloudwatch:PutMetricData",
};

#[cfg(test)]
mod tests {
    use batch_core::Class;

    use super::CODES;

    /// Checks codes that come with this status.
    #[track_caller]
    fn check(status: u16, codes: &[&str], expected: Class) {
        for code in codes {
            assert_eq!(CODES.of_request(Some(code), status).0, expected, "{code}");
        }
    }

    #[test]
    fn what_a_single_datum_may_have_spoilt_is_split() {
        check(400, &["InvalidParameterValue", "InvalidParameterValueException"], Class::Split);
        check(400, &["InvalidParameterCombination", "InvalidParameterCombinationException"], Class::Split);
        check(400, &["MissingParameter", "MissingRequiredParameterException"], Class::Split);
        check(400, &["ValidationError", "ValidationException", "SerializationException"], Class::Split);
        check(400, &["SomethingNew"], Class::Split);
        check(413, &["RequestEntityTooLarge", "SomethingNew"], Class::Split);
        for status in [400, 413] {
            assert_eq!(CODES.of_request(None, status).0, Class::Split, "{status}");
        }
    }

    #[test]
    fn throttling_is_told_by_its_code() {
        check(400, &["Throttling", "ThrottlingException", "RequestLimitExceeded"], Class::Throttled);
        check(400, &["LimitExceeded", "LimitExceededFault", "LimitExceededException"], Class::Throttled);
        assert_eq!(CODES.of_request(None, 429).0, Class::Throttled);
    }

    #[test]
    fn what_went_wrong_inside_the_service_may_have_been_applied() {
        check(500, &["InternalServiceError", "InternalServiceFault", "Whatever"], Class::Ambiguous);
        check(400, &["InternalServiceError", "InternalServiceFault", "InternalFailure"], Class::Ambiguous);
        for status in [408, 500, 502, 503, 504] {
            assert_eq!(CODES.of_request(None, status).0, Class::Ambiguous, "{status}");
        }
    }

    #[test]
    fn missing_permission_is_named() {
        for code in ["AccessDenied", "AccessDeniedException"] {
            let (class, advice) = CODES.of_request(Some(code), 403);
            assert_eq!(class, Class::Fatal);
            assert!(advice.unwrap_or_default().contains("cloudwatch:PutMetricData"), "{advice:?}");
        }
    }

    #[test]
    fn what_no_datum_can_be_blamed_for_is_fatal() {
        check(403, &["SomethingNew"], Class::Fatal);
        check(403, &["InvalidClientTokenId"], Class::Unrecognized);
        check(404, &["UnknownOperationException", "SomethingNew"], Class::Fatal);
    }
}
