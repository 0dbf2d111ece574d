use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use proptest::prelude::*;

use super::Weight;
use crate::item_bytes;
use crate::samples::{any_attributes, any_value, attributes, b, n, nested, s};
use crate::write::Attributes;

/// Checks what a value counts under a name of one byte.
#[track_caller]
fn check(value: AttributeValue, expected: usize) {
    let item = attributes([("a", value)]);
    assert_eq!(item_bytes(&item), 1 + expected, "{item:?}");
}

#[test]
fn strings_and_bytes_count_their_bytes() {
    check(s(""), 0);
    check(s("äöü"), 6);
    check(s("\u{1f600}"), 4);
    check(b(&[0, 1, 2]), 3);
    check(b(&[]), 0);
}

#[test]
fn numbers_count_their_digits_and_nulls_and_booleans_one() {
    check(n("0"), 1);
    check(n("-12.5"), 4);
    check(AttributeValue::Bool(false), 1);
    check(AttributeValue::Null(true), 1);
}

#[test]
fn sets_count_their_members() {
    check(AttributeValue::Ss(vec!["ab".to_owned(), "ä".to_owned()]), 4);
    check(AttributeValue::Ns(vec!["0".to_owned(), "12".to_owned()]), 3);
    check(AttributeValue::Bs(vec![Blob::new([1]), Blob::new([1, 2])]), 3);
}

#[test]
fn lists_and_maps_count_three_and_one_for_each_element() {
    check(AttributeValue::L(vec![]), 3);
    check(AttributeValue::L(vec![s("ab"), n("1")]), 3 + 2 + 2 + 2);
    check(AttributeValue::M(attributes([])), 3);
    check(AttributeValue::M(attributes([("key", s("ab"))])), 3 + 1 + 3 + 2);
    check(nested(s("ab"), 2), 3 + 1 + 1 + 3 + 1 + 2);
}

#[test]
fn names_count_their_utf_8() {
    assert_eq!(item_bytes(&attributes([("ä", s("")), ("bc", s(""))])), 4);
    assert_eq!(item_bytes(&attributes([])), 0);
}

#[test]
fn what_is_nested_too_deep_for_an_item_is_not_counted() {
    check(nested(s("ab"), 31), 31 * 4 + 15 + 2);
    check(nested(s("ab"), 32), 32 * 4 + 16);
    check(nested(s("ab"), 1_000), 32 * 4 + 16);
}

#[test]
fn memory_is_charged_for_everything_that_a_value_holds() {
    let mut text = String::with_capacity(1_000);
    text.push('x');
    let heap = |value| Weight::of_attributes(&attributes([("a", value)])).heap;
    let place = size_of::<(String, AttributeValue)>();
    assert!(heap(AttributeValue::S(text)) >= 1_000 + place);
    assert!(
        heap(AttributeValue::L(vec![AttributeValue::Null(true); 10])) >= 10 * size_of::<AttributeValue>()
    );
    assert!(heap(AttributeValue::M(attributes([("key", b(&[0; 70]))]))) >= 2 * place + 3 + 70);
    assert!(heap(AttributeValue::M(attributes([("key", b(&[0; 70]))]))) < 1_000);
}

#[test]
fn the_table_of_a_map_is_charged_as_it_is_allocated() {
    // It has a power of two of places, of which an eighth stays free, and a byte beside each.
    let place = size_of::<(String, AttributeValue)>() + 1;
    for members in [1, 4, 8, 16, 100, 1_000] {
        let item: Attributes =
            (0..members).map(|n: i32| (n.to_string(), AttributeValue::Null(true))).collect();
        let names: usize = item.keys().map(String::capacity).sum();
        let table = Weight::of_attributes(&item).heap - names;
        let places = (item.capacity() + 1).next_power_of_two();
        assert!((places..=places + 1).contains(&(table / place)), "{members}: {table}, not {places} places");
        assert_eq!(table % place, 0, "{members}");
    }
}

#[test]
fn a_value_is_charged_what_it_holds_to_the_byte() {
    let check = |value: AttributeValue, expected: usize| {
        assert_eq!(Weight::of(&value, 1).heap, expected, "{value:?}");
    };
    check(b(&[0; 70]), 70);
    check(n("12.5"), 4);
    check(s("text"), 4);
    check(AttributeValue::Bool(true), 0);
    check(AttributeValue::Null(true), 0);
    check(AttributeValue::Bs(vec![Blob::new([1]), Blob::new([1, 2])]), 2 * size_of::<Blob>() + 3);
    check(AttributeValue::L(vec![s("ab"), n("1"), n("2")]), 3 * size_of::<AttributeValue>() + 4);
    check(AttributeValue::Ns(vec!["0".to_owned(), "12".to_owned()]), 2 * size_of::<String>() + 3);
    check(AttributeValue::Ss(vec!["ab".to_owned(), "ä".to_owned()]), 2 * size_of::<String>() + 4);
}

proptest! {
    #[test]
    fn the_size_of_an_item_is_the_sum_of_its_attributes(item in any_attributes()) {
        let alone = |(name, value)| item_bytes(&attributes([(name, value)]));
        let sum: usize = item.iter().map(|(name, value)| alone((name.as_str(), value.clone()))).sum();
        prop_assert_eq!(item_bytes(&item), sum);
    }

    #[test]
    fn the_size_of_an_item_grows_with_every_attribute_and_element(
        item in any_attributes(), list in prop::collection::vec(any_value(), 0..3), more in any_value(),
    ) {
        let (mut shorter, mut longer) = (item.clone(), item);
        let mut elements = list;
        shorter.insert("list".to_owned(), AttributeValue::L(elements.clone()));
        elements.push(more.clone());
        longer.insert("list".to_owned(), AttributeValue::L(elements));
        prop_assert!(item_bytes(&longer) > item_bytes(&shorter));
        let before = item_bytes(&longer);
        longer.insert("another".to_owned(), more);
        prop_assert!(item_bytes(&longer) >= before + "another".len());
    }
}
