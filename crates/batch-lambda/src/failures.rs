use std::fmt;

use serde::Serialize;

/// The response to Lambda: the messages or records that are to be delivered again.
///
/// Returned by [`Invocation::finish`](crate::Invocation::finish), and to be returned by the handler. It serializes to
/// `{"batchItemFailures":[{"itemIdentifier":"…"}]}`, which Lambda reads if the event source mapping has
/// `ReportBatchItemFailures` among its function response types. Without that, Lambda takes every message for processed:
/// return an error instead where [`is_empty`](Self::is_empty) is `false`.
#[derive(Clone, Debug, Default, Serialize)]
#[must_use = "a message that is not reported as failed is gone from its queue"]
pub struct BatchItemFailures {
    #[serde(rename = "batchItemFailures")]
    reported: Vec<Identifier>,
    #[serde(skip)]
    reasons: Vec<ItemFailure>,
}

/// A message or record that failed, and why.
///
/// `Display` shows both in one line. Neither holds anything of an entry, unless an error given to
/// [`Item::fail`](crate::Item::fail) does.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ItemFailure {
    /// The message id or the sequence number.
    pub id: String,
    /// The first reason for which it failed.
    pub reason: String,
}

#[derive(Clone, Debug, Serialize)]
struct Identifier {
    #[serde(rename = "itemIdentifier")]
    id: String,
}

impl BatchItemFailures {
    pub(crate) fn new(reported: Vec<String>, reasons: Vec<ItemFailure>) -> Self {
        Self { reported: reported.into_iter().map(|id| Identifier { id }).collect(), reasons }
    }

    /// Whether every message was processed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.reported.is_empty()
    }

    /// Returns the ids that are reported to Lambda, in the order of the event: of messages, all that failed, and in a FIFO
    /// queue all that come after one in its group; of records, the lowest sequence number that failed.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.reported.iter().map(|identifier| identifier.id.as_str())
    }

    /// Returns what failed and why, in the order of the event. What is reported only because it comes after a failure
    /// is not among it.
    #[must_use]
    pub fn reasons(&self) -> &[ItemFailure] {
        &self.reasons
    }
}

impl fmt::Display for ItemFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.id, self.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::{BatchItemFailures, ItemFailure};

    #[test]
    fn the_response_is_what_lambda_reads() {
        let reason = ItemFailure { id: "a".to_owned(), reason: "it is too large".to_owned() };
        let failures = BatchItemFailures::new(vec!["a".to_owned(), "b".to_owned()], vec![reason]);
        let expected = r#"{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"b"}]}"#;
        assert_eq!(serde_json::to_string(&failures).unwrap(), expected);
        assert_eq!((failures.ids().collect::<Vec<_>>(), failures.is_empty()), (vec!["a", "b"], false));
        assert_eq!(failures.reasons()[0].to_string(), "a: it is too large");

        let none = BatchItemFailures::default();
        assert_eq!(serde_json::to_string(&none).unwrap(), r#"{"batchItemFailures":[]}"#);
        assert!(none.is_empty());
    }
}
