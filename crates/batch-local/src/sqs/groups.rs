use std::collections::{BTreeMap, BTreeSet};

/// The message groups of a FIFO queue. A group is locked while a message of it is in flight, so
/// that no later one can be received before.
#[derive(Debug, Default)]
pub(super) struct Groups {
    groups: BTreeMap<String, Group>,
    /// The groups that are not locked and have a visible message, by the number of the first one.
    ready: BTreeMap<u64, String>,
}

#[derive(Debug, Default)]
struct Group {
    visible: BTreeSet<u64>,
    in_flight: usize,
    /// Where it stands in `ready`, if it does.
    listed: Option<u64>,
}

impl Groups {
    /// A message of the group becomes visible.
    pub(super) fn join(&mut self, number: u64, name: &str) {
        self.change(name, |group| {
            group.visible.insert(number);
        });
    }

    /// A visible message of the group is gone.
    pub(super) fn remove(&mut self, number: u64, name: &str) {
        self.change(name, |group| {
            group.visible.remove(&number);
        });
    }

    /// A message of the group is no longer in flight.
    pub(super) fn unlock(&mut self, name: &str) {
        self.change(name, |group| group.in_flight = group.in_flight.saturating_sub(1));
    }

    /// Up to `most` messages, as many of a group as there are, in order; locks their groups.
    pub(super) fn take(&mut self, most: usize) -> Vec<u64> {
        let mut taken = Vec::new();
        while taken.len() < most {
            let Some((_, name)) = self.ready.pop_first() else { break };
            let Some(group) = self.groups.get_mut(&name) else { continue };
            group.listed = None;
            while taken.len() < most
                && let Some(number) = group.visible.pop_first()
            {
                group.in_flight += 1;
                taken.push(number);
            }
        }
        taken
    }

    /// Changes a group and lists it anew where it belongs.
    fn change(&mut self, name: &str, change: impl FnOnce(&mut Group)) {
        if !self.groups.contains_key(name) {
            self.groups.insert(name.to_owned(), Group::default());
        }
        let Some(group) = self.groups.get_mut(name) else { return };
        change(group);
        let listed = group.visible.first().copied().filter(|_| group.in_flight == 0);
        if listed != group.listed {
            let entry = group.listed.and_then(|number| self.ready.remove(&number));
            group.listed = listed;
            if let Some(number) = listed {
                self.ready.insert(number, entry.unwrap_or_else(|| name.to_owned()));
            }
        }
        if group.visible.is_empty() && group.in_flight == 0 {
            self.groups.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_locked_until_all_its_messages_have_left_flight() {
        let mut groups = Groups::default();
        for (number, name) in [(1, "a"), (2, "b"), (3, "a"), (4, "a")] {
            groups.join(number, name);
        }
        assert_eq!(groups.take(2), [1, 3]);
        assert_eq!(groups.take(9), [2]);
        groups.unlock("a");
        assert!(groups.take(9).is_empty());
        // The second one becomes visible again: it goes before the one that waited.
        groups.unlock("a");
        groups.join(3, "a");
        assert_eq!(groups.take(9), [3, 4]);
    }

    #[test]
    fn groups_that_are_empty_are_forgotten() {
        let mut groups = Groups::default();
        groups.join(1, "a");
        groups.remove(1, "a");
        groups.join(2, "b");
        assert_eq!(groups.take(1), [2]);
        groups.unlock("b");
        assert!(groups.groups.is_empty() && groups.ready.is_empty());
    }
}
