use std::collections::HashMap;
use std::sync::Arc;

use slab::Slab;

use super::slots::SlotId;
use crate::Key;

pub(super) type IdentityId = u32;

/// Who is inside under which identity. Its map is never iterated, so its random seed decides
/// nothing.
pub(super) struct Identities {
    by_key: HashMap<Arc<[u8]>, IdentityId>,
    all: Slab<Identity>,
}

struct Identity {
    key: Arc<[u8]>,
    inside: u32,
    /// The one that waits in a line, if any; the newest where there are several.
    waiting: Option<SlotId>,
    /// Whether one is in flight or being isolated.
    away: bool,
}

impl Identities {
    pub(super) fn new() -> Self {
        Self { by_key: HashMap::new(), all: Slab::new() }
    }

    pub(super) fn find(&self, key: &Key<'_>) -> Option<IdentityId> {
        self.by_key.get(key.as_bytes()).copied()
    }

    /// Counts one more entry of this identity.
    pub(super) fn enter(&mut self, key: &Key<'_>) -> IdentityId {
        let id = self.find(key).unwrap_or_else(|| self.add(key));
        self.all[id as usize].inside += 1;
        id
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
            self.by_key.remove(&identity.key);
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

    fn add(&mut self, key: &Key<'_>) -> IdentityId {
        let key: Arc<[u8]> = key.as_bytes().into();
        let identity = Identity { key: Arc::clone(&key), inside: 0, waiting: None, away: false };
        let id = u32::try_from(self.all.insert(identity)).expect("no more identities than entries");
        self.by_key.insert(key, id);
        id
    }
}
