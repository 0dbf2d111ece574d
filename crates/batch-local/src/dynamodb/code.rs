//! The error codes of the service. It has one name for each; the second ones are what Amazon SQS, and
//! the usual mix of a plan, call the same thing.

use crate::answer::Protocol;
use crate::refusal::{Dialect, Refusal, codes};

/// How Amazon DynamoDB speaks: AWS JSON 1.0.
pub(crate) const DIALECT: Dialect = Dialect {
    protocol: Protocol::Json10,
    announces: false,
    prefix: "com.amazonaws.dynamodb.v20120810#",
    codes: ALL,
    throttled: "ProvisionedThroughputExceededException",
    throttled_status: 400,
};

codes! {
    INTERNAL_SERVER_ERROR = "com.amazonaws.dynamodb.v20120810#InternalServerError", "InternalError";
    ITEM_COLLECTION_SIZE_LIMIT_EXCEEDED = "com.amazonaws.dynamodb.v20120810#ItemCollectionSizeLimitExceededException";
    PROVISIONED_THROUGHPUT_EXCEEDED = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException", "RequestThrottled";
    REPLICATED_WRITE_CONFLICT = "com.amazonaws.dynamodb.v20120810#ReplicatedWriteConflictException";
    REQUEST_LIMIT_EXCEEDED = "com.amazonaws.dynamodb.v20120810#RequestLimitExceeded";
    RESOURCE_IN_USE = "com.amazonaws.dynamodb.v20120810#ResourceInUseException";
    RESOURCE_NOT_FOUND = "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException";
    THROTTLING = "com.amazonaws.dynamodb.v20120810#ThrottlingException";
    VALIDATION = "com.amazon.coral.validate#ValidationException";
}

/// The refusal of a request that breaks a rule.
pub(super) fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    Refusal::new(&VALIDATION, message)
}

/// The refusal of a request that breaks this constraint of a parameter.
pub(super) fn constraint(parameter: &str, constraint: &str) -> Refusal {
    invalid(format!(
        "1 validation error detected: Value at '{parameter}' failed to satisfy constraint: {constraint}"
    ))
}

/// The refusal of values that are not valid, for this reason.
pub(super) fn invalid_values(reason: &str) -> Refusal {
    invalid(format!("One or more parameter values were invalid: {reason}"))
}

/// The refusal of a write above the maximum of a table that is billed by request.
pub(super) fn above_maximum() -> Refusal {
    Refusal::new(
        &THROTTLING,
        "Throughput exceeds the maximum OnDemandThroughput configured on table or index",
    )
}

/// The refusal of a write that the table has no capacity for.
pub(super) fn throttled() -> Refusal {
    let message = "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.";
    Refusal::new(&PROVISIONED_THROUGHPUT_EXCEEDED, message)
}
