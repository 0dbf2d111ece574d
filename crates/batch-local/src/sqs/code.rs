//! The error codes of the service, each under both of its names.

use std::borrow::Cow;

use bytes::Bytes;
use http::Response;

use crate::answer;

/// An error code: the name of its shape in the JSON body, and the name that it had in the older
/// query protocol, by which SDKs know it.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Code {
    shape: &'static str,
    pub(super) query: &'static str,
}

/// Why a request, or one entry of it, is refused.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct Refusal {
    status: u16,
    shape: Cow<'static, str>,
    query: Cow<'static, str>,
    message: Cow<'static, str>,
}

/// The answer with an error that the caller names by any of its names, or makes up.
pub(crate) fn error(status: u16, name: &str) -> Response<Bytes> {
    Refusal::named(status, name).answer()
}

impl Refusal {
    pub(super) fn new(code: &Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status: 400, shape: code.shape.into(), query: code.query.into(), message: message.into() }
    }

    /// A refusal by the plan, with a code under any of its names or a made-up one.
    pub(super) fn named(status: u16, name: &str) -> Self {
        let (shape, query) = ALL.iter().find(|code| code.is_named(name)).map_or_else(
            || (format!("{CORAL}{}", without_prefix(name)).into(), name.to_owned().into()),
            |code| (code.shape.into(), code.query.into()),
        );
        Self { status, shape, query, message: "a fault of the plan".into() }
    }

    pub(super) fn unavailable(message: impl Into<Cow<'static, str>>) -> Self {
        Self { status: 503, ..Self::new(&SERVICE_UNAVAILABLE, message) }
    }

    pub(super) fn answer(&self) -> Response<Bytes> {
        answer::error(self.status, &self.shape, &self.query, &self.message)
    }

    /// The code that an entry fails with.
    pub(super) fn query_code(&self) -> &str {
        &self.query
    }
}

impl Code {
    fn is_named(&self, name: &str) -> bool {
        let name = without_prefix(name);
        let shape = self.shape.rsplit('#').next().unwrap_or(self.shape);
        without_prefix(self.query) == name || shape == name || shape.strip_suffix("Exception") == Some(name)
    }
}

fn without_prefix(name: &str) -> &str {
    name.strip_prefix("AWS.SimpleQueueService.").unwrap_or(name)
}

/// The code of a request too many.
pub(crate) const THROTTLED: &str = "RequestThrottled";

const CORAL: &str = "com.amazon.coral.service#";

macro_rules! codes {
    ($($name:ident = $shape:literal, $query:literal;)*) => {
        $(pub(super) const $name: Code = Code { shape: $shape, query: $query };)*
        const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    ACCESS_DENIED = "com.amazon.coral.service#AccessDeniedException", "AccessDenied";
    BATCH_ENTRY_IDS_NOT_DISTINCT = "com.amazonaws.sqs#BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct";
    BATCH_REQUEST_TOO_LONG = "com.amazonaws.sqs#BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong";
    EMPTY_BATCH_REQUEST = "com.amazonaws.sqs#EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest";
    EXPIRED_TOKEN = "com.amazon.coral.service#ExpiredTokenException", "ExpiredToken";
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
    SERIALIZATION = "com.amazon.coral.service#SerializationException", "SerializationException";
    SERVICE_UNAVAILABLE = "com.amazon.coral.service#ServiceUnavailableException", "ServiceUnavailable";
    TOO_MANY_ENTRIES = "com.amazonaws.sqs#TooManyEntriesInBatchRequest", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest";
    UNSUPPORTED_OPERATION = "com.amazonaws.sqs#UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_by_each_of_its_names() {
        for name in ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "NonExistentQueue"] {
            assert_eq!(Refusal::named(400, name).query_code(), QUEUE_DOES_NOT_EXIST.query, "{name}");
        }
        for name in ["AccessDenied", "AccessDeniedException"] {
            assert_eq!(Refusal::named(403, name).query_code(), "AccessDenied");
        }
    }

    #[test]
    fn a_made_up_code_stands_under_its_own_name() {
        let refusal = Refusal::named(418, "Teapot");
        assert_eq!(refusal.query_code(), "Teapot");
        assert_eq!(refusal.shape, "com.amazon.coral.service#Teapot");
    }
}
