use slab::Slab;

use super::index::{Holder, Index, KeyHash};
use super::lines::LineId;
use super::slots::SlotId;
use super::spare::Spare;

pub(super) type IdentityId = u32;

/// Who is inside under which identity. An identity of one entry, to which nothing has happened, is a key in
/// the index and nothing else.
pub(super) struct Identities {
    /// What holds the key of each.
    pub(super) keys: Index,
    all: Slab<Identity>,
    spare: Spare,
}

struct Identity {
    key: KeyHash,
    /// Its entries, those included that were answered while their request is still in flight.
    entries: u32,
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
        Self { keys: Index::new(), all: Slab::new(), spare: Spare::default() }
    }

    /// Lets an identity hold the key of an entry, which gets a slot or is in flight.
    pub(super) fn promote(&mut self, key: KeyHash, is_away: bool) -> IdentityId {
        let id = self.add(key);
        let identity = &mut self.all[id as usize];
        (identity.entries, identity.unanswered, identity.away) = (1, 1, is_away);
        self.keys.pass_on(key, Holder::Other(id));
        id
    }

    /// Counts one more entry of this identity.
    pub(super) fn enter(&mut self, key: KeyHash) -> IdentityId {
        let id = self.keys.find(key).unwrap_or_else(|| {
            let id = self.add(key);
            self.keys.insert(key, Holder::Other(id));
            id
        });
        let identity = &mut self.all[id as usize];
        identity.entries += 1;
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
        if was_away {
            identity.away = false;
        } else if identity.waiting == Some(slot) {
            identity.waiting = None;
        }
        self.lose_one(id);
    }

    /// Counts one entry in flight without a slot, whose answer is given.
    pub(super) fn leave_flight(&mut self, id: IdentityId) {
        let identity = &mut self.all[id as usize];
        identity.unanswered -= 1;
        identity.away = false;
        self.lose_one(id);
    }

    fn lose_one(&mut self, id: IdentityId) {
        let identity = &mut self.all[id as usize];
        identity.entries -= 1;
        if identity.entries == 0 {
            let identity = self.all.remove(id as usize);
            self.keys.remove(identity.key);
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

    /// The line that its entries share, if they do.
    pub(super) fn line_of(&self, id: IdentityId) -> Option<LineId> {
        self.all[id as usize].line
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Gives back the memory of identities that went.
    pub(super) fn shrink(&mut self) {
        if self.spare.is_due(self.all.capacity(), self.all.len()) {
            self.all.shrink_to_fit();
            self.spare.shrunk(self.all.capacity(), self.all.len());
        }
        self.keys.shrink();
    }

    fn add(&mut self, key: KeyHash) -> IdentityId {
        let identity = Identity { key, entries: 0, unanswered: 0, line: None, waiting: None, away: false };
        u32::try_from(self.all.insert(identity)).expect("no more identities than entries")
    }
}
