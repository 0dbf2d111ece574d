use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Waker;

use super::effects::quietly;
use super::pool::Failed;
use super::shared::Shared;
use crate::{Responses, Sent, Service, Unread};

/// Cells next to each other, in which the writer puts the answers of entries, and their receipts take them.
///
/// Entries that were delivered together have their responses in one place, from which each receipt reads its own
/// without a lock. Only what is answered by itself, awaited or dropped before it is answered needs a cell.
///
/// The receipts own it, so that what is the user's in it is not dropped under a lock of the writer's.
pub(super) struct Block<S: Service> {
    pub(super) shared: Arc<Shared<S>>,
    /// The first deliveries: entries of one block are mostly in one request, or in two.
    runs: [OnceLock<Run<S::Response>>; 2],
    /// No code of the user's runs under this lock.
    rest: Mutex<Rest<S::Entry, S::Response>>,
    len: u64,
}

/// Cells whose entries were delivered together, one after the other.
struct Run<R> {
    cells: Range<u32>,
    responses: Responses<R>,
    /// The position of the first of them in the request.
    position: usize,
}

struct Rest<E, R> {
    runs: Vec<Run<R>>,
    /// None as long as none is needed.
    cells: Vec<Cell<E, R>>,
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

impl<S: Service> Block<S> {
    pub(super) fn new(shared: &Arc<Shared<S>>, len: u64) -> Self {
        let rest = Mutex::new(Rest { runs: Vec::new(), cells: Vec::new() });
        Self { shared: Arc::clone(shared), runs: [OnceLock::new(), OnceLock::new()], rest, len }
    }

    /// Whether it has the responses of as many requests as can be read without a lock.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.runs[1].get().is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Rest<S::Entry, S::Response>> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the writer does, under its lock.
impl<S: Service> Block<S> {
    /// Lets receipts read their responses, the first of which has this position in its request. The wakers to
    /// call are added to `wakes`.
    pub(super) fn deliver_run(
        &self,
        cells: Range<u32>,
        responses: &Responses<S::Response>,
        position: usize,
        wakes: &mut Vec<Waker>,
    ) {
        let mut rest = self.lock();
        let needed = rest.cells.get_mut(cells.start as usize..cells.end as usize);
        for cell in needed.into_iter().flatten() {
            if let Cell::Waiting(waker) = cell {
                wakes.extend(waker.take());
            }
        }
        let mut run = Run { cells, responses: responses.clone(), position };
        for free in &self.runs {
            match free.set(run) {
                Ok(()) => return,
                Err(other) => run = other,
            }
        }
        rest.runs.push(run);
    }

    /// Puts a response into its cell; gives it back if the receipt was dropped. The waker to call is added to
    /// `wakes`.
    pub(super) fn deliver(
        &self,
        index: u32,
        sent: Sent<Unread<S::Response>>,
        wakes: &mut Vec<Waker>,
    ) -> Option<Sent<Unread<S::Response>>> {
        let mut rest = self.lock();
        let cell = rest.cell(index, self.len);
        let Cell::Waiting(waker) = cell else {
            return Some(sent);
        };
        wakes.extend(waker.take());
        *cell = Cell::Sent(sent);
        None
    }

    /// Puts a failure into its cell, unless its receipt was dropped.
    pub(super) fn fail(&self, index: u32, mut failed: Failed<S::Entry>) -> Owner<S::Entry> {
        let mut rest = self.lock();
        let cell = rest.cell(index, self.len);
        let Cell::Waiting(waker) = cell else {
            return Owner::None(failed);
        };
        let wake = waker.take();
        failed.awaited = wake.is_some();
        *cell = Cell::Failed(Box::new(failed));
        Owner::Receipt { wake }
    }
}

/// What a receipt does. It takes its answer, or gives its cell up, once.
impl<S: Service> Block<S> {
    /// Reads the response to an entry that was delivered among the first.
    #[inline]
    pub(super) fn read(&self, index: u32) -> Option<Sent<S::Response>> {
        let run = self.runs.iter().map_while(OnceLock::get).find(|run| run.cells.contains(&index))?;
        Some(Sent::delivered(run.responses.read(run.position_of(index)), 1, false))
    }

    /// Takes the answer, if it is there.
    pub(super) fn take(&self, index: u32) -> Option<Taken<S::Entry, S::Response>> {
        let mut rest = self.lock();
        let sent = self.unread(&rest, index).map(Taken::Sent);
        sent.or_else(|| rest.cells.get_mut(index as usize)?.take())
    }

    /// Takes the answer, or lets this waker be called when it comes. A waker that is not needed is dropped
    /// after the lock.
    pub(super) fn take_or_watch(&self, index: u32, waker: Waker) -> Option<Taken<S::Entry, S::Response>> {
        let mut unused = Some(waker);
        let mut rest = self.lock();
        let sent = self.unread(&rest, index).map(Taken::Sent);
        let taken = sent.or_else(|| match rest.cell(index, self.len) {
            Cell::Waiting(watching) => {
                std::mem::swap(watching, &mut unused);
                None
            }
            cell => cell.take(),
        });
        drop(rest);
        // If it panics, the answer must not go with it.
        quietly(unused);
        taken
    }

    /// Gives a cell up; the failure that is in it. What else is in it is dropped after the lock.
    pub(super) fn give_up(&self, index: u32) -> Option<Box<Failed<S::Entry>>> {
        let mut rest = self.lock();
        let is_delivered = self.run_of(&rest, index).is_some();
        let cell = match is_delivered {
            true => Cell::Gone,
            false => std::mem::replace(rest.cell(index, self.len), Cell::Gone),
        };
        drop(rest);
        match cell {
            Cell::Failed(failed) => Some(failed),
            Cell::Gone | Cell::Sent(_) | Cell::Waiting(_) => None,
        }
    }

    fn unread(&self, rest: &Rest<S::Entry, S::Response>, index: u32) -> Option<Sent<Unread<S::Response>>> {
        let run = self.run_of(rest, index)?;
        Some(Sent::delivered(Unread::of(&run.responses, run.position_of(index)), 1, false))
    }

    fn run_of<'a>(
        &'a self,
        rest: &'a Rest<S::Entry, S::Response>,
        index: u32,
    ) -> Option<&'a Run<S::Response>> {
        let mut runs = self.runs.iter().map_while(OnceLock::get).chain(&rest.runs);
        runs.find(|run| run.cells.contains(&index))
    }
}

impl<S: Service> Drop for Block<S> {
    /// Each response by itself: the second whose drop panics would end the process.
    fn drop(&mut self) {
        let Rest { runs, cells } = self.rest.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.runs.iter_mut().filter_map(OnceLock::take).for_each(quietly);
        runs.drain(..).for_each(quietly);
        cells.drain(..).for_each(quietly);
    }
}

impl<R> Run<R> {
    /// The position of the entry of one of its cells in the request.
    #[inline]
    fn position_of(&self, index: u32) -> usize {
        self.position + (index - self.cells.start) as usize
    }
}

impl<E, R> Rest<E, R> {
    fn cell(&mut self, index: u32, len: u64) -> &mut Cell<E, R> {
        if self.cells.is_empty() {
            self.cells.extend((0..len).map(|_| Cell::Waiting(None)));
        }
        &mut self.cells[index as usize]
    }
}

impl<E, R> Cell<E, R> {
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
