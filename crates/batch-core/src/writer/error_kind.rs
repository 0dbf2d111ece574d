use crate::{Invalid, Refused, ReserveError, SubmitError};

/// Why an entry is not accepted: a [`SubmitError`] without the entry.
#[derive(Debug)]
pub(super) enum SubmitErrorKind {
    Closed,
    Duplicate,
    Full,
    Invalid(Invalid),
    NoRuntime,
    TimedOut,
    TooLarge { bytes: usize, limit: usize },
    Uncollected,
}

impl SubmitErrorKind {
    /// The error that gives this entry back.
    pub(super) fn of<E>(self, entry: E) -> SubmitError<E> {
        match self {
            Self::Closed => SubmitError::Closed(entry),
            Self::Duplicate => SubmitError::Duplicate(entry),
            Self::Full => SubmitError::Full(entry),
            Self::Invalid(reason) => SubmitError::Invalid { entry, reason },
            Self::NoRuntime => SubmitError::NoRuntime(entry),
            Self::TimedOut => SubmitError::TimedOut(entry),
            Self::TooLarge { bytes, limit } => SubmitError::TooLarge { entry, bytes, limit },
            Self::Uncollected => SubmitError::Uncollected(entry),
        }
    }
}

impl From<Refused> for SubmitErrorKind {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Duplicate => Self::Duplicate,
            Refused::TooLarge { bytes, limit } => Self::TooLarge { bytes, limit },
        }
    }
}

impl From<ReserveError> for SubmitErrorKind {
    fn from(error: ReserveError) -> Self {
        match error {
            ReserveError::Closed => Self::Closed,
            ReserveError::Uncollected => Self::Uncollected,
        }
    }
}
