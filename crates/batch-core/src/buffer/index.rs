use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use hashbrown::HashTable;
use siphasher::sip128::{Hasher128, SipHasher13};

use crate::Key;

/// What stands for a key: 128 bits of a hash under a random key of the buffer's own.
///
/// Two keys are taken for equal if their hashes are. Among a billion keys inside at once, the chance
/// that any two share a hash is below 2^-68, and without the random key it is not possible to search for such a
/// pair. In return no key is copied, and an index takes 32 bytes for each whatever its length.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct KeyHash(u128);

/// Hashes keys.
#[derive(Clone, Copy)]
pub(crate) struct KeyHasher(SipHasher13);

/// Finds numbers by the hashes of keys. It is never iterated, so the random key decides nothing.
pub(super) struct Index {
    table: HashTable<(KeyHash, u32)>,
}

impl KeyHasher {
    pub(crate) fn new() -> Self {
        let random = || RandomState::new().build_hasher().finish();
        Self(SipHasher13::new_with_keys(random(), random()))
    }

    #[inline]
    pub(crate) fn hash(&self, key: &Key<'_>) -> KeyHash {
        self.hash_within(None, key)
    }

    /// The hash of a key that is told apart from the same key within another one.
    #[inline]
    pub(crate) fn hash_within(&self, outer: Option<KeyHash>, key: &Key<'_>) -> KeyHash {
        let mut hasher = self.0;
        if let Some(KeyHash(outer)) = outer {
            outer.hash(&mut hasher);
        }
        hasher.write(key.as_bytes());
        KeyHash(hasher.finish128().as_u128())
    }
}

impl std::fmt::Debug for KeyHasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyHasher").finish_non_exhaustive()
    }
}

impl Index {
    pub(super) fn new() -> Self {
        Self { table: HashTable::new() }
    }

    #[inline]
    pub(super) fn find(&self, key: KeyHash) -> Option<u32> {
        self.table.find(short(key), |named| named.0 == key).map(|named| named.1)
    }

    /// Names a number by a key that is not there.
    #[inline]
    pub(super) fn insert(&mut self, key: KeyHash, number: u32) {
        self.table.insert_unique(short(key), (key, number), |named| short(named.0));
    }

    /// Forgets a key.
    #[inline]
    pub(super) fn remove(&mut self, key: KeyHash) {
        if let Ok(named) = self.table.find_entry(short(key), |named| named.0 == key) {
            named.remove();
        }
    }

    /// Gives back the memory that what was removed took.
    pub(super) fn shrink(&mut self) {
        self.table.shrink_to(self.table.len(), |named| short(named.0));
    }
}

#[expect(clippy::cast_possible_truncation, reason = "each half of the hash is as good as a hash")]
fn short(key: KeyHash) -> u64 {
    key.0 as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_by_its_key_until_it_is_removed() {
        let hasher = KeyHasher::new();
        let mut index = Index::new();
        let keys = ["EWR", "JFK", "LGA"].map(|key| hasher.hash(&Key::from(key)));
        for (number, key) in (0..).zip(keys) {
            assert_eq!(index.find(key), None);
            index.insert(key, number);
        }
        index.remove(keys[1]);
        index.shrink();
        assert_eq!(keys.map(|key| index.find(key)), [Some(0), None, Some(2)]);
    }

    #[test]
    fn a_key_is_told_apart_from_itself_within_another() {
        let hasher = KeyHasher::new();
        let [one, two, id] = ["one", "two", "id"].map(Key::from);
        let hashes = [
            hasher.hash(&id),
            hasher.hash_within(Some(hasher.hash(&one)), &id),
            hasher.hash_within(Some(hasher.hash(&two)), &id),
        ];
        assert_eq!(hashes[0], hasher.hash_within(None, &id));
        assert!(hashes[0] != hashes[1] && hashes[1] != hashes[2] && hashes[0] != hashes[2]);
    }
}
