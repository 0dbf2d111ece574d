//! The error codes of the service: the name of the shape, and the one that is sent.

use crate::answer::Protocol;
use crate::refusal::{Dialect, codes};

/// How Amazon SNS speaks: the query protocol.
pub(crate) const DIALECT: Dialect = Dialect {
    protocol: Protocol::Query,
    announces: true,
    prefix: "",
    codes: ALL,
    throttled: "Throttling",
    throttled_status: 400,
};

codes! {
    AUTHORIZATION_ERROR = "AuthorizationErrorException", "AuthorizationError";
    BATCH_ENTRY_IDS_NOT_DISTINCT = "BatchEntryIdsNotDistinctException", "BatchEntryIdsNotDistinct";
    BATCH_REQUEST_TOO_LONG = "BatchRequestTooLongException", "BatchRequestTooLong";
    EMPTY_BATCH_REQUEST = "EmptyBatchRequestException", "EmptyBatchRequest";
    INTERNAL_ERROR = "InternalErrorException", "InternalError";
    INVALID_BATCH_ENTRY_ID = "InvalidBatchEntryIdException", "InvalidBatchEntryId";
    INVALID_PARAMETER = "InvalidParameterException", "InvalidParameter";
    KMS_THROTTLING = "KMSThrottlingException", "KMSThrottling";
    NOT_FOUND = "NotFoundException", "NotFound";
    PARAMETER_VALUE_INVALID = "InvalidParameterValueException", "ParameterValueInvalid";
    THROTTLING = "ThrottlingException", "Throttling";
    TOO_MANY_ENTRIES = "TooManyEntriesInBatchRequestException", "TooManyEntriesInBatchRequest";
}
