//! A receipt that the witness knows of: awaited, looked at, kept or dropped.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use batch_core::Receipt;

use crate::target::Target;
use crate::watched::Watched;
use crate::witness::Witness;

/// A receipt that somebody keeps.
pub(crate) struct Kept<T: Target> {
    witness: Arc<Witness<T>>,
    n: u64,
    receipt: Option<Receipt<Watched<T>>>,
}

/// Somebody awaits the receipt until this is dropped.
struct Awaiting<'a, T: Target>(&'a mut Kept<T>);

impl<T: Target> Kept<T> {
    pub(crate) fn new(witness: Arc<Witness<T>>, n: u64, receipt: Receipt<Watched<T>>) -> Self {
        Self { witness, n, receipt: Some(receipt) }
    }

    /// Waits for the answer. When this is cancelled, the receipt is still there.
    pub(crate) async fn answer(&mut self) {
        let awaiting = Awaiting(self);
        poll_fn(|context| {
            let kept = &mut *awaiting.0;
            let polled = kept.poll(context);
            if polled.is_pending() {
                kept.witness.tell(|checker| checker.receipt_awaited(kept.n));
            }
            polled
        })
        .await;
    }

    /// Whether the answer is there; then it is taken.
    pub(crate) fn look(&mut self) -> bool {
        let polled = self.poll(&mut Context::from_waker(Waker::noop()));
        if polled.is_pending() {
            self.witness.tell(|checker| checker.receipt_rests(self.n));
        }
        polled.is_ready()
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(receipt) = &mut self.receipt else {
            return Poll::Ready(());
        };
        let Poll::Ready(answer) = Pin::new(receipt).poll(context) else {
            return Poll::Pending;
        };
        let told = match &answer {
            Ok(sent) => (self.n, self.witness.sent(sent)),
            Err(item) => self.witness.back(item),
        };
        self.witness.tell(|checker| {
            checker.receipt_answers(self.n, &told.1);
            if told.0 != self.n {
                checker.complain(format!("law 2: the receipt of entry {} gives entry {}", self.n, told.0));
            }
        });
        self.receipt = None;
        Poll::Ready(())
    }
}

impl<T: Target> Drop for Kept<T> {
    fn drop(&mut self) {
        if let Some(receipt) = self.receipt.take() {
            self.witness.tell(|checker| checker.receipt_dropped(self.n));
            drop(receipt);
        }
    }
}

impl<T: Target> Drop for Awaiting<'_, T> {
    fn drop(&mut self) {
        if self.0.receipt.is_some() {
            self.0.witness.tell(|checker| checker.receipt_rests(self.0.n));
        }
    }
}
