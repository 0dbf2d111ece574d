//! The error codes of the service, each under both of its names.

use crate::answer::Protocol;
use crate::refusal::{Dialect, codes};

/// How Amazon SQS speaks: AWS JSON 1.0, with the codes of its query protocol in a header.
pub(crate) const DIALECT: Dialect = Dialect {
    protocol: Protocol::Json10,
    announces: true,
    prefix: "AWS.SimpleQueueService.",
    codes: ALL,
    throttled: "RequestThrottled",
    throttled_status: 400,
};

codes! {
    BATCH_ENTRY_IDS_NOT_DISTINCT = "com.amazonaws.sqs#BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct";
    BATCH_REQUEST_TOO_LONG = "com.amazonaws.sqs#BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong";
    EMPTY_BATCH_REQUEST = "com.amazonaws.sqs#EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest";
    INVALID_ADDRESS = "com.amazonaws.sqs#InvalidAddress", "InvalidAddress";
    INVALID_ATTRIBUTE_NAME = "com.amazonaws.sqs#InvalidAttributeName", "InvalidAttributeName";
    INVALID_ATTRIBUTE_VALUE = "com.amazonaws.sqs#InvalidAttributeValue", "InvalidAttributeValue";
    INVALID_BATCH_ENTRY_ID = "com.amazonaws.sqs#InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId";
    INVALID_MESSAGE_CONTENTS = "com.amazonaws.sqs#InvalidMessageContents", "InvalidMessageContents";
    INVALID_PARAMETER_VALUE = "com.amazon.coral.service#InvalidParameterValueException", "InvalidParameterValue";
    KMS_THROTTLED = "com.amazonaws.sqs#KmsThrottled", "KMS.ThrottlingException";
    MISSING_PARAMETER = "com.amazon.coral.service#MissingRequiredParameterException", "MissingParameter";
    OVER_LIMIT = "com.amazonaws.sqs#OverLimit", "OverLimit";
    PURGE_QUEUE_IN_PROGRESS = "com.amazonaws.sqs#PurgeQueueInProgress", "AWS.SimpleQueueService.PurgeQueueInProgress";
    QUEUE_DELETED_RECENTLY = "com.amazonaws.sqs#QueueDeletedRecently", "AWS.SimpleQueueService.QueueDeletedRecently";
    QUEUE_DOES_NOT_EXIST = "com.amazonaws.sqs#QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue";
    QUEUE_NAME_EXISTS = "com.amazonaws.sqs#QueueNameExists", "QueueAlreadyExists";
    RECEIPT_HANDLE_IS_INVALID = "com.amazonaws.sqs#ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid";
    REQUEST_THROTTLED = "com.amazonaws.sqs#RequestThrottled", "RequestThrottled";
    TOO_MANY_ENTRIES = "com.amazonaws.sqs#TooManyEntriesInBatchRequest", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest";
    UNSUPPORTED_OPERATION = "com.amazonaws.sqs#UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation";
}
