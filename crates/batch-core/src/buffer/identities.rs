use slab::Slab;

use super::index::{Index, KeyHash};
use super::lines::LineId;
use super::slots::SlotId;

pub(super) type IdentityId = u32;

/// Who is inside under which identity.
pub(super) struct Identities {
    index: Index,
    all: Slab<Identity>,
}

struct Identity {
    key: KeyHash,
    /// Entries with a slot, those included that were answered while their request is still in flight.
    slots: u32,
    /// Those of them without an answer.
    unanswered: u32,
    /// The line of its entries, where these have no lane.
    line: Option<LineId>,
    /// The one that waits in a line, if any; the newest where there are several.
    waiting: Option<SlotId>,
    /// Whether one is in flight or being isolated.
    away: bool,
}

impl Identities {
    pub(super) fn new() -> Self {
        Self { index: Index::new(), all: Slab::new() }
    }

    /// The identity of this key, if an entry of it has a slot.
    pub(super) fn find(&self, key: KeyHash) -> Option<IdentityId> {
        self.index.find(key)
    }

    /// Counts one more entry of this identity.
    pub(super) fn enter(&mut self, key: KeyHash) -> IdentityId {
        let id = self.find(key).unwrap_or_else(|| self.add(key));
        let identity = &mut self.all[id as usize];
        identity.slots += 1;
        identity.unanswered += 1;
        id
    }

    /// The line that its entries share, made for the first of them.
    pub(super) fn line(&mut self, id: IdentityId, make: impl FnOnce() -> LineId) -> LineId {
        *self.all[id as usize].line.get_or_insert_with(make)
    }

    /// Counts one entry whose answer is given, while its request is still in flight.
    pub(super) fn answer(&mut self, id: IdentityId) {
        self.all[id as usize].unanswered -= 1;
    }

    /// Counts one entry whose slot goes.
    pub(super) fn leave(&mut self, id: IdentityId, slot: SlotId, was_away: bool) {
        let identity = &mut self.all[id as usize];
        identity.slots -= 1;
        if was_away {
            identity.away = false;
        } else if identity.waiting == Some(slot) {
            identity.waiting = None;
        }
        if identity.slots == 0 {
            let identity = self.all.remove(id as usize);
            self.index.remove(identity.key);
        }
    }

    pub(super) fn wait(&mut self, id: IdentityId, slot: SlotId) {
        self.all[id as usize].waiting = Some(slot);
    }

    pub(super) fn go(&mut self, id: IdentityId, slot: SlotId) {
        let identity = &mut self.all[id as usize];
        identity.away = true;
        if identity.waiting == Some(slot) {
            identity.waiting = None;
        }
    }

    pub(super) fn come_back(&mut self, id: IdentityId) {
        self.all[id as usize].away = false;
    }

    pub(super) fn waiting(&self, id: IdentityId) -> Option<SlotId> {
        self.all[id as usize].waiting
    }

    pub(super) fn is_away(&self, id: IdentityId) -> bool {
        self.all[id as usize].away
    }

    /// Whether an entry of it has no answer yet.
    pub(super) fn is_unanswered(&self, id: IdentityId) -> bool {
        self.all[id as usize].unanswered > 0
    }

    /// Whether its entries already share a line.
    pub(super) fn has_line(&self, id: IdentityId) -> bool {
        self.all[id as usize].line.is_some()
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Gives back the memory that what went took.
    pub(super) fn shrink(&mut self) {
        self.all.shrink_to_fit();
        self.index.shrink();
    }

    fn add(&mut self, key: KeyHash) -> IdentityId {
        let identity = Identity { key, slots: 0, unanswered: 0, line: None, waiting: None, away: false };
        let id = u32::try_from(self.all.insert(identity)).expect("no more identities than entries");
        self.index.insert(key, id);
        id
    }
}
