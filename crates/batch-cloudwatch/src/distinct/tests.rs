use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

fn counted(pairs: &[Counted]) -> Value {
    let (values, counts) = pairs.iter().copied().unzip();
    Value::many(values, Some(counts))
}

fn values(values: impl IntoIterator<Item = f64>) -> Value {
    Value::many(values.into_iter().collect(), None)
}

fn set(sample_count: f64, sum: f64, minimum: f64, maximum: f64) -> Value {
    Value::Set(Box::new(StatisticSet { sample_count, sum, minimum, maximum }))
}

/// What both are together, without buckets.
fn union(one: &Value, other: &Value) -> Option<Value> {
    super::union(one, other, None)
}

fn add(merged: &mut Value, newer: &Value) -> Option<()> {
    absorb(merged, newer, None)
}

/// The bits of each value, as often as it occurred.
fn bits(value: &Value) -> Vec<(u64, f64)> {
    let mut all = Vec::new();
    list(value, &mut all).expect("its values are known");
    all.into_iter().map(|(value, count)| (value.to_bits(), count)).collect()
}

#[test]
fn values_are_one_if_their_bits_are_and_zero_has_no_sign() {
    let one = values([0.0, 1.0, 2_f64.powi(360), -3.5]);
    let merged = union(&one, &values([-0.0, 1.0, 1.0_f64.next_up(), -3.5])).expect("they are few");
    let expected = [(-3.5, 2.0), (0.0, 2.0), (1.0, 2.0), (1.0_f64.next_up(), 1.0), (2_f64.powi(360), 1.0)];
    assert_eq!(bits(&merged), bits(&counted(&expected)));
}

#[test]
fn a_datum_has_up_to_150_distinct_values_and_is_left_as_it_is_by_one_more() {
    let mut merged = union(&values((0..149).map(f64::from)), &Value::One(0.0)).expect("149");
    add(&mut merged, &Value::One(149.0)).expect("150");
    add(&mut merged, &Value::One(-0.0)).expect("it is there");
    let full = merged.clone();
    assert_eq!(add(&mut merged, &Value::One(150.0)), None);
    assert_eq!(add(&mut merged, &values([1.0, 150.0])), None);
    assert_eq!(union(&merged, &Value::One(0.5)), None);
    assert_eq!(merged, full);
    assert_eq!(bits(&merged)[..2], [(0, 3.0), (1.0_f64.to_bits(), 1.0)]);
}

#[test]
fn counts_are_added_exactly_or_not_at_all() {
    let two_to_53 = 2_f64.powi(53);
    let sum = |one, other| union(&counted(&[(7.0, one)]), &counted(&[(7.0, other)]));
    for (one, other) in [(two_to_53 - 1.0, 1.0), (1.0, two_to_53 - 1.0), (0.5, 0.25), (1e-30, 1e-30)] {
        assert_eq!(sum(one, other), Some(counted(&[(7.0, one + other)])));
    }
    for (one, other) in [(two_to_53, 1.0), (1.0, two_to_53), (0.1, 0.2), (1e300, 1.0), (1.0, 1e-30)] {
        assert_eq!(sum(one, other), None, "{one} + {other}");
    }
    let mut full = counted(&[(7.0, two_to_53)]);
    assert_eq!(add(&mut full, &Value::One(7.0)), None);
}

#[test]
fn statistics_of_equal_values_are_these_values() {
    let merged = union(&set(3.0, 6.0, 2.0, 2.0), &Value::One(5.0));
    assert_eq!(merged, Some(counted(&[(2.0, 3.0), (5.0, 1.0)])));
    let merged = union(&set(3.0, 6.0, 2.0, 2.0), &set(1.0, 2.0, 2.0, 2.0));
    assert_eq!(merged, Some(counted(&[(2.0, 4.0)])));
}

#[test]
fn other_statistics_are_merged_with_each_other_alone() {
    let wide = set(3.0, 6.0, 1.0, 4.0);
    let merged = union(&wide, &set(2.0, -10.0, -7.0, -3.0));
    assert_eq!(merged, Some(set(5.0, -4.0, -7.0, 4.0)));
    for other in [Value::One(2.0), values([2.0]), set(1.0, 2.0, 2.0, 2.0)] {
        assert_eq!(union(&wide, &other), None);
        assert_eq!(union(&other, &wide), None);
    }
    let most = 2_f64.powi(360);
    assert_eq!(union(&set(2.0, most, 1.0, most), &set(2.0, most, 1.0, most)), None, "it would be too large");
}

proptest! {
    #[test]
    fn merging_one_by_one_keeps_every_value(
        all in vec(prop_oneof![select(vec![0.0, -0.0, 1.0, -1.0, 5e-324, 2.0]), any::<i16>().prop_map(f64::from)], 2..200)
    ) {
        let single = |value: &f64| Value::One(*value);
        let mut merged = union(&single(&all[0]), &single(&all[1])).expect("there are two");
        let mut expected = vec![all[0], all[1]];
        for value in &all[2..] {
            if add(&mut merged, &single(value)).is_some() {
                expected.push(*value);
            }
        }
        let mut expected: Vec<f64> = expected.into_iter().map(positive_zero).collect();
        expected.sort_unstable_by(f64::total_cmp);
        let expanded = bits(&merged).into_iter().flat_map(|(value, count)| vec![value; count as usize]);
        prop_assert_eq!(expanded.collect::<Vec<_>>(), expected.iter().map(|value| value.to_bits()).collect::<Vec<_>>());
    }
}
