/// The answer to an entry that was delivered, or superseded by a newer one.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Sent<T> {
    /// The service's response for the entry, or `None` if a newer entry superseded it.
    pub response: Option<T>,
    /// The number of requests that carried the entry.
    pub attempts: u32,
    /// Whether an earlier attempt may have delivered the entry too.
    pub maybe_duplicate: bool,
}

impl<T> Sent<T> {
    pub(crate) fn delivered(response: T, attempts: u32, maybe_duplicate: bool) -> Self {
        Self { response: Some(response), attempts, maybe_duplicate }
    }

    pub(crate) fn superseded(attempts: u32, maybe_duplicate: bool) -> Self {
        Self { response: None, attempts, maybe_duplicate }
    }

    /// Maps the response to another type.
    pub fn map<U>(self, form: impl FnOnce(T) -> U) -> Sent<U> {
        let Self { response, attempts, maybe_duplicate } = self;
        Sent { response: response.map(form), attempts, maybe_duplicate }
    }

    /// Returns whether a newer entry with the same identity replaced this one before it was delivered
    /// ([`Duplicates::KeepLast`](crate::Duplicates::KeepLast)). If the newer entry is handed back, this
    /// one is not delivered either.
    #[must_use]
    pub fn is_superseded(&self) -> bool {
        self.response.is_none()
    }
}
