//! The numbers of the service, each with its source, but for those of validation rules. "API" is the Amazon SNS
//! API reference.

/// Messages of a request (API, `PublishBatch`).
pub(crate) const REQUEST_MESSAGES: usize = 10;

/// Bytes of a message, and of all messages of a request together, where the topic sets no
/// `MaximumMessageSize` (API, `PublishBatch`).
pub(crate) const MESSAGE_BYTES: usize = 262_144;

/// Bytes that are read of a response. The largest that the service sends reports ten messages in some
/// hundred bytes each; this leaves a hundred times as much for the words of failures.
pub(crate) const RESPONSE_BYTES: usize = 1 << 20;
