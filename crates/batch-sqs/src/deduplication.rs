use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

/// A deduplication id, and where it comes from.
#[derive(Clone, Eq)]
pub(crate) enum DeduplicationId {
    /// The user gave it, or an earlier submission generated it.
    Known(String),
    /// The submission under way generated it.
    New(String),
}

/// Ids that no other writer generates, in this process or another.
#[derive(Debug)]
pub(crate) struct Generator {
    prefix: String,
    next: AtomicU64,
}

impl DeduplicationId {
    /// The same id in a message that is submitted again: the queue may know the message by it, so
    /// from now on it is the message's identity.
    pub(crate) fn resubmitted(self) -> Self {
        let (Self::Known(id) | Self::New(id)) = self;
        Self::Known(id)
    }

    pub(crate) fn text(&self) -> &str {
        let (Self::Known(id) | Self::New(id)) = self;
        id
    }

    pub(crate) fn known(&self) -> Option<&str> {
        match self {
            Self::Known(id) => Some(id),
            Self::New(_) => None,
        }
    }
}

/// By what is sent: it makes no difference where the id comes from.
impl PartialEq for DeduplicationId {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Generator {
    pub(crate) fn new() -> Self {
        Self { prefix: format!("{}-", Uuid::new_v4().simple()), next: AtomicU64::new(0) }
    }

    pub(crate) fn generate(&self) -> String {
        // Only the number matters, not what other threads wrote before.
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        format!("{}{number}", self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::Generator;
    use crate::Message;
    use crate::limits::TOKEN;

    #[test]
    fn two_generators_never_make_the_same_id() {
        let (one, other) = (Generator::new(), Generator::new());
        let ids: HashSet<_> = (0..100).flat_map(|_| [one.generate(), other.generate()]).collect();
        assert_eq!(ids.len(), 200);
        assert!(ids.iter().all(|id| id.len() <= TOKEN && id.is_ascii()));
    }

    #[test]
    fn a_generated_id_is_an_identity_only_when_its_message_comes_back() {
        let mut message = Message::new("text");
        message.or_deduplication_id(|| "made up".to_owned());
        assert_eq!(message.message_deduplication_id(), Some("made up"));
        assert_eq!(message.known_deduplication_id(), None, "no other message can have it");

        let before = message.clone();
        message.or_deduplication_id(|| unreachable!("it has one"));
        assert_eq!(message.known_deduplication_id(), Some("made up"), "its copy can have it");
        assert_eq!(message, before);
        assert_ne!(message, before.deduplication_id("other"), "it makes a difference which id is sent");
    }

    #[test]
    fn a_given_id_stays_and_is_an_identity() {
        let mut message = Message::new("text").deduplication_id("mine");
        message.or_deduplication_id(|| unreachable!("it has one"));
        assert_eq!(message.known_deduplication_id(), Some("mine"));
    }
}
