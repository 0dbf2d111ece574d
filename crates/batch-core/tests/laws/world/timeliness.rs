//! Law 4: nothing goes too early, nothing too late.

use std::time::{Duration, Instant};

use batch_core::Output;

use super::{At, Item, Known, OVERHEAD, World};

impl World {
    /// Law 4: what goes is due, or fills a request, or nothing else is under way.
    pub(super) fn check_reason(&self, items: &[Item]) {
        if items.iter().any(|item| self.known[&item.id].at == At::Isolated) {
            return;
        }
        let bytes: usize = self.ready().map(|known| known.item.bytes).sum();
        let is_full = self.ready().count() >= self.threshold() || bytes >= self.threshold_bytes();
        let is_urgent = |known: &Known| self.urgent_until.is_some_and(|urgent| known.latest <= urgent);
        // A flush ends the wait for company of all that failed together with what it covers.
        let may_be_flushed = |known: &Known| known.sends > 0 && self.urgent_until.is_some();
        let is_due = |known: &Known| {
            known.latest <= self.now + self.head_start() || is_urgent(known) || may_be_flushed(known)
        };
        assert!(is_full || self.ready().any(is_due), "law 4: {items:?} go before their time");
    }

    /// Law 4: a slot is free, and the writer is not slowed down.
    pub(super) fn check_timeliness(&self, wake: Option<Instant>) {
        for known in self.known.values().filter(|known| known.at == At::Waiting) {
            let Some(head) = self.head_of_free_lane(known) else {
                continue;
            };
            if head.earliest > self.now {
                assert!(wake.is_some_and(|wake| wake <= head.earliest), "law 4: nothing wakes for a retry");
                continue;
            }
            if head.item.id != known.item.id {
                continue;
            }
            let flushed = self.flushes.iter().any(|flush| known.flush_order < flush.end);
            assert!(!flushed, "law 5: {known:?} lingers in spite of a flush");
            let head_start = self.head_start();
            assert!(
                known.latest > self.now + head_start,
                "law 4: {known:?} waits past its time, which is {head_start:?} sooner in an idle writer"
            );
            let is_in_time = |wake| wake + head_start <= known.latest;
            assert!(wake.is_some_and(is_in_time), "law 4: nothing wakes for it");
        }
        let (ready, threshold) = (self.ready().count(), self.threshold());
        assert!(ready < threshold, "law 4: {ready} entries wait, the threshold is {threshold}");
    }

    /// Laws 4 and 8: the next part of a refused request goes when the one before it has its
    /// answer, or when its retry is due.
    pub(super) fn check_isolations(&self, wake: Option<Instant>) {
        for known in self.known.values().filter(|known| known.at == At::Isolated) {
            let isolation = known.isolation;
            let flies = |mate: &Known| mate.isolation == isolation && matches!(mate.at, At::InFlight(_));
            let is_on_its_way = self.known.values().any(flies)
                || self.ghosts.values().any(|ghost| ghost.isolation == isolation)
                || (known.earliest > self.now && wake.is_some_and(|wake| wake <= known.earliest));
            assert!(is_on_its_way, "law 4: nothing goes on with the isolation of {isolation:?}");
        }
    }

    /// Law 4: an entry that asks for no turn of the crank has nothing for it to do before the next
    /// one is due.
    pub(super) fn check_wish(&mut self) {
        if self.buffer.wants_poll() {
            return;
        }
        let known = self.wake;
        match self.buffer.poll(self.now) {
            Output::Wait(wake) => {
                let is_known = wake.is_none_or(|wake| known.is_some_and(|known| known <= wake));
                assert!(is_known, "law 4: nothing tells of {wake:?}, only of {known:?}");
            }
            other => panic!("law 4: nothing asks for {other:?}"),
        }
    }

    /// How much sooner what lingers goes, because no request is in flight.
    fn head_start(&self) -> Duration {
        match self.away.is_empty() {
            true => self.config.linger.longest() - self.config.linger.idle(),
            false => Duration::ZERO,
        }
    }

    fn threshold(&self) -> usize {
        self.config.threshold().unwrap_or(usize::MAX)
    }

    /// Where entries are merged or share carriers, a request's worth of bytes is no reason to go.
    fn threshold_bytes(&self) -> usize {
        match self.config.gathers() {
            true => usize::MAX,
            false => self.config.limit_bytes - OVERHEAD,
        }
    }

    /// What the next requests could take: of a strict lane the first entry only.
    fn ready(&self) -> impl Iterator<Item = &Known> {
        self.known.values().filter(|known| known.at == At::Waiting).filter(|known| {
            let strict = known.lane.as_ref().is_some_and(|(_, strict)| *strict);
            self.head_of_free_lane(known)
                .is_some_and(|head| head.earliest <= self.now && (!strict || head.item.id == known.item.id))
        })
    }

    /// The entry that must go before this one, or with it; nothing while its lane is away.
    fn head_of_free_lane<'a>(&'a self, known: &'a Known) -> Option<&'a Known> {
        let Some(lane) = &known.lane else {
            return Some(known);
        };
        let mates = || self.known.values().filter(|other| other.lane.as_ref() == Some(lane));
        let ghosts = self.ghosts.values().filter(|ghost| ghost.lane.as_ref() == Some(lane));
        let free = mates().all(|mate| mate.at == At::Waiting) && ghosts.count() == 0;
        free.then(|| mates().min_by_key(|mate| mate.place)).flatten()
    }
}
