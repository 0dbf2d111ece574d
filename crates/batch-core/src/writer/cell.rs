use std::sync::atomic::{AtomicU16, Ordering};
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
    /// The responses to the first requests that delivered entries of these cells, each once.
    responses: [OnceLock<Responses<S::Response>>; 1 << REQUEST_BITS],
    /// The place of each cell in them ([`place`]), and 0 as long as it has none.
    places: [AtomicU16; MOST_CELLS],
    /// No code of the user's runs under this lock.
    rest: Mutex<Rest<S::Entry, S::Response>>,
}

/// The cells that are needed, by ascending index. All others are waiting, and nobody with them.
struct Rest<E, R>(Vec<(u32, Cell<E, R>)>);

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
    pub(super) fn new(shared: &Arc<Shared<S>>) -> Self {
        Self {
            shared: Arc::clone(shared),
            responses: Default::default(),
            places: [const { AtomicU16::new(0) }; MOST_CELLS],
            rest: Mutex::new(Rest(Vec::new())),
        }
    }

    /// Whether it has the responses to several requests.
    #[inline]
    pub(super) fn is_of_several(&self) -> bool {
        self.responses[1].get().is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Rest<S::Entry, S::Response>> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the writer does, under its lock.
impl<S: Service> Block<S> {
    /// Keeps the responses to a request, if it does not yet, and returns their number, unless it has those to as many
    /// requests as it can keep.
    pub(super) fn keep(&self, responses: &Responses<S::Response>) -> Option<u16> {
        let mut numbered = (0..).zip(&self.responses);
        numbered
            .find(|(_, kept)| kept.get_or_init(|| responses.clone()).are(responses))
            .map(|(number, _)| number)
    }

    /// Lets a receipt read its response: the one at this position among those that are kept under this number. Returns
    /// whether it can. Whoever waits for it is to be [woken](Self::wake).
    #[inline]
    pub(super) fn point(&self, index: u32, number: u16, position: usize) -> bool {
        let place = place(number, position);
        self.places[index as usize].store(place, Ordering::Release);
        place != 0
    }

    /// Adds the wakers of those of the cells with these bits whose receipts wait to `wakes`.
    pub(super) fn wake(&self, cells: u64, wakes: &mut Vec<Waker>) {
        for (index, cell) in &mut self.lock().0 {
            if let Cell::Waiting(waker) = cell
                && cells & (1 << *index) != 0
            {
                wakes.extend(waker.take());
            }
        }
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
        let cell = rest.cell(index);
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
        let cell = rest.cell(index);
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
    /// Reads a response that is kept.
    #[inline]
    pub(super) fn read(&self, index: u32) -> Option<Sent<S::Response>> {
        let (responses, position) = self.kept(index)?;
        Some(Sent::delivered(responses.read(position), 1, false))
    }

    /// Takes the answer, if it is there.
    pub(super) fn take(&self, index: u32) -> Option<Taken<S::Entry, S::Response>> {
        let mut rest = self.lock();
        let sent = self.unread(index).map(Taken::Sent);
        sent.or_else(|| rest.known(index)?.take())
    }

    /// Takes the answer, or lets this waker be called when it comes. A waker that is not needed is dropped
    /// after the lock.
    pub(super) fn take_or_watch(&self, index: u32, waker: Waker) -> Option<Taken<S::Entry, S::Response>> {
        let mut unused = Some(waker);
        let mut rest = self.lock();
        let sent = self.unread(index).map(Taken::Sent);
        let taken = sent.or_else(|| match rest.cell(index) {
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
        let is_delivered = self.kept(index).is_some();
        let cell = match is_delivered {
            true => Cell::Gone,
            false => std::mem::replace(rest.cell(index), Cell::Gone),
        };
        drop(rest);
        match cell {
            Cell::Failed(failed) => Some(failed),
            unused => {
                quietly(unused);
                None
            }
        }
    }

    fn unread(&self, index: u32) -> Option<Sent<Unread<S::Response>>> {
        let (responses, position) = self.kept(index)?;
        Some(Sent::delivered(Unread::of(responses, position), 1, false))
    }

    /// The responses among which that of a cell is, and its position.
    #[inline]
    fn kept(&self, index: u32) -> Option<(&Responses<S::Response>, usize)> {
        let place = self.places[index as usize].load(Ordering::Acquire).checked_sub(1)?;
        let number = place & ((1 << REQUEST_BITS) - 1);
        Some((self.responses[number as usize].get()?, (place >> REQUEST_BITS) as usize))
    }
}

impl<S: Service> Drop for Block<S> {
    /// Each response by itself: the second whose drop panics would end the process.
    fn drop(&mut self) {
        let Rest(cells) = self.rest.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.responses.iter_mut().filter_map(OnceLock::take).for_each(quietly);
        cells.drain(..).for_each(|(_, cell)| quietly(cell));
    }
}

impl<E, R> Rest<E, R> {
    /// The cell with this index.
    fn cell(&mut self, index: u32) -> &mut Cell<E, R> {
        let place = self.place_of(index);
        if self.0.get(place).is_none_or(|&(other, _)| other != index) {
            self.0.insert(place, (index, Cell::Waiting(None)));
        }
        &mut self.0[place].1
    }

    /// The same, if it was needed before.
    fn known(&mut self, index: u32) -> Option<&mut Cell<E, R>> {
        let place = self.place_of(index);
        self.0.get_mut(place).filter(|(other, _)| *other == index).map(|(_, cell)| cell)
    }

    fn place_of(&self, index: u32) -> usize {
        self.0.partition_point(|&(other, _)| other < index)
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

/// A position among the responses that are kept under a number. 0 if it is too large for this.
#[inline]
fn place(number: u16, position: usize) -> u16 {
    match u16::try_from(position) {
        Ok(position) if position < MOST_POSITIONS => 1 + (position << REQUEST_BITS | number),
        _ => 0,
    }
}

/// How many cells share a block at most: the last receipt of a block keeps it all.
pub(super) const MOST_CELLS: usize = 64;

/// The bits of the number of a request. A block whose entries are in many lanes is answered by as many requests as are
/// in flight; of more than these, each response needs its cell.
const REQUEST_BITS: u32 = 3;

const MOST_POSITIONS: u16 = u16::MAX >> REQUEST_BITS;
