use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::ops::Range;
use std::sync::{Arc, Weak};
use std::task::Waker;

use super::cell::{Block, MOST_CELLS, Owner};
use super::pool::Failed;
use super::receipt::Receipt;
use super::shared::Shared;
use crate::{Responses, Sent, Service, Unread};

/// The numbers of no cells, which none follows.
const NONE: Range<u64> = u64::MAX..u64::MAX;

/// The first of the numbers that no cell has.
const NOBODY: u64 = 1 << 63;

/// The writer's view of the cells of receipts: it opens them one after the other, and finds the block of one that
/// is to be answered.
pub(super) struct Cells<S: Service> {
    /// How many bits of the number of a cell are its index in its block, which has as many cells as a request has
    /// entries, or fewer.
    bits: u32,
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

/// Delivers a request to receipts. The cells of its entries are mostly next to each other, unless they are in many lanes.
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
    /// The block to whose cells it delivers.
    open: Option<Open<S>>,
}

/// A block to whose cells a request is delivered.
struct Open<S: Service> {
    number: u64,
    /// If a receipt of it is left.
    block: Option<Arc<Block<S>>>,
    /// The number under which the block keeps the responses, if it does.
    kept: Option<u16>,
    /// A bit for each of its cells that was delivered to.
    delivered: u64,
}

impl<S: Service> Cells<S> {
    /// For a service whose requests carry at most so many entries.
    pub(super) fn new(entries: usize) -> Self {
        let bits = entries.clamp(1, MOST_CELLS).ilog2();
        Self { bits, next: 0, open: None, full: Vec::new(), blocks: BTreeMap::new() }
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
            let last = self.answered(self.block(self.next), self.size() - used);
            self.full.extend(last);
            self.next += self.size() - used;
        }
        let first = self.next;
        let block = Arc::new(Block::new(shared));
        let unanswered = Unanswered { block: Arc::downgrade(&block), cells: self.size() };
        self.blocks.insert(self.block(first), unanswered);
        self.full.extend(self.open.replace(Arc::clone(&block)));
        block
    }

    /// No more cells are opened in a block that has responses of several requests: else the writer would keep those of
    /// many for a receipt to come.
    fn close_if_of_several(&mut self, block: &Arc<Block<S>>) {
        if block.is_of_several() && self.open.as_ref().is_some_and(|open| Arc::ptr_eq(open, block)) {
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
        let Some(block) = self.answered(self.block(cell.number()), 1) else {
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
        let Some(block) = self.answered(self.block(cell.number()), 1) else {
            return Owner::None(failed);
        };
        let owner = block.fail(self.index(cell.number()), failed);
        unused.push(block);
        owner
    }

    /// So many cells of the block with this number are being answered; the block, if a receipt of it is left.
    fn answered(&mut self, number: u64, cells: u64) -> Option<Arc<Block<S>>> {
        let block = self.blocks.get(&number)?.block.upgrade();
        self.count(number, cells);
        block
    }

    /// The block with this number, to deliver these responses to its cells.
    fn open_for(&self, number: u64, responses: &Responses<S::Response>) -> Open<S> {
        let block = self.blocks.get(&number).and_then(|unanswered| unanswered.block.upgrade());
        let kept = block.as_ref().and_then(|block| block.keep(responses));
        Open { number, block, kept, delivered: 0 }
    }

    /// So many cells of the block with this number are answered.
    fn count(&mut self, number: u64, cells: u64) {
        if let Some(unanswered) = self.blocks.get_mut(&number) {
            unanswered.cells -= cells;
            if unanswered.cells == 0 {
                self.blocks.remove(&number);
            }
        }
    }

    /// How many cells a block has.
    fn size(&self) -> u64 {
        1 << self.bits
    }

    /// The number of the block of a cell.
    fn block(&self, number: u64) -> u64 {
        number >> self.bits
    }

    /// The index of a cell in its block.
    #[expect(clippy::cast_possible_truncation, reason = "a block has at most `MOST_CELLS` cells")]
    #[inline]
    fn index(&self, number: u64) -> u32 {
        (number & (self.size() - 1)) as u32
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
        let (run, offset, position) = (NONE, 0, 0);
        Self { cells, responses, wakes, unused, run, offset, position, first, open: None }
    }

    /// Delivers to a cell, whose entry had this position.
    #[inline]
    pub(super) fn add(&mut self, cell: CellId, position: usize) {
        if !cell.has_receipt() {
            return;
        }
        let number = cell.number();
        let offset = number.wrapping_sub(position as u64);
        // As long as the cells follow one another, this is all that there is to do for an entry.
        if number != self.run.end || offset != self.offset {
            self.end_run();
            (self.run.start, self.offset, self.position) = (number, offset, self.first + position);
        }
        self.run.end = number + 1;
    }

    /// Delivers to the cells that were added last.
    fn end_run(&mut self) {
        let mut run = std::mem::replace(&mut self.run, NONE);
        while !run.is_empty() {
            let (block, first) = (self.cells.block(run.start), self.cells.index(run.start));
            let cells = (self.cells.size() - u64::from(first)).min(run.end - run.start);
            self.deliver(block, first, cells);
            self.position += cells as usize;
            run.start += cells;
        }
    }

    /// Delivers to so many cells of the block with this number, from the one with this index.
    fn deliver(&mut self, number: u64, first: u32, cells: u64) {
        if self.open.as_ref().is_none_or(|open| open.number != number) {
            self.end_block();
        }
        let open = self.open.get_or_insert_with(|| self.cells.open_for(number, self.responses));
        open.delivered |= (u64::MAX >> (64 - cells)) << first;
        let Some(block) = &open.block else { return };
        for (index, position) in (first..).zip(self.position..).take(cells as usize) {
            if !open.kept.is_some_and(|kept| block.point(index, kept, position)) {
                let sent = Sent::delivered(Unread::of(self.responses, position), 1, false);
                // If it comes back, it is not the last one that owns them.
                drop(block.deliver(index, sent, self.wakes));
            }
        }
    }

    /// Lets the receipts of a block know.
    fn end_block(&mut self) {
        let Some(Open { number, block, delivered, .. }) = self.open.take() else { return };
        self.cells.count(number, u64::from(delivered.count_ones()));
        if let Some(block) = block {
            block.wake(delivered, self.wakes);
            self.cells.close_if_of_several(&block);
            self.unused.push(block);
        }
    }

    /// Delivers to all that were added.
    pub(super) fn end(mut self) {
        self.end_run();
        self.end_block();
    }
}
