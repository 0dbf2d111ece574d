use std::collections::{BTreeMap, BTreeSet};

use crate::sequence;
use crate::{BatchItemFailures, ItemFailure};

/// The messages and records of an event that the handler named, in this order, and which of them failed.
#[derive(Debug, Default)]
pub(crate) struct Items {
    items: Vec<State>,
    /// The first that failed of each group of a FIFO queue.
    groups: BTreeMap<String, usize>,
    /// The record that failed with the lowest sequence number.
    lowest: Option<usize>,
}

#[derive(Debug)]
struct State {
    id: String,
    order: Order,
    /// Submissions of its entries that have not ended.
    submissions: usize,
    failure: Option<String>,
}

/// What a failure means for others.
#[derive(Debug)]
pub(crate) enum Order {
    /// A message of a FIFO queue, in this group: those after it in the group fail with it.
    Group(String),
    /// A message of a standard queue: nothing.
    None,
    /// A record of a stream, whose id is a sequence number: Lambda goes back to the lowest that failed.
    Sequence,
}

impl Items {
    /// The next of the event; its position.
    pub(crate) fn add(&mut self, id: String, order: Order) -> usize {
        self.items.push(State { id, order, submissions: 0, failure: None });
        self.items.len() - 1
    }

    /// It failed. The first reason is kept.
    pub(crate) fn fail(&mut self, position: usize, reason: String) {
        let item = &mut self.items[position];
        item.failure.get_or_insert(reason);
        match &self.items[position].order {
            Order::Group(group) => {
                let first = self.groups.entry(group.clone()).or_insert(position);
                *first = position.min(*first);
            }
            Order::None => {}
            Order::Sequence => {
                let is_lower = |&lowest: &usize| self.compare(position, lowest).is_lt();
                if self.lowest.as_ref().is_none_or(is_lower) {
                    self.lowest = Some(position);
                }
            }
        }
    }

    /// A submission of an entry of it begins, unless Lambda will deliver it again anyway.
    pub(crate) fn begin(&mut self, position: usize) -> bool {
        let begins = !self.comes_again(position);
        self.items[position].submissions += usize::from(begins);
        begins
    }

    /// A submission that began has ended, with an answer to come or a failure.
    pub(crate) fn end(&mut self, position: usize) {
        self.items[position].submissions -= 1;
    }

    /// What Lambda is told.
    pub(crate) fn into_failures(mut self) -> BatchItemFailures {
        for position in 0..self.items.len() {
            if self.items[position].submissions > 0 {
                self.fail(position, CANCELLED.to_owned());
            }
        }
        let mut known = BTreeSet::new();
        let positions = (0..self.items.len()).filter(|&position| self.is_reported(position));
        let ids = positions.map(|position| self.items[position].id.clone());
        let reported = ids.filter(|id| known.insert(id.clone())).collect();
        let reasons = self.items.into_iter().filter_map(|item| {
            let reason = item.failure?;
            Some(ItemFailure { id: item.id, reason })
        });
        BatchItemFailures::new(reported, reasons.collect())
    }

    /// Whether Lambda will deliver it again.
    fn comes_again(&self, position: usize) -> bool {
        match &self.items[position].order {
            Order::Sequence => self.lowest.is_some_and(|lowest| self.compare(position, lowest).is_ge()),
            Order::Group(_) | Order::None => self.is_reported(position),
        }
    }

    fn is_reported(&self, position: usize) -> bool {
        match &self.items[position].order {
            Order::Group(group) => self.groups.get(group).is_some_and(|&first| first <= position),
            Order::None => self.items[position].failure.is_some(),
            Order::Sequence => self.lowest == Some(position),
        }
    }

    fn compare(&self, one: usize, other: usize) -> std::cmp::Ordering {
        sequence::compare(&self.items[one].id, &self.items[other].id)
    }
}

/// Whoever drops a submission may not know whether the entry was accepted.
const CANCELLED: &str = "the submission of an entry was cancelled";

#[cfg(test)]
mod tests;
