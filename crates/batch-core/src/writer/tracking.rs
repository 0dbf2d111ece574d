use std::sync::Arc;

use super::cells::Cells;
use super::receipt::Receipt;
use super::shared::{Shared, Tag};
use crate::Service;

/// Whether the submitter of an entry wants a receipt: what it gets, and what the writer gives along.
pub(super) trait Tracking<S: Service>: Copy {
    /// What the submitter gets.
    type Output;

    fn open(self, cells: &mut Cells<S>, shared: &Arc<Shared<S>>) -> (Self::Output, Tag);

    /// What the submitter gets if the entry is merged; nothing if it cannot be, because a receipt tells of
    /// one entry.
    fn merged(self) -> Option<Self::Output>;
}

/// With a [`Receipt`].
#[derive(Clone, Copy)]
pub(super) struct Tracked;

/// Without a receipt.
#[derive(Clone, Copy)]
pub(super) struct Untracked;

impl<S: Service> Tracking<S> for Tracked {
    type Output = Receipt<S>;

    #[inline]
    fn open(self, cells: &mut Cells<S>, shared: &Arc<Shared<S>>) -> (Receipt<S>, Tag) {
        let (receipt, cell) = cells.open(shared);
        (receipt, Some(cell))
    }

    #[inline]
    fn merged(self) -> Option<Receipt<S>> {
        None
    }
}

impl<S: Service> Tracking<S> for Untracked {
    type Output = ();

    #[inline]
    fn open(self, _: &mut Cells<S>, _: &Arc<Shared<S>>) -> ((), Tag) {
        ((), None)
    }

    #[inline]
    fn merged(self) -> Option<()> {
        Some(())
    }
}
