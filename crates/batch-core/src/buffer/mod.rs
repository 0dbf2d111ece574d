//! The state machine that decides; it never waits.

mod absorb;
mod accept;
mod ceiling;
mod complete;
mod deliver;
mod fill;
mod flight;
mod flow;
mod flush;
mod fresh;
mod histogram;
mod identities;
mod index;
mod isolation;
mod line;
mod lines;
mod manifest;
mod meters;
mod output;
mod owner;
mod pace;
mod pack;
mod parted;
mod patience;
mod picked;
mod places;
mod poll;
mod promote;
mod quotas;
mod record;
mod resolve;
mod retry;
mod room;
mod scopes;
mod segment;
mod segments;
mod slots;
mod sort;
mod spare;
mod tempo;
mod trouble;
mod turns;
mod way;
mod withdraw;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::task::Waker;
use std::time::Instant;

pub use accept::{Admission, Place, Refused};
pub(crate) use deliver::Answered;
pub use deliver::Deliveries;
pub(crate) use index::KeyHasher;
pub use output::{Answers, Batch, BatchId, Garbage, Output, Resolution, Withdrawn};
pub use owner::Charge;
pub use room::{Grant, Ticket};
pub(crate) use scopes::Stamp;
pub use scopes::{ScopeId, Watermark};

use crate::plan::Plan;
use crate::{ConfigError, LimitPolicy, Settings, Stats};
use ceiling::Ceiling;
use flight::Flight;
use identities::Identities;
use isolation::Isolations;
use lines::Lines;
use meters::Meters;
use owner::Owner;
use pace::Pace;
use quotas::Quotas;
use room::Room;
use scopes::Scopes;
use segments::Segments;
use slots::{SlotId, Slots};
use trouble::Trouble;

/// Packs, orders, retries and bounds entries, and owes an answer for each. It owns no clock, no
/// I/O and no randomness: time, random numbers and replies are arguments.
///
/// `E` is an entry, `R` what the service tells about one that it took, `T` whatever the submitter
/// wants back with the answer.
///
/// # Turning the crank
///
/// After any call that takes `&mut self`, call [`poll`](Self::poll) until it gives
/// [`Output::Wait`], and do what the outputs before it say. Then wait for an input, or for the
/// instant in `Wait`, and poll again. Each [`Batch`] comes back through
/// [`complete`](Self::complete), once. Instants must not go backwards; one that does counts as the
/// latest seen.
///
/// A caller that guards the buffer by a lock takes what may run code of its users' out of it:
/// [`next_answer`](Self::next_answer), [`take_garbage`](Self::take_garbage) and
/// [`take_wakes`](Self::take_wakes). The buffer itself clones, drops and wakes nothing of theirs.
///
/// ```
/// use std::time::Instant;
/// use batch_core::{Buffer, LimitPolicy, Measure, Output, Settings, Verdict, Verdicts};
///
/// let limits = LimitPolicy::new(10, 1_000, 1_000)?;
/// let mut buffer: Buffer<&str, (), u32> = Buffer::new(&Settings::new(), limits)?;
/// # #[expect(clippy::disallowed_methods)]
/// let now = Instant::now();
///
/// let measure = Measure::of_bytes(5);
/// let admission = buffer.admit(&measure).expect("it is small");
/// let grant = buffer.try_grant(admission.charge()).expect("there is room");
/// let place = buffer.place(grant, admission).expect("it is no duplicate");
/// place.put("hello", 7, now);
///
/// let Output::Send(batch) = buffer.poll(now) else { panic!("nothing is in flight yet") };
/// assert_eq!(batch.entries(), ["hello"]);
/// buffer.complete(batch, Ok(Verdicts::Each(vec![Verdict::Accepted(())])), now, 0.5);
///
/// let Output::Resolve(answer) = buffer.poll(now) else { panic!("it is delivered") };
/// let answers: Vec<_> = answer.into_iter().collect();
/// assert_eq!(answers[0].tag, 7);
/// assert_eq!(answers[0].result.as_ref().expect("it is delivered").attempts, 1);
/// assert!(matches!(buffer.poll(now), Output::Drop(_)));
/// assert!(matches!(buffer.poll(now), Output::Wait(None)));
/// # Ok::<(), batch_core::ConfigError>(())
/// ```
pub struct Buffer<E, R, T> {
    owner: Owner,
    plan: Plan,
    segments: Segments<E, T>,
    slots: Slots<E, T>,
    /// The slots of unanswered entries, by their deadlines.
    deadlines: BTreeSet<(Instant, SlotId)>,
    /// Entries that may have been delivered, by when the service forgets them.
    doubts: BTreeSet<(Instant, SlotId)>,
    lines: Lines<E, T>,
    identities: Identities,
    isolations: Isolations,
    room: Room,
    scopes: Scopes,
    pace: Pace,
    ceiling: Ceiling,
    /// The limits of the next request.
    limits: LimitPolicy,
    flights: BTreeMap<BatchId, Flight<T>>,
    trouble: Option<Trouble>,
    next_batch: u64,
    answers: VecDeque<Answers<E, R, T>>,
    garbage: Garbage<E, R>,
    /// Whatever would linger up to here goes at once, because of a flush.
    urgent_until: Option<Instant>,
    stopped: bool,
    /// Whether the instant last given by `poll` takes lingering entries into account.
    announced_work: bool,
    /// Whether it takes a deadline into account.
    announced_deadline: bool,
    /// Whether it takes into account that enough waits for a request.
    announced_enough: bool,
    latest: Option<Instant>,
    /// When an attempt failed first: all retries are due at whole ticks after that.
    first_failed: Option<Instant>,
    counters: Stats,
    meters: Meters,
}

impl<E, R, T> Buffer<E, R, T> {
    /// An empty buffer with these settings for a service with these limits.
    ///
    /// # Errors
    ///
    /// When the settings contradict each other or the limits.
    pub fn new(settings: &Settings, limits: LimitPolicy) -> Result<Self, ConfigError> {
        settings.plan::<E>(limits).map(Self::with_plan)
    }

    pub(crate) fn with_plan(plan: Plan) -> Self {
        let (start, max) = plan.in_flight;
        let owner = Owner::new();
        Self {
            owner,
            segments: Segments::new(),
            slots: Slots::new(),
            deadlines: BTreeSet::new(),
            doubts: BTreeSet::new(),
            lines: Lines::new(plan.rules.linger.longest(), plan.rules.order, Quotas::of(&plan)),
            identities: Identities::new(),
            isolations: Isolations::new(),
            room: Room::new(owner, plan.max_entries, plan.max_bytes),
            scopes: Scopes::new(),
            pace: Pace::new(start, max),
            ceiling: Ceiling::new(plan.rate),
            limits: plan.limits,
            flights: BTreeMap::new(),
            trouble: None,
            next_batch: 0,
            answers: VecDeque::new(),
            garbage: Garbage::new(),
            urgent_until: None,
            stopped: false,
            announced_work: false,
            announced_deadline: false,
            announced_enough: false,
            latest: None,
            first_failed: None,
            counters: Stats::default(),
            meters: Meters::new(),
            plan,
        }
    }

    /// Takes room for an entry of this charge, unless there is none or a waiter is to have it first.
    pub fn try_grant(&mut self, charge: usize) -> Option<Grant> {
        self.room.try_grant(charge)
    }

    /// Queues for room for an entry of this charge; the waker is called when it comes.
    pub fn queue(&mut self, charge: usize, waker: Waker) -> Ticket {
        self.room.queue(charge, waker)
    }

    /// The room that this ticket waited for; nothing while it has not come.
    ///
    /// # Panics
    ///
    /// When the ticket is another buffer's.
    pub fn claim(&mut self, ticket: Ticket) -> Option<Grant> {
        self.room.claim(ticket)
    }

    /// Exchanges the waker of a ticket; the one that is no longer needed.
    ///
    /// # Panics
    ///
    /// When the ticket is another buffer's.
    pub fn watch(&mut self, ticket: Ticket, waker: Waker) -> Option<Waker> {
        self.room.watch(ticket, waker)
    }

    /// Gives up waiting for room; room that came meanwhile goes to the next waiter. The waker is no
    /// longer needed.
    ///
    /// # Panics
    ///
    /// When the ticket is another buffer's.
    pub fn leave_queue(&mut self, ticket: Ticket) -> Option<Waker> {
        self.room.leave_queue(ticket)
    }

    /// Gives back room that is not used.
    ///
    /// # Panics
    ///
    /// When the grant is another buffer's.
    pub fn give_back(&mut self, grant: Grant) {
        self.room.give_back(grant);
    }

    /// Makes room for `charge` of a grant, if it was for less, there is more, and no waiter is to have
    /// that first; whether that went.
    ///
    /// # Panics
    ///
    /// When the grant is another buffer's.
    pub fn widen(&mut self, grant: &mut Grant, charge: usize) -> bool {
        self.room.widen(grant, charge)
    }

    /// Whether a waiter is queued for room.
    #[must_use]
    pub fn has_waiters(&self) -> bool {
        self.room.is_crowded()
    }

    /// The wakers of waiters that may go on, to be called outside of any lock.
    pub fn take_wakes(&mut self) -> Vec<Waker> {
        self.room.take_wakes()
    }

    /// Wakes every waiter for room, to look again.
    pub fn alarm(&mut self) {
        self.room.alarm();
    }

    /// Whether only uncollected failures fill it, so that room will never come by itself.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        // A failure that was not given out yet may have an owner that takes it at once.
        self.answers.is_empty() && self.room.is_stuck()
    }

    /// Whether no entry is without an answer, and no request in flight.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.segments.load().entries == 0
            && self.lines.len() == 0
            && self.slots.is_empty()
            && self.flights.is_empty()
            && self.answers.is_empty()
    }

    /// Gives back the memory of a burst that is over.
    fn shrink(&mut self) {
        self.segments.shrink();
        self.slots.shrink();
        self.lines.shrink();
        self.identities.shrink();
    }

    #[inline]
    fn clock(&mut self, now: Instant) -> Instant {
        match self.latest {
            Some(latest) if now < latest => latest,
            _ => {
                self.latest = Some(now);
                now
            }
        }
    }
}

impl<E, R, T> std::fmt::Debug for Buffer<E, R, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Buffer")
            .field("stats", &self.stats())
            .field("lines", &self.lines.len())
            .field("identities", &self.identities.len())
            .field("isolations", &self.isolations.len())
            .field("scopes", &self.scopes.len())
            .finish_non_exhaustive()
    }
}
