//! A rest: no task can go on before time moves, so nothing may be late.

use batch_core::Stats;

use super::Checker;
use super::known::{Decided, Known, Owed};

impl Checker {
    /// No task can go on. The counters, and how many entries are alive, where they can be had.
    pub(crate) fn rests(&mut self, stats: Option<Stats>, alive: usize) {
        if self.violation.is_some() {
            return;
        }
        self.tally.rests += 1;
        self.supersede_unseen(stats);
        self.give_up_overdue();
        self.settle_dropped();
        self.check_ghosts_at_rest();
        self.check_queue_at_rest();
        self.check_owners_at_rest();
        self.check_flushes_at_rest();
        self.check_requests_at_rest();
        if let Some(stats) = stats {
            self.check_counters_at_rest(stats);
        }
        self.check_pace_at_rest(stats);
        self.check_timeliness();
        self.check_alive(alive, stats.is_some());
    }

    /// Entries that a newer one of their identity took the place of, which nobody has seen: the newer one was overdue and
    /// could have been gone before, or they came back unsent when their runtime ended before their request began. But
    /// they are gone, and counted. The newer one may have its answer by now, when its runtime ended too.
    fn supersede_unseen(&mut self, stats: Option<Stats>) {
        let unseen = stats.map_or(0, |stats| stats.superseded.saturating_sub(self.tally.superseded));
        let mut pairs = std::mem::take(&mut self.unseen_twins);
        let newer = |(n, known): (u64, &Known)| {
            if !self.is_stopped || !self.is_gone(n) {
                return None;
            }
            let is_newer = |twin: &Known| twin.identity == known.identity && twin.place > known.place;
            let mut inside = self.entries.twins(known.identity).filter(|(_, twin)| is_newer(twin));
            let lost = |decided: &Decided| decided.owed == Owed::Overdue && decided.stopped;
            let mut lost = self.decided.iter().filter(|(_, twin)| lost(twin) && is_newer(&twin.known));
            let newer = inside.next().map(|(newer, _)| newer).or_else(|| Some(*lost.next()?.0));
            newer.filter(|_| known.identity.is_some()).map(|newer| (n, newer))
        };
        pairs.extend(self.entries.iter().filter_map(newer));
        pairs.retain(|&older, _| self.entries.get(older).is_some_and(|known| !known.is_in_flight()));
        pairs.into_iter().take(unseen as usize).for_each(|(older, newer)| self.supersede(older, newer));
    }

    /// What waits past its time has its answer now.
    fn give_up_overdue(&mut self) {
        let gone = |(n, known): (u64, &super::known::Known)| {
            (!known.is_in_flight() && self.is_overdue(known)).then_some(n)
        };
        let gone: Vec<u64> = self.entries.iter().filter_map(gone).collect();
        gone.into_iter().for_each(|n| self.decide(n, Owed::Overdue));
    }

    /// Law 6: nothing is kept but what is inside, failed and not collected, answered in flight, or with a call.
    fn check_alive(&mut self, alive: usize, has_handle: bool) {
        let (uncollected, _) = self.uncollected();
        let expected = self.entries.len() + uncollected + self.ghosts.len() + self.queue.entries();
        // A writer that nobody has any more may be gone, and what nobody collected with it.
        let right = if has_handle { alive == expected } else { alive <= expected };
        self.expect(right, || format!("law 6: {alive} entries are in memory, not {expected}"));
    }
}
