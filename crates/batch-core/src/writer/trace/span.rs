use tracing::span::Entered;
use tracing::{Id, Span};

use super::links::Origins;
use super::names;
use crate::writer::effects::guarded;
use crate::{RequestFinished, RequestOutcome, RequestStarted};

/// The span of a request. Nothing that its subscriber does harms the writer.
pub(in crate::writer) struct RequestSpan(Span);

/// As long as the span of a request is the current one.
pub(in crate::writer) struct Inside<'a>(
    #[expect(dead_code, reason = "it leaves the span when it is dropped")] Entered<'a>,
);

impl RequestSpan {
    pub(in crate::writer) fn none() -> Self {
        Self(Span::none())
    }

    /// Opens the span of a request that begins, which follows from these.
    pub(in crate::writer) fn open(started: &RequestStarted<'_>, origins: &Origins) -> Self {
        let open = || {
            let span = names::open(started);
            origins.iter().for_each(|&origin| {
                span.follows_from(Id::from_non_zero_u64(origin));
            });
            span
        };
        Self(guarded(open).unwrap_or_else(Span::none))
    }

    pub(in crate::writer) fn enter(&self) -> Inside<'_> {
        Inside(self.0.enter())
    }

    /// Records the end of the request. The span closes when it is dropped.
    pub(in crate::writer) fn close(&self, finished: &RequestFinished<'_>) {
        let (code, request_id, accepted) = match finished.outcome {
            RequestOutcome::Failed { code, request_id, .. } => (Some(code), request_id, 0),
            RequestOutcome::Responded { verdicts, code } => (code, None, verdicts.accepted),
            RequestOutcome::Stopped => (Some(names::STOPPED), None, 0),
        };
        let _ = guarded(|| names::close(&self.0, code, request_id, accepted));
    }
}
