use std::time::Instant;

use super::Buffer;
use super::deliver::Answered;
use super::flight::{Carried, Flight};
use super::resolve::Outcome;
use super::retry::Setback;
use super::slots::SlotId;
use crate::reply::each;
use crate::{Cause, Unread, Verdict, Verdicts};

/// What became of the entries of a request: those that were accepted apart from the others, since for them
/// together there is one thing to do.
pub(super) struct Parted<R> {
    pub(super) accepted: Answered<R>,
    /// By position, in ascending order; a verdict may accept an entry all the same.
    pub(super) others: Vec<(usize, Verdict<Unread<R>>)>,
}

impl<R> Parted<R> {
    pub(super) fn of(verdicts: Verdicts<R>) -> Self {
        match verdicts {
            Verdicts::AllAccepted(responses) => {
                Self { accepted: Answered::Of(responses, 0), others: Vec::new() }
            }
            Verdicts::AllBut(responses, others) => {
                let others = others.into_iter().map(|(position, verdict)| (position, verdict.unread()));
                Self { accepted: Answered::Of(responses, 0), others: others.collect() }
            }
            Verdicts::Each(verdicts) => Self::of_each(verdicts.into_iter().map(Verdict::unread)),
        }
    }

    pub(super) fn of_each(verdicts: impl IntoIterator<Item = Verdict<Unread<R>>>) -> Self {
        let (mut accepted, mut others) = (Vec::new(), Vec::new());
        for (position, verdict) in verdicts.into_iter().enumerate() {
            match verdict {
                Verdict::Accepted(response) => accepted.push(response),
                verdict => others.push((position, verdict)),
            }
        }
        Self { accepted: Answered::Each(accepted), others }
    }

    /// All that came from the service, to be dropped.
    pub(super) fn into_unread(self) -> impl Iterator<Item = Verdict<Unread<R>>> {
        let others = self.others.into_iter().map(|(_, verdict)| verdict);
        others.chain(self.accepted.into_unread().map(Verdict::Accepted))
    }

    /// A verdict for each of so many entries.
    pub(super) fn into_each(self, entries: usize) -> Vec<Verdict<Unread<R>>> {
        each(entries, self.others, self.accepted.into_read())
    }
}

impl<E, R, T> Buffer<E, R, T> {
    /// Answers the entries of a request that were accepted, and finds out what is to become of the others.
    pub(super) fn answer_each(
        &mut self,
        flight: Flight<T>,
        mut entries: Vec<E>,
        parted: Parted<R>,
        now: Instant,
        jitter: f64,
    ) {
        let Parted { accepted, others } = parted;
        // Where nothing is delivered, nothing else keeps it until the lock is released.
        let response = (!others.is_empty()).then(|| accepted.keep()).flatten();
        self.garbage.verdicts.extend(response.map(Verdict::Accepted));
        let throttled = self.setback_of_throttled(&flight, &others);
        let Flight { isolation, sent_at, entries: count, .. } = flight;
        let failed = take_all(&mut entries, &others);
        self.garbage.add_entries(entries);
        // First, since a lane that is accepted in part does not move because of what failed.
        let carried = self.deliver_all(flight, accepted, &others, now);
        let mut again = Vec::new();
        for ((one, entry), (_, verdict)) in carried.into_iter().zip(failed).zip(others) {
            let (setback, failure) = match verdict {
                Verdict::Accepted(response) => {
                    self.garbage.entries.push(entry);
                    self.accepted(&one);
                    self.deliver_one(one, response, now);
                    continue;
                }
                Verdict::Reject(failure) => {
                    let slot = self.reseat(one, entry, sent_at, now);
                    self.resolve(slot, Outcome::HandedBack(Cause::Rejected(failure)), now);
                    continue;
                }
                Verdict::Ambiguous(failure) => (Some(Setback::Ambiguous), failure),
                Verdict::Retry(failure) => (Some(Setback::Retry), failure),
                Verdict::Throttled(failure) => (None, failure),
            };
            let slot = self.reseat(one, entry, sent_at, now);
            let setback = setback.unwrap_or_else(|| {
                self.counters.throttled += 1;
                // A part of a refused request waits for no quota, so that the entry has to.
                let is_limited = isolation.is_none() && self.is_limited(slot);
                if is_limited { self.setback_of_limited(slot) } else { throttled }
            });
            again.extend(self.strike(slot, setback, &failure, sent_at, now, jitter));
            self.garbage.failures.push(failure);
        }
        match isolation {
            None => self.go_back(again),
            Some(isolation) => {
                self.isolations.accept(isolation, count);
                self.go_back_from_part(isolation, again);
            }
        }
    }

    /// What throttles all at once is the service, and not a part of it.
    fn setback_of_throttled(&self, flight: &Flight<T>, others: &[(usize, Verdict<Unread<R>>)]) -> Setback {
        let is_all = others.len() == flight.entries && others.iter().all(|(_, one)| one.is_throttled());
        match is_all && !self.was_throttled(flight.slots()) {
            true => Setback::Throttled,
            false => Setback::ThrottledAlone,
        }
    }

    /// Puts an entry that a request carried back into its slot.
    fn reseat(&mut self, one: Carried<T>, entry: E, sent_at: Instant, now: Instant) -> SlotId {
        let slot = self.promote_carried(one, sent_at, now);
        self.slots.restore(slot, entry);
        slot
    }
}

/// Takes out what is at these positions, in ascending order; the order of the rest is lost.
fn take_all<E, V>(entries: &mut Vec<E>, positions: &[(usize, V)]) -> Vec<E> {
    let mut taken: Vec<_> =
        positions.iter().rev().map(|&(position, _)| entries.swap_remove(position)).collect();
    taken.reverse();
    taken
}

#[cfg(test)]
mod tests {
    use super::take_all;

    #[test]
    fn what_is_taken_comes_in_the_order_of_the_positions() {
        for positions in [vec![], vec![0], vec![4], vec![0, 1, 4], vec![1, 3], vec![0, 1, 2, 3, 4]] {
            let mut entries = vec![0, 1, 2, 3, 4];
            let pairs: Vec<_> = positions.iter().map(|&position| (position, ())).collect();
            assert_eq!(take_all(&mut entries, &pairs), positions);
            entries.extend(positions);
            entries.sort_unstable();
            assert_eq!(entries, [0, 1, 2, 3, 4]);
        }
    }
}
