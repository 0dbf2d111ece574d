use super::fresh::{FreshId, Waiting, low};
use super::lines::LineId;

/// Entries of lanes that go into a request together, lane by lane.
pub(super) struct Picked(Vec<Pick>);

#[derive(Clone, Copy)]
pub(super) struct Pick {
    /// Its number in the order in which entries came to wait. If 2^32 or more came after it, it is too high, but never
    /// higher than that of the next entry of its lane.
    pub(super) number: u64,
    pub(super) id: FreshId,
    pub(super) line: LineId,
}

impl Picked {
    pub(super) fn none() -> Self {
        Self(Vec::new())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds those that were taken from the front of a line, of which the first has this number.
    pub(super) fn add(&mut self, line: LineId, first: u64, waiting: impl Iterator<Item = Waiting>) {
        let mut number = first;
        self.0.extend(waiting.map(|Waiting { number: lower, id }| {
            number += u64::from(lower.wrapping_sub(low(number)));
            Pick { number, id, line }
        }));
    }

    /// Lane by lane, as they were added.
    pub(super) fn by_lane(self) -> Vec<Pick> {
        self.0
    }

    /// In the order of their numbers.
    pub(super) fn in_order(mut self) -> Vec<Pick> {
        self.placed().unwrap_or_else(|| {
            self.0.sort_by_key(|pick| pick.number);
            self.0
        })
    }

    /// The same without a comparison, if their numbers are different and nearly follow one another, as they do where most
    /// lanes go.
    fn placed(&self) -> Option<Vec<Pick>> {
        let numbers = || self.0.iter().map(|pick| pick.number);
        let (first, last) = (numbers().min()?, numbers().max()?);
        let span = usize::try_from(last - first).ok()?.checked_add(1)?;
        if span > MOST_GAPS * self.0.len() {
            return None;
        }
        let mut positions = vec![u32::MAX; span];
        for (position, number) in (0..).zip(numbers()) {
            positions[(number - first) as usize] = position;
        }
        let positions = positions.into_iter().filter(|&position| position != u32::MAX);
        let mut picks = Vec::with_capacity(self.0.len());
        picks.extend(positions.map(|position| self.0[position as usize]));
        (picks.len() == self.0.len()).then_some(picks)
    }
}

/// How many numbers are looked through at most for each entry that was picked, before sorting takes less.
const MOST_GAPS: usize = 8;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{Pick, Picked};

    proptest! {
        #[test]
        fn what_was_picked_is_put_in_the_order_of_its_numbers(
            numbers in proptest::collection::vec(0_u64..500, 0..100),
            stretch in prop_oneof![Just(1), Just(20), Just(u64::MAX / 500)],
        ) {
            let numbers: Vec<_> = numbers.into_iter().map(|number| number * stretch).collect();
            let picks = (0..).zip(&numbers).map(|(id, &number)| Pick { number, id, line: 0 });
            let ordered: Vec<_> =
                Picked(picks.collect()).in_order().iter().map(|pick| (pick.number, pick.id)).collect();
            prop_assert!(ordered.is_sorted(), "of those with one number, the first goes first");
            prop_assert!(ordered.iter().all(|&(number, id)| numbers[id as usize] == number));
            let all: BTreeSet<_> = ordered.iter().map(|&(_, id)| id).collect();
            prop_assert!(all.into_iter().eq((0..).take(numbers.len())));
        }
    }
}
