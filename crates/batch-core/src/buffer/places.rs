use std::time::Duration;

use super::line::{Head, Kind, Place};
use super::lines::{LineId, Lines};
use super::turns::Turn;

/// The longest that entries whose retry is due wait for company.
const COMPANY: Duration = Duration::from_millis(100);

/// Where a line stands that nothing blocks.
impl<E, T> Lines<E, T> {
    pub(super) fn make_ready(&mut self, id: LineId, head: Head) {
        let line = &mut self.all[id as usize];
        let flushed = self.flushed.is_some_and(|watermark| watermark.is_after(line.oldest));
        let lingered = head.since + self.linger;
        let due = match (&line.kind, head.not_before) {
            (Kind::Cohort, Some(rested)) if !flushed => rested + self.linger.min(COMPANY),
            (_, Some(rested)) => rested,
            (_, None) => lingered,
        };
        let share = line.share(head.bytes);
        if let Some(quota) = head.quota.filter(|_| self.quotas.asks()) {
            let (class, turn) = (self.quotas.limited(quota), lingered.min(due));
            line.place = Place::Sorted { class, first: head.bytes, turn };
            if class.is_none() {
                self.load.add(share);
            }
            return self.quotas.insert(class, turn, id, share);
        }
        let turn = match head.keeps_its_turn {
            true => Turn::Returned { turn: lingered.min(due), due },
            false => Turn::InTime(due),
        };
        line.place = Place::Ready { first: head.bytes, turn };
        self.ready.insert(id, turn);
        self.load.add(share);
    }

    /// Takes a line out of wherever it stands; [`settle`](Self::settle) follows.
    pub(super) fn displace(&mut self, id: LineId) {
        let line = &mut self.all[id as usize];
        match std::mem::replace(&mut line.place, Place::Nowhere) {
            Place::Nowhere => {}
            Place::Ready { first, turn } => {
                let share = line.share(first);
                self.ready.remove(id, turn);
                self.load.subtract(share);
            }
            Place::Resting { until } => {
                let is_lane = line.kind.is_lane();
                self.resting.remove(&(until, is_lane, id));
            }
            Place::Sorted { class, first, turn } => {
                let share = line.share(first);
                self.quotas.remove(class, turn, id, share);
                if class.is_none() {
                    self.load.subtract(share);
                }
            }
        }
    }
}
