use std::fmt;
use std::sync::Arc;

use crate::Allowance;

/// A predicate on the content of an entry as text, called once for each entry of a request.
///
/// The text is, by service:
///
/// - SQS: the body of the message;
/// - Kinesis and Firehose: the data of the record, with replacement characters where it is not UTF-8;
/// - DynamoDB: the JSON of the item or the key, as it was sent;
/// - CloudWatch: the name of the metric and its dimensions in the order in which they were sent, such as
///   `Latency Host=a Region=b`.
pub type BodyPredicate = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// A predicate on the ID of the access key with which a request is signed, or on an empty string if the
/// request is not signed.
pub type KeyPredicate = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// A failure of one request.
///
/// A request is *applied* if the server processes it as usual: the accepted entries can be read back, even
/// though the client does not see the usual response.
///
/// An error code can be any name that the service has for the error, or the name that Amazon SQS has for it,
/// such as `InternalError` or `RequestThrottled`. Other codes are returned unchanged.
///
/// Amazon CloudWatch accepts or rejects a request as a whole, so a fault that fails single entries rejects
/// the whole request if it hits any of them. The status is 400 for a sender fault or throttling, and 500
/// otherwise.
///
/// Amazon DynamoDB reports no reasons for single entries: failed entries are in `UnprocessedItems`, whatever
/// the code, and `sender_fault` has no effect. If all entries are throttled, the whole request is.
#[derive(Clone)]
#[non_exhaustive]
pub enum Fault {
    /// The request is applied, but the response is an error.
    ErrorAfter {
        /// The HTTP status of the response.
        status: u16,
        /// The error code.
        code: String,
    },
    /// The request is not applied, and the response is an error.
    ErrorBefore {
        /// The HTTP status of the response.
        status: u16,
        /// The error code.
        code: String,
    },
    /// The entries whose content matches fail, and the others are applied. A request for a single entry is
    /// rejected if its entry matches.
    FailWhere {
        /// Matches the content of an entry.
        predicate: BodyPredicate,
        /// The error code of the failed entries.
        code: String,
        /// Whether the failure is reported as the sender's fault, if the service reports that.
        sender_fault: bool,
    },
    /// The request is applied, but there is never a response.
    HangAfter,
    /// The request is not applied, and there is never a response.
    HangBefore,
    /// The request is applied, but the response is an HTML page, which clients cannot parse.
    Malformed,
    /// The request succeeds or fails as usual.
    None,
    /// The chosen entries fail in a response that is otherwise a success, and the others are applied. A
    /// request for a single entry is rejected if its entry is chosen.
    PartialFailure {
        /// The entries that fail.
        entries: Chosen,
        /// The error code of the failed entries.
        code: String,
        /// Whether the failure is reported as the sender's fault, if the service reports that.
        sender_fault: bool,
    },
    /// The request is not applied, and the response is an error, if the access key of its signature
    /// matches. The signature itself is not checked.
    RefuseKeys {
        /// Matches the ID of the access key.
        predicate: KeyPredicate,
        /// The HTTP status of the response.
        status: u16,
        /// The error code.
        code: String,
    },
    /// The request is not applied, and the response is an error, if the content of any entry matches.
    RejectRequestWhere {
        /// Matches the content of an entry.
        predicate: BodyPredicate,
        /// The HTTP status of the response.
        status: u16,
        /// The error code.
        code: String,
    },
    /// The request is applied, but the connection is reset before a response.
    ResetAfter,
    /// The request is not applied, and the connection is reset before a response.
    ResetBefore,
    /// A request beyond the allowance is throttled like by [`ThrottleRequest`](Self::ThrottleRequest).
    ThrottleAbove(Allowance),
    /// The chosen entries fail with the service's code for throttling, such as `RequestThrottled` of SQS, and
    /// the others are applied.
    ThrottleEntries {
        /// The entries that are throttled.
        entries: Chosen,
        /// Whether the failure is reported as the sender's fault, if the service reports that.
        sender_fault: bool,
    },
    /// The request is not applied, and the response is the service's error for throttling.
    ThrottleRequest,
    /// The request is applied, but the connection is closed in the middle of the response body.
    Truncated,
    /// The request is not applied, because no connection can be established. Over a socket, where the
    /// connection already exists, it is reset.
    Unreachable,
}

/// The entries of a request that a fault hits.
///
/// The entries of a batch for several DynamoDB tables are numbered consecutively, in the order of the table
/// names.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Chosen {
    /// Every entry beyond the allowance.
    Above(Allowance),
    /// Every entry.
    All,
    /// The entries at these positions, counted from 0.
    At(Vec<usize>),
    /// Each entry with this probability, from 0 to 1, drawn from the seed.
    Rate(f64),
}

impl Fault {
    /// Creates a fault that rejects a request with status 403 and `AccessDeniedException`, and does not apply
    /// it.
    #[must_use]
    pub fn access_denied() -> Self {
        Self::error_before(403, "AccessDeniedException")
    }

    /// Creates a fault that applies a request, but responds with an error.
    #[must_use]
    pub fn error_after(status: u16, code: impl Into<String>) -> Self {
        Self::ErrorAfter { status, code: code.into() }
    }

    /// Creates a fault that does not apply a request, and responds with an error.
    #[must_use]
    pub fn error_before(status: u16, code: impl Into<String>) -> Self {
        Self::ErrorBefore { status, code: code.into() }
    }

    /// Creates a fault that rejects a request with status 403 and `ExpiredTokenException`, and does not apply
    /// it.
    #[must_use]
    pub fn expired_token() -> Self {
        Self::error_before(403, "ExpiredTokenException")
    }

    /// Creates a fault that fails the entries whose content matches, and applies the others.
    #[must_use]
    pub fn fail_where(
        predicate: impl Fn(&str) -> bool + Send + Sync + 'static,
        code: impl Into<String>,
        sender_fault: bool,
    ) -> Self {
        Self::FailWhere { predicate: Arc::new(predicate), code: code.into(), sender_fault }
    }

    /// Creates a fault that fails the chosen entries, and applies the others.
    #[must_use]
    pub fn partial_failure(entries: Chosen, code: impl Into<String>, sender_fault: bool) -> Self {
        Self::PartialFailure { entries, code: code.into(), sender_fault }
    }

    /// Creates a fault that rejects every request that is signed with a matching access key.
    ///
    /// ```
    /// use batch_local::{Fault, FaultPlan};
    ///
    /// // Yesterday's key is rejected, by lookups as well as by writes.
    /// let expired = Fault::refuse_keys(|id| id == "AKIDYESTERDAY", 403, "ExpiredToken");
    /// let plan = FaultPlan::always(expired).only("GetQueueUrl").only("SendMessageBatch");
    /// # let _ = plan;
    /// ```
    #[must_use]
    pub fn refuse_keys(
        predicate: impl Fn(&str) -> bool + Send + Sync + 'static,
        status: u16,
        code: impl Into<String>,
    ) -> Self {
        Self::RefuseKeys { predicate: Arc::new(predicate), status, code: code.into() }
    }

    /// Creates a fault that rejects every request in which the content of an entry matches.
    #[must_use]
    pub fn reject_request_where(
        predicate: impl Fn(&str) -> bool + Send + Sync + 'static,
        status: u16,
        code: impl Into<String>,
    ) -> Self {
        Self::RejectRequestWhere { predicate: Arc::new(predicate), status, code: code.into() }
    }

    /// Creates a fault that throttles the chosen entries, reported as a fault of the service, and applies the
    /// others.
    #[must_use]
    pub fn throttle_entries(entries: Chosen) -> Self {
        Self::ThrottleEntries { entries, sender_fault: false }
    }

    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

// By hand because predicates cannot be shown.
impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ErrorAfter { status, code } => write!(f, "ErrorAfter({status} {code})"),
            Self::ErrorBefore { status, code } => write!(f, "ErrorBefore({status} {code})"),
            Self::FailWhere { code, .. } => write!(f, "FailWhere({code})"),
            Self::HangAfter => f.write_str("HangAfter"),
            Self::HangBefore => f.write_str("HangBefore"),
            Self::Malformed => f.write_str("Malformed"),
            Self::None => f.write_str("None"),
            Self::PartialFailure { entries, code, .. } => {
                write!(f, "PartialFailure({entries:?} {code})")
            }
            Self::RefuseKeys { status, code, .. } => write!(f, "RefuseKeys({status} {code})"),
            Self::RejectRequestWhere { status, code, .. } => {
                write!(f, "RejectRequestWhere({status} {code})")
            }
            Self::ResetAfter => f.write_str("ResetAfter"),
            Self::ResetBefore => f.write_str("ResetBefore"),
            Self::ThrottleAbove(allowance) => write!(f, "ThrottleAbove({allowance:?})"),
            Self::ThrottleEntries { entries, .. } => write!(f, "ThrottleEntries({entries:?})"),
            Self::ThrottleRequest => f.write_str("ThrottleRequest"),
            Self::Truncated => f.write_str("Truncated"),
            Self::Unreachable => f.write_str("Unreachable"),
        }
    }
}
