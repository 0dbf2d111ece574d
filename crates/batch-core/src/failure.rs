use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// Why a service did not take an entry or a request, in the service's own terms.
///
/// Cheap to clone: one failed request tells all its entries the same failure.
///
/// `Display` shows the [`code`](Self::code) and the [`detail`](Self::detail). It leaves out the
/// service's [`message`](Self::message), because services quote what they refuse, and an entry's
/// content does not belong in a log. `source()` is what the service's client met with, if it can
/// be shown.
///
/// ```
/// use batch_core::Failure;
///
/// let failure = Failure::new("InvalidMessageContents")
///     .with_detail("refused by the service")
///     .with_message("Invalid character in \"my secret\"");
/// assert_eq!(failure.to_string(), "InvalidMessageContents: refused by the service");
/// assert_eq!(failure.message(), Some("Invalid character in \"my secret\""));
/// ```
#[derive(Clone)]
pub struct Failure(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    code: Cow<'static, str>,
    detail: Option<Cow<'static, str>>,
    message: Option<String>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl Failure {
    /// A failure with the service's error code, or a short stable word of the adapter's where the
    /// service gave none. Failures with equal codes count as failing for the same reason.
    #[must_use]
    pub fn new(code: impl Into<Cow<'static, str>>) -> Self {
        Self(Arc::new(Inner { code: code.into(), detail: None, message: None, source: None }))
    }

    /// The response calls the entry both accepted and failed.
    #[must_use]
    pub fn contradictory() -> Self {
        Self::new("ContradictoryResponse")
            .with_detail("the response calls the entry both accepted and failed")
    }

    /// The response has verdicts of another number than there were entries.
    #[must_use]
    pub fn miscounted(verdicts: usize, entries: usize) -> Self {
        Self::new("VerdictsMiscounted").with_detail(format!("{verdicts} verdicts for {entries} entries"))
    }

    /// The response does not mention the entry.
    #[must_use]
    pub fn not_mentioned() -> Self {
        Self::new("NotMentioned").with_detail("the response does not mention the entry")
    }

    /// Adds what may be shown and logged: no part of an entry, no credential.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        Arc::make_mut(&mut self.0).detail = Some(detail.into());
        self
    }

    /// Adds the words of the service or of its client, which may quote the entry.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.0).message = Some(message.into());
        self
    }

    /// Adds the error that the service's client gave. It is shown along with the failure: it must not
    /// quote an entry or a credential.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Arc::make_mut(&mut self.0).source = Some(Arc::from(source.into()));
        self
    }

    /// The error code, for example `InternalError`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// What `Display` says beside the code.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// The words of the service or of its client. They may quote the entry or credentials: show them only
    /// where those may be shown.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.detail() {
            Some(detail) => write!(f, "{}: {detail}", self.code()),
            None => f.write_str(self.code()),
        }
    }
}

/// Like `Display`: a failure may be logged with `?failure` without showing an entry.
impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Failure({self})")
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_ref().map(|source| &**source as _)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::Failure;

    #[test]
    fn a_failure_shows_its_code_and_its_detail_and_nothing_else() {
        let bare = Failure::new("Code");
        assert_eq!((bare.to_string().as_str(), bare.detail(), bare.message()), ("Code", None, None));
        assert!(bare.source().is_none());

        let full = bare.clone().with_detail("what to do").with_message("words").with_source("cause");
        assert_eq!(full.to_string(), "Code: what to do");
        assert_eq!((full.code(), full.detail(), full.message()), ("Code", Some("what to do"), Some("words")));
        assert_eq!(full.source().map(ToString::to_string).as_deref(), Some("cause"));
        assert_eq!(bare.to_string(), "Code", "a copy is changed alone");
    }
}
