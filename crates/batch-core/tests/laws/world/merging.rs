//! Entries that are merged while they wait.

use batch_core::{Admission, Duplicates, Growth, ScopeId};

use super::{At, Item, Known, OVERHEAD, World};

/// How many entries of an identity are asked at most.
const ABSORBERS: usize = 8;

impl World {
    /// Whether an entry is merged, exactly where it must be: into the one that absorbs those of its identity.
    pub(super) fn is_merged(
        &mut self,
        item: &Item,
        (id, scope): (ScopeId, u64),
        admission: &Admission,
    ) -> bool {
        let expected = self.merged(item, scope, admission.charge());
        let mut newer = item.clone();
        let absorb = |waiting: &mut Item, newer: &mut Item| {
            let more = waiting.absorb(newer)?;
            Some(Growth::default().request_bytes(more).heap_bytes(more))
        };
        let is_merged = self.buffer.absorb(id, admission, &mut newer, absorb);
        assert_eq!(is_merged, expected.is_some(), "what is to absorb {item:?} is {expected:?}");
        let Some(merged) = expected else {
            assert_eq!(newer, *item, "law 10");
            return false;
        };
        let known = self.known.get_mut(&merged.id).unwrap();
        known.charge += merged.bytes - known.item.bytes;
        known.item = merged;
        self.owed_parts.insert(item.id);
        self.next += 1;
        self.counted.accepted += 1;
        self.counted.merged += 1;
        self.check_wish();
        true
    }

    /// The scope whose entries of its identity a new entry absorbs, if it does, and the turn in which it is asked. Those
    /// that did no longer do: the one that it takes over from, and, since newer ones would overtake it, one of its lane.
    pub(super) fn begins_to_absorb(&mut self, item: &Item, scope: u64) -> Option<(u64, usize)> {
        if self.config.duplicates != Duplicates::Merge {
            return None;
        }
        let is_mate = |other: &Item| item.lane.is_some() && other.lane == item.lane;
        let is_alone = !self.known.values().any(|known| is_mate(&known.item))
            && !self.ghosts.values().any(|ghost| is_mate(&ghost.item));
        let turn = (0..ABSORBERS).find(|&turn| self.absorber(item, scope, turn).is_none());
        let turn = (scope, turn.unwrap_or(ABSORBERS - 1));
        for known in self.known.values_mut() {
            if is_mate(&known.item) || (known.item.is_twin_of(item) && known.absorbs == Some(turn)) {
                known.absorbs = None;
            }
        }
        (item.identity.is_some() && is_alone).then_some(turn)
    }

    /// What becomes of the entry that is to absorb this one.
    fn merged(&self, item: &Item, scope: u64, charge: usize) -> Option<Item> {
        if self.occupied().1 + charge > self.config.max_bytes {
            return None;
        }
        let absorbers = (0..ABSORBERS).map_while(|turn| self.absorber(item, scope, turn));
        absorbers.into_iter().find_map(|known| {
            assert_eq!(
                (known.at, known.sends, known.owed),
                (At::Waiting, 0, None),
                "law 10: {known:?} was sent"
            );
            let fits = known.item.bytes + item.bytes + OVERHEAD <= self.config.limit_bytes;
            let mut merged = known.item.clone();
            fits.then(|| merged.absorb(&mut item.clone()))??;
            Some(merged)
        })
    }

    /// The entry that is asked in this turn.
    fn absorber(&self, item: &Item, scope: u64, turn: usize) -> Option<&Known> {
        let mut absorbing = self.known.values().filter(|known| known.absorbs == Some((scope, turn)));
        absorbing.find(|known| known.item.is_twin_of(item))
    }
}
