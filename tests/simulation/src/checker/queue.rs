//! Laws 6 and 11 at the door: who waits for room, in which order, and when waiting must end.

use std::collections::BTreeMap;
use std::time::Duration;

use batch_core::Stats;

use super::facts::Facts;
use super::scopes::ScopeId;
use super::{Checker, Refusal};

/// A call of `submit`, `try_submit` or `reserve`, or of a permit.
pub(crate) type CallId = u64;

#[derive(Default)]
pub(super) struct Queue {
    calls: BTreeMap<CallId, Call>,
    next_call: CallId,
    /// Those who wait for room, in the order of coming.
    waiting: BTreeMap<u64, CallId>,
    next_turn: u64,
    /// The last turn that was served.
    served: u64,
    pub(super) permits: usize,
    /// Since when nobody gave those who wait any hope.
    stuck_since: Option<Duration>,
    /// Since when, at every rest, only failures have been inside.
    filled_since: Option<Duration>,
}

#[derive(Debug, Default)]
pub(super) struct Call {
    /// The number of the entry and its scope; nothing for a permit.
    pub(super) entry: Option<(u64, ScopeId)>,
    pub(super) facts: Option<Facts>,
    /// The entry that absorbed it.
    pub(super) merged_into: Option<u64>,
    /// How often the service was asked to measure it.
    pub(super) measured: u32,
    pub(super) turn: Option<u64>,
    /// Whether it has a permit, and so its room.
    has_permit: bool,
}

/// How long those who wait for room rely on a receipt that was awaited, or a flush under way.
const PATIENCE: Duration = Duration::from_secs(1);

impl Queue {
    pub(super) fn begin(&mut self, entry: Option<(u64, ScopeId)>, has_permit: bool) -> CallId {
        let id = self.next_call;
        self.next_call += 1;
        self.calls.insert(id, Call { entry, has_permit, ..Call::default() });
        id
    }

    pub(super) fn call_of(&mut self, entry: u64) -> Option<&mut Call> {
        self.calls.values_mut().rev().find(|call| call.entry.is_some_and(|(n, _)| n == entry))
    }

    /// The call did not return at once. It stands in the queue once its entry is measured.
    pub(super) fn wait(&mut self, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        let is_at_the_door = call.entry.is_none() || call.measured > 0;
        if call.turn.is_none() && is_at_the_door {
            self.next_turn += 1;
            call.turn = Some(self.next_turn);
            self.waiting.insert(self.next_turn, id);
        }
    }

    pub(super) fn leave(&mut self, id: CallId) -> Call {
        let call = self.calls.remove(&id).unwrap_or_default();
        if let Some(turn) = call.turn {
            self.waiting.remove(&turn);
        }
        call
    }

    /// The call got room.
    pub(super) fn serve(&mut self, call: &Call) {
        self.hope();
        if call.has_permit {
            return;
        }
        let turn = call.turn.unwrap_or_else(|| {
            self.next_turn += 1;
            self.next_turn
        });
        self.served = self.served.max(turn);
    }

    /// Something happened on which those who wait could rely, if only for a moment.
    pub(super) fn hope(&mut self) {
        self.stuck_since = None;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    fn first(&self) -> Option<(u64, &Call)> {
        self.waiting.first_key_value().and_then(|(turn, id)| Some((*turn, self.calls.get(id)?)))
    }

    /// Whether an entry or a permit is at the door.
    pub(super) fn has_calls(&self) -> bool {
        self.calls.values().any(|call| !call.has_permit)
    }

    /// Entries that are with calls that have not returned.
    pub(super) fn entries(&self) -> usize {
        self.calls.values().filter(|call| call.entry.is_some()).count()
    }
}

impl Checker {
    /// A permit is asked for.
    pub(crate) fn reserve_begins(&mut self) -> CallId {
        self.note(&[3], || "reserve".to_owned());
        self.queue.begin(None, false)
    }

    /// A call has not returned yet.
    pub(crate) fn waits(&mut self, call: CallId) {
        self.queue.wait(call);
    }

    /// A call was given up before it returned: its entry was not accepted.
    pub(crate) fn cancelled(&mut self, call: CallId) {
        self.note(&[4, call], || format!("call {call} is cancelled"));
        self.queue.leave(call);
    }

    /// A permit was given.
    pub(crate) fn reserved(&mut self, call: CallId, stats: Option<Stats>) {
        self.note(&[5, call], || format!("call {call} gets a permit"));
        let call = self.queue.leave(call);
        self.queue.serve(&call);
        self.queue.permits += 1;
        let closed = self.is_closed;
        self.expect(!closed, || "law 11: a permit of a writer that is shut down".to_owned());
        self.check_bounds(stats);
    }

    /// A permit is about to be used or dropped.
    pub(crate) fn permit_goes(&mut self) {
        self.queue.permits -= 1;
    }

    /// A permit was refused.
    pub(crate) fn reserve_refused(&mut self, call: CallId, refusal: &Refusal, stats: Option<Stats>) {
        self.note(&[6, call], || format!("call {call} gets no permit: {refusal:?}"));
        self.queue.leave(call);
        match refusal {
            Refusal::Closed => self.check_closed(),
            Refusal::Uncollected => self.check_uncollected(stats),
            _ => self.fail(format!("a permit is refused with {refusal:?}")),
        }
    }

    pub(super) fn check_closed(&mut self) {
        let closed = self.is_closed;
        self.expect(closed, || "refused as closed, but nobody closed it".to_owned());
    }

    /// Law 6: waiting ends with an error only when it would be for ever.
    pub(super) fn check_uncollected(&mut self, stats: Option<Stats>) {
        let Some(stats) = stats else { return };
        let (permits, held) = (self.queue.permits, self.ghosts.held().0);
        let is_filled = stats.inside == 0 && stats.uncollected > 0 && permits == 0 && held == 0;
        self.expect(is_filled, || {
            format!(
                "law 6: refused for uncollected failures, with {permits} permits, {held} in flight, {stats:?}"
            )
        });
        let overslept = self.queue.filled_since.is_some_and(|since| since + PATIENCE <= self.now);
        let hopeless = overslept || !self.has_collectors();
        self.expect(hopeless, || {
            "law 6: refused for uncollected failures, but they have a collector".to_owned()
        });
        self.check_orphans_are_discarded();
    }

    /// Law 6: what the call discarded was needed to make its room.
    pub(super) fn check_discarded(&mut self, call: &Call, superseded: bool, after: Option<Stats>) {
        let Some((largest, after)) = self.discards.largest.zip(after) else { return };
        if call.turn.is_some() || superseded || !self.queue.is_empty() {
            return;
        }
        let entries =
            (after.inside + after.uncollected) as usize + self.queue.permits + self.ghosts.held_at_most();
        let needed =
            entries + 1 > self.rules.max_entries || after.bytes as usize + largest > self.rules.max_bytes;
        self.expect(needed, || {
            format!("law 6: {largest} bytes were discarded that were not needed: {after:?}")
        });
    }

    /// Law 6: no entry waits for room or is refused that a failure without a receipt could make.
    fn check_orphans_are_discarded(&mut self) {
        let has_orphans = self.has_orphans();
        self.expect(!has_orphans, || {
            "law 6: a failure whose receipt was dropped is kept, but its room is needed".to_owned()
        });
    }

    /// Law 6: there is no room, or somebody waits for it who may not be overtaken.
    pub(super) fn check_full(&mut self, call: &Call, charge: usize, stats: Option<Stats>) {
        let Some(stats) = stats else { return };
        if !call.has_permit && self.queue.is_empty() {
            self.check_orphans_are_discarded();
        }
        let entries =
            (stats.inside + stats.uncollected) as usize + self.queue.permits + self.ghosts.held_at_most();
        let bytes = stats.bytes as usize + charge;
        let fits = entries < self.rules.max_entries && bytes <= self.rules.max_bytes;
        let crowded = !self.queue.is_empty();
        self.expect(!fits || crowded, || {
            format!("law 6: refused as full with room for {charge} bytes: {stats:?}")
        });
    }

    /// Law 6: the bounds hold, in the counters and in the model.
    pub(super) fn check_bounds(&mut self, stats: Option<Stats>) {
        let Some(stats) = stats else { return };
        let rules = self.rules;
        let within = stats.bytes as usize <= rules.max_bytes
            && (stats.inside + stats.uncollected) as usize + self.ghosts.held().0 <= rules.max_entries;
        self.expect(within, || {
            format!("law 6: beyond {} entries or {} bytes: {stats:?}", rules.max_entries, rules.max_bytes)
        });
    }

    /// At rest nobody waits who could go on.
    pub(super) fn check_queue_at_rest(&mut self) {
        let (entries, bytes) = self.occupied();
        let is_stuck = self.is_stuck();
        self.queue.stuck_since = is_stuck.then(|| self.queue.stuck_since.unwrap_or(self.now));
        self.queue.filled_since = is_stuck.then(|| self.queue.filled_since.unwrap_or(self.now));
        let Some((turn, call)) = self.queue.first() else {
            return;
        };
        let charge = call.facts.as_ref().map_or_else(
            || self.rules.largest_charge(),
            |facts| facts.heap_bytes + batch_core::ENTRY_OVERHEAD_BYTES,
        );
        let fits = entries < self.rules.max_entries && bytes + charge <= self.rules.max_bytes;
        let (closed, served) = (self.is_closed, self.queue.served);
        let overslept = self.queue.stuck_since.is_some_and(|since| since + PATIENCE <= self.now);
        let stuck = is_stuck && (overslept || !self.has_collectors());
        self.expect(!closed, || "law 11: a call waits at a writer that is shut down".to_owned());
        self.expect(turn > served, || format!("law 6: turn {served} was served before turn {turn}"));
        self.expect(!fits, || {
            format!(
                "law 6: a call waits for {charge} bytes, but {entries} entries of {bytes} bytes are inside"
            )
        });
        self.expect(!stuck, || "law 6: a call waits for ever for uncollected failures".to_owned());
        self.check_orphans_are_discarded();
    }

    /// What takes room: entries inside, failures not collected, permits, and what is in flight though it was answered
    /// and the answer collected.
    pub(super) fn occupied(&self) -> (usize, usize) {
        let permits = self.queue.permits;
        let (failures, charged) = self.uncollected();
        let (held, held_bytes) = self.ghosts.held();
        let bytes = self.entries.charged() + charged + held_bytes + permits * self.rules.largest_charge();
        (self.entries.len() + failures + held + permits, bytes)
    }

    /// Whether only those who collect failures can make room.
    fn is_stuck(&self) -> bool {
        let ((failures, _), (held, _)) = (self.uncollected(), self.ghosts.held());
        failures > 0 && held == 0 && self.entries.len() == 0 && self.queue.permits == 0
    }

    /// Whether somebody is about to collect failures.
    fn has_collectors(&self) -> bool {
        self.has_awaited_failure() || !self.flushes.is_empty()
    }
}
