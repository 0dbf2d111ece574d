use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// The code of [`Failure::miscounted`].
pub(crate) const MISCOUNTED: &str = "VerdictsMiscounted";

/// The reason why a service did not accept an entry or a request, in the service's own terms.
///
/// Cloning is cheap: all entries of a failed request share one failure.
///
/// `Display` and `Debug` show the [`code`](Self::code) and the [`detail`](Self::detail). They omit the
/// service's [`message`](Self::message): services quote the values that they reject, and the content of an
/// entry does not belong in a log. `source()` is the error of the service's client, if it is safe to show.
///
/// ```
/// use batch_core::Failure;
///
/// let failure = Failure::new("InvalidMessageContents")
///     .with_detail("rejected by the service")
///     .with_message("Invalid character in \"my secret\"");
/// assert_eq!(failure.to_string(), "InvalidMessageContents: rejected by the service");
/// assert_eq!(failure.message(), Some("Invalid character in \"my secret\""));
/// ```
#[derive(Clone)]
pub struct Failure(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    code: Cow<'static, str>,
    detail: Option<Cow<'static, str>>,
    message: Option<String>,
    request_id: Option<String>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl Failure {
    /// Creates a failure with the service's error code, or with a short, stable code of the adapter's if the
    /// service gave none. Failures with equal codes are summed up as one reason in the log.
    #[must_use]
    pub fn new(code: impl Into<Cow<'static, str>>) -> Self {
        Self(Arc::new(Inner {
            code: code.into(),
            detail: None,
            message: None,
            request_id: None,
            source: None,
        }))
    }

    /// Creates the failure of an entry that the response lists as both accepted and failed.
    #[must_use]
    pub fn contradictory() -> Self {
        Self::new("ContradictoryResponse")
            .with_detail("the response lists the entry as both accepted and failed")
    }

    /// Creates the failure of a request whose response has a different number of verdicts than the request
    /// had entries.
    #[must_use]
    pub fn miscounted(verdicts: usize, entries: usize) -> Self {
        Self::new(MISCOUNTED)
            .with_detail(format!("the number of verdicts is {verdicts}, but that of entries is {entries}"))
    }

    /// Creates the failure of a request whose verdicts are not on entries of it, each on another one.
    pub(crate) fn misplaced(entries: usize) -> Self {
        Self::new("VerdictsMiscounted").with_detail(format!(
            "two verdicts are on the same entry, or one is on none of the request; the number of entries is {entries}"
        ))
    }

    /// Creates the failure of an entry that the response does not mention.
    #[must_use]
    pub fn not_mentioned() -> Self {
        Self::new("NotMentioned").with_detail("the response does not mention the entry")
    }

    /// Adds a detail for `Display` and logs. It must not contain any part of an entry or of a credential.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        Arc::make_mut(&mut self.0).detail = Some(detail.into());
        self
    }

    /// Adds the error message of the service or of its client, which may quote the entry.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.0).message = Some(message.into());
        self
    }

    /// Adds the service's id of the request, by which its support finds it. It must not contain any part of an entry or of a
    /// credential.
    #[must_use]
    pub fn with_request_id(mut self, id: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.0).request_id = Some(id.into());
        self
    }

    /// Adds the error of the service's client. A report of the error chain shows it, so it must not quote an
    /// entry or a credential.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Arc::make_mut(&mut self.0).source = Some(Arc::from(source.into()));
        self
    }

    /// Returns the error code, for example `InternalError`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// Returns the detail that `Display` shows after the code.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// Returns the service's id of the request that failed, if it is known.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Returns the error message of the service or of its client. It may quote the entry or credentials:
    /// show it only where those may be shown.
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

/// Shows the same as `Display`, so `?failure` in a log shows nothing of an entry.
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
        assert_eq!(full.clone().with_request_id("7").request_id(), Some("7"));
        assert_eq!((full.code(), full.detail(), full.message()), ("Code", Some("what to do"), Some("words")));
        assert_eq!(full.source().map(ToString::to_string).as_deref(), Some("cause"));
        assert_eq!(bare.to_string(), "Code", "a copy is changed alone");
    }
}
