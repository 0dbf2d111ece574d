//! Counts values quickly: those of one series in one slot.

use std::mem;

use crate::distinct::positive_zero;
use crate::limits::VALUES;
use crate::value::{Many, Value};

/// Distinct values and how often each occurred.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Each value is at the place that its hash says, or at one of those after it. A third of them are free at
    /// least, so that it is near.
    places: Vec<Place>,
    /// By how many bits a hash is shifted to be a place.
    shift: u32,
    distinct: usize,
}

/// A value and how often it occurred.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Place {
    bits: u64,
    /// How often it may still occur: its count is exact up to [`MOST_TIMES`].
    left: u64,
}

/// There is no room for the value, or its count would not be exact.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Full;

/// How many distinct values are counted at most: those of 64 datums. They take 256 KiB.
pub(crate) const MOST_VALUES: usize = 64 * VALUES;
/// As often as is still exact as a number of a datum: 2^53 times.
const MOST_TIMES: u64 = 1 << 53;
const FEWEST_PLACES: usize = 16;
/// A place without a value: that which is there is invalid, and may not occur once.
const FREE: Place = Place { bits: u64::MAX, left: 0 };

impl Tally {
    /// Counts a valid value that occurred so often. If it is full, nothing is changed.
    pub(crate) fn add(&mut self, value: f64, count: u32) -> Result<(), Full> {
        let bits = positive_zero(value).to_bits();
        if self.count_known(bits, count) {
            return Ok(());
        }
        if self.distinct == MOST_VALUES {
            return Err(Full);
        }
        if 3 * (self.distinct + 1) > 2 * self.places.len() {
            self.grow();
        }
        let place = self.place_of(bits);
        if place.bits == bits {
            return Err(Full);
        }
        *place = Place { bits, left: MOST_TIMES - u64::from(count) };
        self.distinct += 1;
        Ok(())
    }

    /// Counts the value with these bits, which occurred so often, once at least, if it did before and its count stays
    /// exact. Whether it was counted. One that is invalid never is, nor is -0, which occurs as 0.
    #[inline]
    pub(crate) fn count_known(&mut self, bits: u64, count: u32) -> bool {
        let last = self.places.len().wrapping_sub(1);
        let mut place = self.first_place(bits);
        while let Some(found) = self.places.get_mut(place) {
            if found.bits == bits {
                let is_exact = u64::from(count) <= found.left;
                if is_exact {
                    found.left -= u64::from(count);
                }
                return is_exact;
            }
            if found.bits == FREE.bits {
                break;
            }
            place = (place + 1) & last;
        }
        false
    }

    /// Whether nothing was counted.
    #[cfg(feature = "recorder")]
    pub(crate) fn is_empty(&self) -> bool {
        self.distinct == 0
    }

    /// As datums have them, each with up to 150 distinct values in their order.
    pub(crate) fn into_values(self) -> impl Iterator<Item = Value> {
        let counted = |place: Place| (f64::from_bits(place.bits), (MOST_TIMES - place.left) as f64);
        let taken = self.places.into_iter().filter(|&place| place != FREE);
        let mut all: Vec<(f64, f64)> = taken.map(counted).collect();
        all.sort_unstable_by(|(one, _), (other, _)| one.total_cmp(other));
        let datums = all.len().div_ceil(VALUES);
        (0..datums).map(move |datum| match &all[datum * VALUES..all.len().min((datum + 1) * VALUES)] {
            &[(value, 1.0)] => Value::One(value),
            several => {
                let (values, counts) = several.iter().copied().unzip();
                let counts = Some(counts);
                Value::Many(Box::new(Many { values, counts, statistics: None, is_merged: true }))
            }
        })
    }

    /// Where the search for a value begins: behind the end while there is no place. All bits of a value have a part
    /// in the upper ones of the product.
    #[inline]
    fn first_place(&self, bits: u64) -> usize {
        (bits.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift) as usize
    }

    /// The place of a value, or the free one where it is to be. There must be one.
    fn place_of(&mut self, bits: u64) -> &mut Place {
        let last = self.places.len() - 1;
        let mut place = self.first_place(bits);
        while ![bits, FREE.bits].contains(&self.places[place].bits) {
            place = (place + 1) & last;
        }
        &mut self.places[place]
    }

    fn grow(&mut self) {
        let places = (2 * self.places.len()).max(FEWEST_PLACES);
        self.shift = u64::BITS - places.ilog2();
        let few = mem::replace(&mut self.places, vec![FREE; places]);
        few.into_iter().filter(|&place| place != FREE).for_each(|place| *self.place_of(place.bits) = place);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::distinct;

    #[test]
    fn values_that_come_again_take_no_more_room_however_many_there_are() {
        let mut tally = Tally::default();
        for n in 0..40_000_u32 {
            assert_eq!(tally.add(f64::from(n * 7 % 400), 1), Ok(()));
        }
        let datums: Vec<_> = tally.into_values().collect();
        let lengths = datums.iter().map(|value| match value {
            Value::Many(many) => {
                assert!(many.counts.iter().flatten().all(|&count| count == 100.0));
                many.values.len()
            }
            _ => 1,
        });
        assert_eq!(lengths.collect::<Vec<_>>(), [150, 150, 100]);
    }

    #[test]
    fn one_value_too_many_changes_nothing() {
        let mut tally = Tally::default();
        (0..9_600).for_each(|value| assert_eq!(tally.add(f64::from(value), 1), Ok(())));
        assert_eq!(tally.add(0.5, 1), Err(Full));
        assert_eq!(tally.add(-0.0, 2), Ok(()));
        let first = tally.into_values().next();
        let Some(Value::Many(many)) = first else { panic!("there are many") };
        assert_eq!((many.values[0], many.counts.map(|counts| counts[0])), (0.0, Some(3.0)));
    }

    #[test]
    fn a_count_is_exact_or_the_tally_is_full() {
        let mut tally = Tally::default();
        assert_eq!(tally.add(7.0, 1), Ok(()));
        tally.place_of(7_f64.to_bits()).left = 1;
        assert_eq!(tally.add(7.0, 2), Err(Full));
        assert_eq!(tally.add(7.0, 1), Ok(()));
        let expected = Value::many(vec![7.0], Some(vec![distinct::LARGEST_COUNT]));
        assert!(tally.into_values().collect::<Vec<_>>() == [expected]);
    }

    #[test]
    fn one_value_is_one_value_and_none_is_none() {
        assert_eq!(Tally::default().into_values().count(), 0);
        let mut tally = Tally::default();
        assert_eq!(tally.add(0.5, 1), Ok(()));
        assert!(tally.into_values().collect::<Vec<_>>() == [Value::One(0.5)]);
    }

    proptest! {
        #[test]
        fn each_value_is_counted_by_its_bits_but_zero_has_no_sign(
            all in vec(prop_oneof![select(vec![0.0, -0.0, 1.0, 2_f64.powi(360), -0.1]), -50.0..50.0_f64], 0..700)
        ) {
            let (mut tally, mut expected) = (Tally::default(), BTreeMap::new());
            for &value in &all {
                assert_eq!(tally.add(value, 2), Ok(()));
                *expected.entry(positive_zero(value).to_bits()).or_insert(0.0) += 2.0;
            }
            let mut found = BTreeMap::new();
            for value in tally.into_values() {
                let Value::Many(many) = value else { panic!("each occurred twice") };
                prop_assert!(many.values.is_sorted() && many.values.len() <= VALUES);
                found.extend(many.values.iter().map(|value| value.to_bits()).zip(many.counts.into_iter().flatten()));
            }
            prop_assert_eq!(found, expected);
        }
    }
}
