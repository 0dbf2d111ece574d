use std::fmt;
use std::sync::Arc;

use crate::Allowance;

/// Decides by the content of an entry as text; called once for each entry of a request. That is the
/// body of a message, or the data of a record, with replacements for what is not UTF-8. Of a datum it
/// is the name of the metric and its dimensions, as in `Latency Host=a Region=b`, in the order in
/// which they were sent; of a DynamoDB write, the JSON that was sent of its item or key.
pub type BodyPredicate = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// Decides by the id of the access key that a request is signed with, which is empty where there is no
/// signature.
pub type KeyPredicate = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// One thing that goes wrong with one request.
///
/// "Applied" means that the server took the request as if nothing had happened: what it accepted
/// can be read back, although the client never sees the true answer.
///
/// An error code may be given by any of the names that the service has for it, or by the name that
/// Amazon SQS has for the same: `InternalError`, `RequestThrottled`. Any other code is passed on as
/// it is.
///
/// Amazon CloudWatch takes all of a request or nothing: a fault that fails single entries refuses the
/// whole request if it strikes any of them. The status is 400 if the failure is the sender's or
/// throttling, else 500.
///
/// Amazon DynamoDB gives no reasons for single entries: those that fail are among the
/// `UnprocessedItems`, whatever the code, and nobody is to blame. If all of them are throttled, the
/// whole request is.
#[derive(Clone)]
#[non_exhaustive]
pub enum Fault {
    /// The request is applied, but answered with an error.
    ErrorAfter {
        /// The HTTP status of the answer.
        status: u16,
        /// The error code.
        code: String,
    },
    /// The request is answered with an error and not applied.
    ErrorBefore {
        /// The HTTP status of the answer.
        status: u16,
        /// The error code.
        code: String,
    },
    /// The entries whose content matches fail, the others are applied. A request of a single entry
    /// is refused.
    FailWhere {
        /// Chooses by the content of an entry.
        predicate: BodyPredicate,
        /// The error code of the failed entries.
        code: String,
        /// Whether the failure is the sender's, where the service tells.
        sender_fault: bool,
    },
    /// The request is applied, but never answered.
    HangAfter,
    /// The request is never answered and not applied.
    HangBefore,
    /// The request is applied, but the answer is no answer of the service.
    Malformed,
    /// Nothing goes wrong.
    None,
    /// The chosen entries fail in an answer that is otherwise a success; the others are applied. A
    /// request of a single entry is refused if it is chosen.
    PartialFailure {
        /// Which entries fail.
        entries: Chosen,
        /// The error code of the failed entries.
        code: String,
        /// Whether the failure is the sender's, where the service tells.
        sender_fault: bool,
    },
    /// The request is refused and not applied if it is signed with an access key that matches. The
    /// signature itself is not checked.
    RefuseKeys {
        /// Chooses by the id of the access key.
        predicate: KeyPredicate,
        /// The HTTP status of the answer.
        status: u16,
        /// The error code.
        code: String,
    },
    /// The whole request is refused and not applied if the content of any entry matches.
    RejectRequestWhere {
        /// Chooses by the content of an entry.
        predicate: BodyPredicate,
        /// The HTTP status of the answer.
        status: u16,
        /// The error code.
        code: String,
    },
    /// The request is applied, then the connection is reset without an answer.
    ResetAfter,
    /// The connection is reset without an answer; the request is not applied.
    ResetBefore,
    /// A request beyond the allowance is refused like by [`ThrottleRequest`](Self::ThrottleRequest);
    /// the others pass.
    ThrottleAbove(Allowance),
    /// The chosen entries fail with the service's code for throttling (on SQS, `RequestThrottled`);
    /// the others are applied.
    ThrottleEntries {
        /// Which entries are throttled.
        entries: Chosen,
        /// Whether the failure is reported as the sender's.
        sender_fault: bool,
    },
    /// The request is refused with the service's error for throttling and not applied.
    ThrottleRequest,
    /// The request is applied, but the connection is closed in the middle of the answer's body.
    Truncated,
    /// No connection can be established. Behind a socket, where the connection exists already, it
    /// is reset.
    Unreachable,
}

/// Which entries of a request a fault strikes. Those of a batch for several DynamoDB tables are
/// numbered through, in the order of the names of the tables.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Chosen {
    /// Every entry beyond the allowance.
    Above(Allowance),
    /// Every entry.
    All,
    /// The entries at these positions, from 0.
    At(Vec<usize>),
    /// Each entry with this probability, drawn from the seed.
    Rate(f64),
}

impl Fault {
    /// An answer that the caller is not authorized; not applied.
    #[must_use]
    pub fn access_denied() -> Self {
        Self::error_before(403, "AccessDeniedException")
    }

    /// An error answer to a request that is applied all the same.
    #[must_use]
    pub fn error_after(status: u16, code: impl Into<String>) -> Self {
        Self::ErrorAfter { status, code: code.into() }
    }

    /// An error answer to a request that is not applied.
    #[must_use]
    pub fn error_before(status: u16, code: impl Into<String>) -> Self {
        Self::ErrorBefore { status, code: code.into() }
    }

    /// An answer that the security token has expired; not applied.
    #[must_use]
    pub fn expired_token() -> Self {
        Self::error_before(403, "ExpiredTokenException")
    }

    /// A failure of the entries whose content matches.
    #[must_use]
    pub fn fail_where(
        predicate: impl Fn(&str) -> bool + Send + Sync + 'static,
        code: impl Into<String>,
        sender_fault: bool,
    ) -> Self {
        Self::FailWhere { predicate: Arc::new(predicate), code: code.into(), sender_fault }
    }

    /// A failure of the chosen entries.
    #[must_use]
    pub fn partial_failure(entries: Chosen, code: impl Into<String>, sender_fault: bool) -> Self {
        Self::PartialFailure { entries, code: code.into(), sender_fault }
    }

    /// A refusal of every request that is signed with an access key that matches.
    ///
    /// ```
    /// use batch_local::{Fault, FaultPlan};
    ///
    /// // The keys of yesterday are refused, by lookups as well as by writes.
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

    /// A refusal of every request in which the content of an entry matches.
    #[must_use]
    pub fn reject_request_where(
        predicate: impl Fn(&str) -> bool + Send + Sync + 'static,
        status: u16,
        code: impl Into<String>,
    ) -> Self {
        Self::RejectRequestWhere { predicate: Arc::new(predicate), status, code: code.into() }
    }

    /// A throttling of the chosen entries, reported as the service's doing.
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
