//! The error codes of the service.

use crate::answer::Protocol;
use crate::refusal::{Dialect, codes};

/// How Amazon Kinesis speaks: AWS JSON 1.1. The second names are those of Amazon SQS, so that the
/// same plan of faults serves both.
pub(crate) const DIALECT: Dialect = Dialect {
    protocol: Protocol::Json11,
    announces: false,
    prefix: "",
    codes: ALL,
    throttled: "ProvisionedThroughputExceededException",
    throttled_status: 400,
};

codes! {
    DRY_RUN_OPERATION = "DryRunOperationException";
    EXPIRED_ITERATOR = "ExpiredIteratorException";
    EXPIRED_NEXT_TOKEN = "ExpiredNextTokenException";
    INTERNAL_FAILURE = "InternalFailure", "InternalError";
    INVALID_ARGUMENT = "InvalidArgumentException";
    KMS_THROTTLING = "KMSThrottlingException", "KmsThrottled";
    LIMIT_EXCEEDED = "LimitExceededException";
    PROVISIONED_THROUGHPUT_EXCEEDED = "ProvisionedThroughputExceededException", "RequestThrottled";
    RESOURCE_IN_USE = "ResourceInUseException";
    RESOURCE_NOT_FOUND = "ResourceNotFoundException";
    VALIDATION = "ValidationException";
}
