//! The error codes of the service.

use crate::answer::Protocol;
use crate::refusal::{Dialect, codes};

/// How Amazon Data Firehose speaks: AWS JSON 1.1. The second names are those of Amazon SQS, so that the same plan of
/// faults serves both. It has one code for throttling and for trouble of its own, with the status 500 for a request.
pub(crate) const DIALECT: Dialect = Dialect {
    protocol: Protocol::Json11,
    announces: false,
    prefix: "",
    codes: ALL,
    throttled: "ServiceUnavailableException",
    throttled_status: 500,
};

codes! {
    INTERNAL_FAILURE = "InternalFailure", "InternalError";
    INVALID_ARGUMENT = "InvalidArgumentException";
    INVALID_KMS_RESOURCE = "InvalidKMSResourceException";
    LIMIT_EXCEEDED = "LimitExceededException";
    RESOURCE_IN_USE = "ResourceInUseException";
    RESOURCE_NOT_FOUND = "ResourceNotFoundException";
    SERVICE_UNAVAILABLE = "ServiceUnavailableException", "RequestThrottled";
    VALIDATION = "ValidationException";
}
