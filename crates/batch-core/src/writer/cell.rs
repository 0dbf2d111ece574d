use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use super::pool::Failed;
use crate::{Responses, Sent, Unread};

/// How many cells share one allocation and one lock at most, and how many bytes: the last receipt of a block
/// keeps it all.
const MOST: usize = 64;
const BYTES: usize = 2_048;

/// Cells for receipts, made one after the other, so that the answers of entries that travelled together
/// are mostly given under one lock.
pub(super) struct Cells<E, R> {
    block: Arc<Block<E, R>>,
    used: u32,
}

/// A cell: where the writer puts the answer of one entry, and its receipt takes it. Each has an end.
pub(super) struct End<E, R> {
    block: Arc<Block<E, R>>,
    index: u32,
}

/// The writer's ends of cells that are next to each other, and whose entries were in one request.
struct Neighbours<E, R> {
    block: Arc<Block<E, R>>,
    cells: Range<u32>,
    /// The position of the first of them in the request.
    position: usize,
}

/// Delivers a request to the receipts of its entries, whose cells are mostly next to each other.
pub(super) struct Delivery<'a, E, R> {
    responses: &'a Responses<R>,
    wakes: &'a mut Vec<Waker>,
    last: Option<Neighbours<E, R>>,
}

/// No code of the user's runs under this lock. What is the user's in it is taken out by a receipt, so that
/// nothing is left when the last end is the writer's.
struct Block<E, R>(Mutex<Contents<E, R>>);

struct Contents<E, R> {
    runs: Vec<Run<R>>,
    /// By index; none while every answer came in a run, and no receipt was awaited or dropped before it.
    cells: Vec<Cell<E, R>>,
}

/// Entries that were delivered together, and whose cells are next to each other: their responses are read
/// from the same source, so that nothing is put into any cell.
struct Run<R> {
    cells: Range<u32>,
    responses: Responses<R>,
    /// The position of the first of them in the request.
    position: usize,
    /// How many receipts have not taken theirs.
    left: u32,
}

enum Cell<E, R> {
    Failed(Box<Failed<E>>),
    /// The answer is taken, or the receipt dropped.
    Gone,
    Sent(Sent<Unread<R>>),
    Waiting(Option<Waker>),
}

/// What a receipt takes out of its cell.
pub(super) enum Taken<E, R> {
    Failed(Box<Failed<E>>),
    Sent(Sent<Unread<R>>),
}

/// What becomes of a failure at its receipt.
pub(super) enum Owner<E> {
    /// It is the receipt's; it has or has not been waiting for it.
    Receipt { wake: Option<Waker> },
    /// There is no receipt, or it was dropped.
    None(Failed<E>),
}

impl<E, R> Cells<E, R> {
    pub(super) fn new() -> Self {
        Self { block: Block::new(), used: 0 }
    }

    /// Both ends of one more cell: the receipt's and the writer's.
    #[inline]
    pub(super) fn open(&mut self) -> (End<E, R>, End<E, R>) {
        if self.used == Block::<E, R>::CELLS {
            *self = Self::new();
        }
        let end = || End { block: Arc::clone(&self.block), index: self.used };
        let ends = (end(), end());
        self.used += 1;
        ends
    }
}

impl<E, R> Block<E, R> {
    #[expect(clippy::cast_possible_truncation, reason = "it is at most `MOST`")]
    const CELLS: u32 = {
        let fit = BYTES / size_of::<Cell<E, R>>();
        if fit > MOST {
            MOST as u32
        } else if fit == 0 {
            1
        } else {
            fit as u32
        }
    };

    fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Contents { runs: Vec::new(), cells: Vec::new() })))
    }

    #[inline]
    fn lock(&self) -> MutexGuard<'_, Contents<E, R>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<E, R> Contents<E, R> {
    fn cell(&mut self, index: u32) -> &mut Cell<E, R> {
        if self.cells.is_empty() {
            self.cells.extend((0..Block::<E, R>::CELLS).map(|_| Cell::Waiting(None)));
        }
        &mut self.cells[index as usize]
    }

    /// The responses for a run of cells, the first of which has this position in its request.
    fn deliver(
        &mut self,
        cells: Range<u32>,
        responses: &Responses<R>,
        position: usize,
        wakes: &mut Vec<Waker>,
    ) {
        let mut left = cells.end - cells.start;
        if !self.cells.is_empty() {
            for cell in &mut self.cells[cells.start as usize..cells.end as usize] {
                match cell {
                    Cell::Waiting(waker) => wakes.extend(waker.take()),
                    _ => left -= 1,
                }
            }
        }
        if left > 0 {
            self.runs.push(Run { cells, responses: responses.clone(), position, left });
        }
    }

    /// The response of a cell that belongs to a run, and what is left of a run of which it was the last.
    #[inline]
    fn take_of_run(&mut self, index: u32) -> Option<Unread<R>> {
        let found = self.runs.iter().position(|run| run.cells.contains(&index))?;
        let run = &mut self.runs[found];
        let position = run.position + (index - run.cells.start) as usize;
        run.left -= 1;
        Some(match run.left {
            0 => self.runs.swap_remove(found).responses.into_unread(position),
            _ => Unread::of(&run.responses, position),
        })
    }
}

impl<'a, E, R> Delivery<'a, E, R> {
    /// The wakers to call are added to `wakes`.
    pub(super) fn of(responses: &'a Responses<R>, wakes: &'a mut Vec<Waker>) -> Self {
        Self { responses, wakes, last: None }
    }

    /// Adds a receipt, whose entry had this position in the request.
    #[inline(never)]
    pub(super) fn add(&mut self, End { block, index }: End<E, R>, position: usize) {
        if let Some(last) = &mut self.last {
            let is_next = index == last.cells.end
                && position - last.position == last.cells.len()
                && Arc::ptr_eq(&block, &last.block);
            if is_next {
                last.cells.end += 1;
                return;
            }
        }
        self.end();
        self.last = Some(Neighbours { block, cells: index..index + 1, position });
    }

    /// Delivers to the receipts that were added last.
    pub(super) fn end(&mut self) {
        if let Some(Neighbours { block, cells, position }) = self.last.take() {
            block.lock().deliver(cells, self.responses, position, self.wakes);
        }
    }
}

/// The writer's end.
impl<E, R> End<E, R> {
    /// Puts a response into its cell; gives it back if the receipt was dropped. The waker to call is added to
    /// `wakes`.
    pub(super) fn deliver(self, sent: Sent<Unread<R>>, wakes: &mut Vec<Waker>) -> Option<Sent<Unread<R>>> {
        let mut contents = self.block.lock();
        let cell = contents.cell(self.index);
        let Cell::Waiting(waker) = cell else {
            return Some(sent);
        };
        wakes.extend(waker.take());
        *cell = Cell::Sent(sent);
        None
    }

    /// Puts a failure into the cell, unless its receipt was dropped.
    pub(super) fn fail(self, mut failed: Failed<E>) -> Owner<E> {
        let mut contents = self.block.lock();
        let cell = contents.cell(self.index);
        let Cell::Waiting(waker) = cell else {
            return Owner::None(failed);
        };
        let wake = waker.take();
        failed.awaited = wake.is_some();
        *cell = Cell::Failed(Box::new(failed));
        Owner::Receipt { wake }
    }
}

/// The receipt's end. It takes the answer, or gives the cell up, once.
impl<E, R> End<E, R> {
    /// Takes the answer, if it is there.
    #[inline]
    pub(super) fn take(&self) -> Option<Taken<E, R>> {
        let mut contents = self.block.lock();
        if let Some(response) = contents.take_of_run(self.index) {
            return Some(Taken::Sent(Sent::delivered(response, 1, false)));
        }
        contents.cells.get_mut(self.index as usize)?.take()
    }

    /// Takes the answer, or lets this waker be called when it comes. A waker that is not needed is dropped
    /// after the lock.
    pub(super) fn take_or_watch(&self, waker: Waker) -> Option<Taken<E, R>> {
        let mut unused = Some(waker);
        let mut contents = self.block.lock();
        let taken = match contents.take_of_run(self.index) {
            Some(response) => Some(Taken::Sent(Sent::delivered(response, 1, false))),
            None => match contents.cell(self.index) {
                Cell::Waiting(watching) => {
                    std::mem::swap(watching, &mut unused);
                    None
                }
                cell => cell.take(),
            },
        };
        drop(contents);
        drop(unused);
        taken
    }

    /// Gives the cell up; the failure that is in it. What else is in it is dropped after the lock.
    pub(super) fn give_up(&self) -> Option<Box<Failed<E>>> {
        let mut contents = self.block.lock();
        let unread = contents.take_of_run(self.index);
        let cell = match unread {
            Some(_) => Cell::Gone,
            None => std::mem::replace(contents.cell(self.index), Cell::Gone),
        };
        drop(contents);
        drop(unread);
        match cell {
            Cell::Failed(failed) => Some(failed),
            Cell::Gone | Cell::Sent(_) | Cell::Waiting(_) => None,
        }
    }
}

impl<E, R> Cell<E, R> {
    #[inline]
    fn take(&mut self) -> Option<Taken<E, R>> {
        if matches!(self, Self::Waiting(_)) {
            return None;
        }
        match std::mem::replace(self, Self::Gone) {
            Self::Failed(failed) => Some(Taken::Failed(failed)),
            Self::Sent(sent) => Some(Taken::Sent(sent)),
            Self::Gone | Self::Waiting(_) => None,
        }
    }
}
