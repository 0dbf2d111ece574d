//! The calls by which users submit, each seen by the witness.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use batch_core::{Permit, Receipt, ReserveError, SubmitError};

use crate::checker::{CallId, Checker, Refusal, ScopeId};
use crate::mark::{Marked, MarkedOf};
use crate::receipts::Kept;
use crate::scopes::Part;
use crate::target::Target;
use crate::watched::Watched;
use crate::witness::Witness;

/// What a submission brings: a receipt, if one was asked for.
pub(crate) type Entered<T> = Result<Option<Kept<T>>, Refusal>;

/// A permit that the witness knows of.
pub(crate) struct Reserved<T: Target> {
    witness: Arc<Witness<T>>,
    /// The scope that it was reserved in, which may have ended.
    scope: ScopeId,
    permit: Option<Permit<Watched<T>>>,
}

/// A call that has not returned; dropping it means that it was cancelled.
struct Call<'a, T: Target> {
    witness: &'a Witness<T>,
    id: CallId,
    has_returned: bool,
}

/// Waits for room, then submits.
pub(crate) async fn submit<T: Target>(
    witness: &Arc<Witness<T>>,
    part: &Part<T>,
    entry: MarkedOf<T>,
    tracked: bool,
) -> Entered<T> {
    let n = witness.target.number(&entry.entry);
    let call = Call::new(witness, witness.tell(|checker| checker.submit_begins(n, part.id(), false)));
    let mut submitting = pin!(async move {
        match (part, tracked) {
            (Part::Own(writer), true) => writer.submit_tracked(entry).await.map(Some),
            (Part::Own(writer), false) => writer.submit(entry).await.map(|()| None),
            (Part::Scope(opened), true) => opened.scope().submit_tracked(entry).await.map(Some),
            (Part::Scope(opened), false) => opened.scope().submit(entry).await.map(|()| None),
        }
    });
    let (before, result) = poll_fn(|context| {
        let before = witness.stats();
        let polled = submitting.as_mut().poll(context);
        if polled.is_pending() {
            witness.tell(|checker| checker.waits(call.id));
        }
        polled.map(|result| (before, result))
    })
    .await;
    call.settle(witness, n, tracked, before, result)
}

/// Submits if there is room now.
pub(crate) fn try_submit<T: Target>(
    witness: &Arc<Witness<T>>,
    part: &Part<T>,
    entry: MarkedOf<T>,
    tracked: bool,
) -> Entered<T> {
    let n = witness.target.number(&entry.entry);
    let call = Call::new(witness, witness.tell(|checker| checker.submit_begins(n, part.id(), false)));
    let before = witness.stats();
    let result = match (part, tracked) {
        (Part::Own(writer), true) => writer.try_submit_tracked(entry).map(Some),
        (Part::Own(writer), false) => writer.try_submit(entry).map(|()| None),
        (Part::Scope(opened), true) => opened.scope().try_submit_tracked(entry).map(Some),
        (Part::Scope(opened), false) => opened.scope().try_submit(entry).map(|()| None),
    };
    call.settle(witness, n, tracked, before, result)
}

/// Waits for room.
pub(crate) async fn reserve<T: Target>(
    witness: &Arc<Witness<T>>,
    part: &Part<T>,
) -> Result<Reserved<T>, Refusal> {
    let mut call = Call::new(witness, witness.tell(Checker::reserve_begins));
    let mut reserving = pin!(async move {
        match part {
            Part::Own(writer) => writer.reserve().await,
            Part::Scope(opened) => opened.scope().reserve().await,
        }
    });
    let result = poll_fn(|context| match reserving.as_mut().poll(context) {
        Poll::Pending => {
            witness.tell(|checker| checker.waits(call.id));
            Poll::Pending
        }
        ready => ready,
    })
    .await;
    call.has_returned = true;
    let stats = witness.stats();
    match result {
        Ok(permit) => {
            witness.tell(|checker| checker.reserved(call.id, stats));
            Ok(Reserved { witness: Arc::clone(witness), scope: part.id(), permit: Some(permit) })
        }
        Err(error) => {
            let refusal = reserve_refusal(error);
            witness.tell(|checker| checker.reserve_refused(call.id, &refusal, stats));
            Err(refusal)
        }
    }
}

impl<T: Target> Reserved<T> {
    /// Submits without waiting.
    pub(crate) fn submit(mut self, entry: MarkedOf<T>, tracked: bool) -> Entered<T> {
        let witness = Arc::clone(&self.witness);
        let Some(permit) = self.permit.take() else {
            return Err(Refusal::Other("the permit is used".to_owned()));
        };
        let n = witness.target.number(&entry.entry);
        let call = Call::new(&witness, witness.tell(|checker| checker.submit_begins(n, self.scope, true)));
        let before = witness.stats();
        let result = match tracked {
            true => permit.submit_tracked(entry).map(Some),
            false => permit.submit(entry).map(|()| None),
        };
        witness.tell(Checker::permit_goes);
        call.settle(&witness, n, tracked, before, result)
    }
}

impl<T: Target> Drop for Reserved<T> {
    fn drop(&mut self) {
        if let Some(permit) = self.permit.take() {
            self.witness.tell(Checker::permit_goes);
            drop(permit);
        }
    }
}

impl<'a, T: Target> Call<'a, T> {
    fn new(witness: &'a Witness<T>, id: CallId) -> Self {
        Self { witness, id, has_returned: false }
    }

    fn settle(
        mut self,
        witness: &Arc<Witness<T>>,
        n: u64,
        tracked: bool,
        before: Option<batch_core::Stats>,
        result: Result<Option<Receipt<Watched<T>>>, SubmitError<MarkedOf<T>>>,
    ) -> Entered<T> {
        self.has_returned = true;
        let after = witness.stats();
        match result {
            Ok(receipt) => {
                witness.tell(|checker| checker.accepted(self.id, tracked, before, after));
                Ok(receipt.map(|receipt| Kept::new(Arc::clone(witness), n, receipt)))
            }
            Err(error) => {
                let refusal = refusal(&error);
                let Marked { entry, .. } = &error.into_entry();
                let returned = (witness.target.number(entry), witness.target.seal(entry));
                witness.tell(|checker| checker.refused(self.id, &refusal, returned, after));
                Err(refusal)
            }
        }
    }
}

impl<T: Target> Drop for Call<'_, T> {
    fn drop(&mut self) {
        if !self.has_returned {
            self.witness.tell(|checker| checker.cancelled(self.id));
        }
    }
}

fn refusal<E>(error: &SubmitError<E>) -> Refusal {
    match error {
        SubmitError::Closed(_) => Refusal::Closed,
        SubmitError::Duplicate(_) => Refusal::Duplicate,
        SubmitError::Full(_) => Refusal::Full,
        SubmitError::Invalid { .. } => Refusal::Invalid,
        SubmitError::TooLarge { bytes, limit, .. } => Refusal::TooLarge { bytes: *bytes, limit: *limit },
        SubmitError::Uncollected(_) => Refusal::Uncollected,
        other => Refusal::Other(other.to_string()),
    }
}

fn reserve_refusal(error: ReserveError) -> Refusal {
    match error {
        ReserveError::Closed => Refusal::Closed,
        ReserveError::Uncollected => Refusal::Uncollected,
        other => Refusal::Other(other.to_string()),
    }
}
