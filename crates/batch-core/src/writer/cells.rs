use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::ops::Range;
use std::sync::{Arc, Weak};
use std::task::Waker;

use super::cell::{Block, Owner};
use super::pool::Failed;
use super::receipt::Receipt;
use super::shared::Shared;
use crate::{Responses, Sent, Service, Unread};

/// How many cells share a block at most: the last receipt of a block keeps it all.
const MOST: usize = 64;

/// The numbers of no cells, which none follows.
const NONE: Range<u64> = u64::MAX..u64::MAX;

/// The first of the numbers that no cell has.
const NOBODY: u64 = 1 << 63;

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
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct CellId(NonZeroU64);

/// Delivers a request to receipts: the cells of its entries are mostly next to each other.
pub(super) struct Delivery<'a, S: Service> {
    cells: &'a mut Cells<S>,
    responses: &'a Responses<S::Response>,
    wakes: &'a mut Vec<Waker>,
    /// Blocks that are to be dropped after the lock.
    unused: &'a mut Vec<Arc<Block<S>>>,
    /// The numbers of the cells that were added last, which follow one another as their entries do in the request.
    run: Range<u64>,
    /// The number of each of them, less the position of its entry.
    offset: u64,
    /// The position in the request of the first of their entries.
    position: usize,
    /// The position in the request from which those of the entries count.
    first: usize,
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

    /// The number of the first cell after the block of this one.
    fn end_of_block(&self, number: u64) -> u64 {
        (number | (self.size - 1)) + 1
    }

    /// The index of a cell in its block.
    #[expect(clippy::cast_possible_truncation, reason = "a block has at most `MOST` cells")]
    #[inline]
    fn index(&self, number: u64) -> u32 {
        (number & (self.size - 1)) as u32
    }
}

impl CellId {
    /// The number of a cell that does not exist, for an entry without a receipt that must be told from others: its answer
    /// goes the way of one whose receipt was dropped.
    #[cfg(feature = "trace")]
    pub(super) fn of_nobody(number: u64) -> Self {
        Self(NonZeroU64::MIN.saturating_add(NOBODY + number))
    }

    /// Whether a receipt was given out for it.
    pub(super) fn has_receipt(self) -> bool {
        self.number() < NOBODY
    }

    fn number(self) -> u64 {
        self.0.get() - 1
    }
}

impl<'a, S: Service> Delivery<'a, S> {
    /// Delivers to entries whose positions count from `first`. The wakers to call, and the blocks to drop after the
    /// lock, are added to the others.
    pub(super) fn new(
        cells: &'a mut Cells<S>,
        (responses, first): (&'a Responses<S::Response>, usize),
        wakes: &'a mut Vec<Waker>,
        unused: &'a mut Vec<Arc<Block<S>>>,
    ) -> Self {
        Self { cells, responses, wakes, unused, run: NONE, offset: 0, position: 0, first }
    }

    /// Delivers to a cell, whose entry had this position.
    #[inline]
    pub(super) fn add(&mut self, cell: CellId, position: usize) {
        let number = cell.number();
        let offset = number.wrapping_sub(position as u64);
        // As long as the cells follow one another, this is all that there is to do for an entry.
        if number != self.run.end || offset != self.offset {
            self.end();
            (self.run.start, self.offset, self.position) = (number, offset, self.first + position);
        }
        self.run.end = number + 1;
    }

    /// Delivers to the cells that were added last.
    #[cold]
    pub(super) fn end(&mut self) {
        let mut run = std::mem::replace(&mut self.run, NONE);
        while !run.is_empty() {
            let first = run.start;
            run.start = run.end.min(self.cells.end_of_block(first));
            let cells = self.cells.index(first)..self.cells.index(run.start - 1) + 1;
            let position = self.position;
            self.position += cells.len();
            if let Some(block) = self.cells.answered(first, run.start - first) {
                block.deliver_run(cells, self.responses, position, self.wakes);
                self.cells.close_full(&block);
                self.unused.push(block);
            }
        }
    }
}
