/// The answer for an entry that needs no more work: delivered, or superseded by a newer one.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Sent<T> {
    /// What the service told about it; none when a newer entry superseded it.
    pub response: Option<T>,
    /// How many requests carried it.
    pub attempts: u32,
    /// Whether an earlier attempt may have delivered it too.
    pub maybe_duplicate: bool,
}

impl<T> Sent<T> {
    pub(crate) fn delivered(response: T, attempts: u32, maybe_duplicate: bool) -> Self {
        Self { response: Some(response), attempts, maybe_duplicate }
    }

    pub(crate) fn superseded(attempts: u32, maybe_duplicate: bool) -> Self {
        Self { response: None, attempts, maybe_duplicate }
    }

    /// The same around another form of the response.
    pub fn map<U>(self, form: impl FnOnce(T) -> U) -> Sent<U> {
        let Self { response, attempts, maybe_duplicate } = self;
        Sent { response: response.map(form), attempts, maybe_duplicate }
    }

    /// Whether a newer entry of the same identity took its place before it was delivered. If the
    /// newer one is handed back, this one was not written.
    #[must_use]
    pub fn is_superseded(&self) -> bool {
        self.response.is_none()
    }
}
