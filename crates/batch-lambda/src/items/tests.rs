//! The rules of what is reported, held against naive ones.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{CANCELLED, Items, Order};
use crate::BatchItemFailures;

/// What happens to an item of the event.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Cancelled,
    Delivered,
    Failed,
    /// Twice, for two of its entries.
    FailedTwice,
    /// It needed no entry.
    Ignored,
}

fn fate() -> impl Strategy<Value = Fate> {
    use Fate::{Cancelled, Delivered, Failed, FailedTwice, Ignored};
    prop_oneof![
        6 => Just(Delivered),
        2 => Just(Ignored),
        2 => Just(Failed),
        1 => Just(FailedTwice),
        1 => Just(Cancelled)
    ]
}

fn fails(fate: Fate) -> bool {
    matches!(fate, Fate::Cancelled | Fate::Failed | Fate::FailedTwice)
}

/// Lets each item meet its fate, in an order drawn from these numbers.
fn play(orders: Vec<(String, Order)>, fates: &[Fate], mut turns: Vec<usize>) -> BatchItemFailures {
    let mut items = Items::default();
    for (id, order) in orders {
        items.add(id, order);
    }
    turns.sort_by_key(|turn| turn % 7);
    for position in turns {
        let begins = fates[position] != Fate::Ignored && items.begin(position);
        if begins && fates[position] != Fate::Cancelled {
            items.end(position);
        }
        let failures = match fates[position] {
            Fate::Failed => 1,
            Fate::FailedTwice => 2,
            // What was not begun comes again anyway.
            _ => 0,
        };
        (0..failures).for_each(|number| items.fail(position, format!("reason {number}")));
    }
    items.into_failures()
}

fn ids(failures: &BatchItemFailures) -> Vec<String> {
    failures.ids().map(str::to_owned).collect()
}

proptest! {
    #[test]
    fn of_a_standard_queue_all_that_failed_are_reported(fates in prop::collection::vec(fate(), 0..30)) {
        let named = (0..fates.len()).map(|number| (number.to_string(), Order::None)).collect();
        let failures = play(named, &fates, (0..fates.len()).collect());
        let expected: Vec<_> = (0..fates.len()).filter(|&n| fails(fates[n])).map(|n| n.to_string()).collect();
        prop_assert_eq!(ids(&failures), expected.clone());
        prop_assert_eq!(failures.reasons().iter().map(|failure| failure.id.clone()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn of_a_fifo_queue_the_first_that_failed_and_all_after_it_in_its_group_are_reported(
        events in prop::collection::vec((fate(), 0..4_usize), 0..30),
    ) {
        let fates: Vec<_> = events.iter().map(|event| event.0).collect();
        let group = |number: usize| events[number].1;
        let named = (0..fates.len()).map(|n| (n.to_string(), Order::Group(group(n).to_string()))).collect();
        let failures = play(named, &fates, (0..fates.len()).collect());
        let mut broken = BTreeSet::new();
        let mut expected = Vec::new();
        for (number, &(fate, group)) in events.iter().enumerate() {
            if fails(fate) {
                broken.insert(group);
            }
            if broken.contains(&group) {
                expected.push(number.to_string());
            }
        }
        prop_assert_eq!(ids(&failures), expected);
    }

    #[test]
    fn of_a_stream_the_lowest_sequence_number_that_failed_is_reported(
        events in prop::collection::vec((fate(), 0..40_u128), 0..30),
    ) {
        let fates: Vec<_> = events.iter().map(|event| event.0).collect();
        let number = |n: &(Fate, u128)| (n.1 << 80) + 7;
        let named = events.iter().map(|event| (number(event).to_string(), Order::Sequence)).collect();
        let failures = play(named, &fates, (0..fates.len()).rev().collect());
        let lowest = events.iter().filter(|event| fails(event.0)).map(number).min();
        prop_assert_eq!(ids(&failures), lowest.map(|lowest| lowest.to_string()).into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn what_is_not_submitted_since_it_comes_again_is_covered_by_the_report(
        events in prop::collection::vec((any::<bool>(), 0..3_usize), 0..20),
        kind in 0..3_usize,
    ) {
        let mut items = Items::default();
        let mut refused = Vec::new();
        for (number, &(fails, group)) in events.iter().enumerate() {
            let order = match kind {
                0 => Order::None,
                1 => Order::Group(group.to_string()),
                _ => Order::Sequence,
            };
            let position = items.add(number.to_string(), order);
            if !items.begin(position) {
                refused.push(number);
                continue;
            }
            items.end(position);
            if fails {
                items.fail(position, "reason".to_owned());
            }
        }
        let reported = ids(&items.into_failures());
        let is_covered = |number: &usize| match kind {
            2 => reported.iter().any(|id| id.parse::<usize>().is_ok_and(|lowest| lowest <= *number)),
            _ => reported.contains(&number.to_string()),
        };
        prop_assert!(refused.iter().all(is_covered), "{refused:?} {reported:?}");
    }
}

#[test]
fn the_first_reason_is_told_and_a_cancelled_submission_is_one() {
    let fates = [Fate::FailedTwice, Fate::Delivered, Fate::Cancelled];
    let named = ["a", "b", "c"].map(|id| (id.to_owned(), Order::None)).into();
    let failures = play(named, &fates, vec![0, 1, 2]);
    let told: Vec<_> = failures.reasons().iter().map(ToString::to_string).collect();
    assert_eq!(told, ["a: reason 0".to_owned(), format!("c: {CANCELLED}")]);
}

#[test]
fn an_item_that_was_named_twice_is_reported_once() {
    let fates = [Fate::Failed, Fate::Failed];
    let named = ["a", "a"].map(|id| (id.to_owned(), Order::None)).into();
    assert_eq!(ids(&play(named, &fates, vec![0, 1])), ["a"]);
}
