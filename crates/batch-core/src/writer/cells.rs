use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::sync::{Arc, Weak};
use std::task::Waker;

use super::cell::{Block, Owner};
use super::pool::Failed;
use super::receipt::Receipt;
use super::shared::Shared;
use crate::{Responses, Sent, Service, Unread};

/// How many cells share a block at most: the last receipt of a block keeps it all.
const MOST: usize = 64;

/// The number of no cell.
const NONE: u64 = u64::MAX;

/// The writer's view of the cells of receipts: it opens them one after the other, and finds the block of one that
/// is to be answered.
pub(super) struct Cells<S: Service> {
    /// How many cells a block has: as many as a request has entries, or fewer, and a power of two.
    size: u64,
    /// The number of the next cell.
    next: u64,
    /// The block of the next cell, unless that is the first of its block. It owns the writer's state in turn, and so
    /// is given up when no entry comes any more.
    open: Option<Arc<Block<S>>>,
    /// Blocks that were open, to be dropped after the lock.
    full: Vec<Arc<Block<S>>>,
    /// The blocks that have a cell without an answer, by number.
    blocks: BTreeMap<u64, Unanswered<S>>,
}

struct Unanswered<S: Service> {
    block: Weak<Block<S>>,
    /// How many of its cells have no answer.
    cells: u64,
}

/// The number of a cell, and one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct CellId(NonZeroU64);

/// Delivers a request to receipts: the cells of its entries are mostly next to each other.
pub(super) struct Delivery<'a, S: Service> {
    cells: &'a mut Cells<S>,
    responses: &'a Responses<S::Response>,
    wakes: &'a mut Vec<Waker>,
    /// Blocks that are to be dropped after the lock.
    unused: &'a mut Vec<Arc<Block<S>>>,
    /// The number of the first of the cells that were added last, which follow one another, and the position of its
    /// entry in the request.
    first: Option<(u64, usize)>,
    /// The number of the cell that would follow them, and the position of its entry.
    next: u64,
    next_position: usize,
}

impl<S: Service> Cells<S> {
    /// For a service whose requests carry at most so many entries.
    pub(super) fn new(entries: usize) -> Self {
        let size = 1 << entries.clamp(1, MOST).ilog2();
        Self { size, next: 0, open: None, full: Vec::new(), blocks: BTreeMap::new() }
    }

    /// One more cell, and its receipt.
    #[inline]
    pub(super) fn open(&mut self, shared: &Arc<Shared<S>>) -> (Receipt<S>, CellId) {
        let block = match &self.open {
            Some(block) if self.index(self.next) > 0 => Arc::clone(block),
            _ => self.open_block(shared),
        };
        let number = self.next;
        self.next += 1;
        (Receipt::new(block, self.index(number)), CellId(NonZeroU64::MIN.saturating_add(number)))
    }

    /// Opens the next block. What is left of the last one, if anything, is not used.
    #[cold]
    fn open_block(&mut self, shared: &Arc<Shared<S>>) -> Arc<Block<S>> {
        let used = u64::from(self.index(self.next));
        if used > 0 {
            let last = self.answered(self.next, self.size - used);
            self.full.extend(last);
            self.next += self.size - used;
        }
        let first = self.next;
        let block = Arc::new(Block::new(shared, self.size));
        let unanswered = Unanswered { block: Arc::downgrade(&block), cells: self.size };
        self.blocks.insert(self.block(first), unanswered);
        self.full.extend(self.open.replace(Arc::clone(&block)));
        block
    }

    /// No more cells are opened in a block that has responses of several requests: else the writer would keep those of
    /// many for a receipt to come.
    fn close_full(&mut self, block: &Arc<Block<S>>) {
        if block.is_full() && self.open.as_ref().is_some_and(|open| Arc::ptr_eq(open, block)) {
            self.close();
        }
    }

    /// No more cells are opened.
    pub(super) fn close(&mut self) {
        self.full.extend(self.open.take());
    }

    /// Moves the blocks that are no longer open to those that are to be dropped after the lock.
    pub(super) fn give_up_full(&mut self, unused: &mut Vec<Arc<Block<S>>>) {
        unused.append(&mut self.full);
    }

    /// Puts a response into its cell; gives it back if the receipt was dropped.
    pub(super) fn deliver(
        &mut self,
        cell: CellId,
        sent: Sent<Unread<S::Response>>,
        wakes: &mut Vec<Waker>,
        unused: &mut Vec<Arc<Block<S>>>,
    ) -> Option<Sent<Unread<S::Response>>> {
        let Some(block) = self.answered(cell.number(), 1) else {
            return Some(sent);
        };
        let sent = block.deliver(self.index(cell.number()), sent, wakes);
        unused.push(block);
        sent
    }

    /// Puts a failure into its cell, unless the receipt was dropped.
    pub(super) fn fail(
        &mut self,
        cell: CellId,
        failed: Failed<S::Entry>,
        unused: &mut Vec<Arc<Block<S>>>,
    ) -> Owner<S::Entry> {
        let Some(block) = self.answered(cell.number(), 1) else {
            return Owner::None(failed);
        };
        let owner = block.fail(self.index(cell.number()), failed);
        unused.push(block);
        owner
    }

    /// Some cells of a block are being answered; the block, if a receipt of it is left.
    fn answered(&mut self, first: u64, cells: u64) -> Option<Arc<Block<S>>> {
        let number = self.block(first);
        let unanswered = self.blocks.get_mut(&number)?;
        let block = unanswered.block.upgrade();
        unanswered.cells -= cells;
        if unanswered.cells == 0 {
            self.blocks.remove(&number);
        }
        block
    }

    /// The number of the block of a cell.
    fn block(&self, number: u64) -> u64 {
        number / self.size
    }

    /// The index of a cell in its block.
    #[expect(clippy::cast_possible_truncation, reason = "a block has at most `MOST` cells")]
    #[inline]
    fn index(&self, number: u64) -> u32 {
        (number & (self.size - 1)) as u32
    }
}

impl CellId {
    fn number(self) -> u64 {
        self.0.get() - 1
    }
}

impl<'a, S: Service> Delivery<'a, S> {
    /// The wakers to call, and the blocks to drop after the lock, are added to the others.
    pub(super) fn new(
        cells: &'a mut Cells<S>,
        responses: &'a Responses<S::Response>,
        wakes: &'a mut Vec<Waker>,
        unused: &'a mut Vec<Arc<Block<S>>>,
    ) -> Self {
        Self { cells, responses, wakes, unused, first: None, next: NONE, next_position: 0 }
    }

    /// Delivers to a cell, whose entry had this position in the request.
    #[inline]
    pub(super) fn add(&mut self, cell: CellId, position: usize) {
        let number = cell.number();
        // As long as the cells follow one another, this is all that there is to do for an entry.
        if number != self.next || position != self.next_position {
            self.begin(number, position);
        }
        self.next = number + 1;
        self.next_position = position + 1;
        if self.cells.index(self.next) == 0 {
            self.end();
        }
    }

    #[cold]
    fn begin(&mut self, number: u64, position: usize) {
        self.end();
        self.first = Some((number, position));
    }

    /// Delivers to the cells that were added last.
    #[cold]
    pub(super) fn end(&mut self) {
        let Some((first, position)) = self.first.take() else {
            return;
        };
        let end = std::mem::replace(&mut self.next, NONE);
        if let Some(block) = self.cells.answered(first, end - first) {
            let cells = self.cells.index(first)..self.cells.index(end - 1) + 1;
            block.deliver_run(cells, self.responses, position, self.wakes);
            self.cells.close_full(&block);
            self.unused.push(block);
        }
    }
}
