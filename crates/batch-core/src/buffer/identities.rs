use slab::Slab;

use super::index::{Hashed, Index};
use super::lines::LineId;
use super::slots::SlotId;
use crate::Key;

pub(super) type IdentityId = u32;

/// Who is inside under which identity.
pub(super) struct Identities {
    index: Index,
    all: Slab<Identity>,
}

/// What is known of an identity by its key.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    key: Hashed<'a>,
    /// Nothing if nobody of that identity is inside.
    pub(super) id: Option<IdentityId>,
}

struct Identity {
    hash: u64,
    inside: u32,
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

    pub(super) fn look_up<'a>(&self, key: &'a Key<'_>) -> Known<'a> {
        let key = self.index.hash(key);
        Known { key, id: self.index.find(key) }
    }

    /// Counts one more entry of this identity.
    pub(super) fn enter(&mut self, known: Known<'_>) -> IdentityId {
        let id = known.id.unwrap_or_else(|| self.add(known.key));
        self.all[id as usize].inside += 1;
        id
    }

    /// The line that its entries share, made for the first of them.
    pub(super) fn line(&mut self, id: IdentityId, make: impl FnOnce() -> LineId) -> LineId {
        *self.all[id as usize].line.get_or_insert_with(make)
    }

    /// Counts one answered entry of this identity.
    pub(super) fn leave(&mut self, id: IdentityId, slot: SlotId, was_away: bool) {
        let identity = &mut self.all[id as usize];
        identity.inside -= 1;
        if was_away {
            identity.away = false;
        } else if identity.waiting == Some(slot) {
            identity.waiting = None;
        }
        if identity.inside == 0 {
            let identity = self.all.remove(id as usize);
            self.index.remove(identity.hash, id);
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

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    fn add(&mut self, key: Hashed<'_>) -> IdentityId {
        let identity = Identity { hash: key.hash, inside: 0, line: None, waiting: None, away: false };
        let id = u32::try_from(self.all.insert(identity)).expect("no more identities than entries");
        self.index.insert(key, id);
        id
    }
}
