use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

use crate::Key;

/// Finds numbers by keys. A key is hashed once, when it comes, and copied once, when it is new.
///
/// It is never iterated, so its random seed decides nothing.
pub(super) struct Index {
    table: HashTable<Named>,
    random: RandomState,
}

/// A key on its way into an index.
#[derive(Clone, Copy)]
pub(super) struct Hashed<'a> {
    key: &'a [u8],
    pub(super) hash: u64,
}

struct Named {
    key: Box<[u8]>,
    hash: u64,
    number: u32,
}

impl Index {
    pub(super) fn new() -> Self {
        Self { table: HashTable::new(), random: RandomState::new() }
    }

    #[inline]
    pub(super) fn hash<'a>(&self, key: &'a Key<'_>) -> Hashed<'a> {
        let key = key.as_bytes();
        Hashed { key, hash: self.random.hash_one(key) }
    }

    #[inline]
    pub(super) fn find(&self, Hashed { key, hash }: Hashed<'_>) -> Option<u32> {
        let named = self.table.find(hash, |named| named.hash == hash && *named.key == *key);
        named.map(|named| named.number)
    }

    /// Names a number by a key that is not there.
    #[inline]
    pub(super) fn insert(&mut self, Hashed { key, hash }: Hashed<'_>, number: u32) {
        self.table.insert_unique(hash, Named { key: key.into(), hash, number }, |named| named.hash);
    }

    /// Forgets the key of a number.
    #[inline]
    pub(super) fn remove(&mut self, hash: u64, number: u32) {
        if let Ok(named) = self.table.find_entry(hash, |named| named.number == number) {
            named.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_by_its_key_until_it_is_removed() {
        let mut index = Index::new();
        let keys = ["EWR", "JFK", "LGA"].map(Key::from);
        for (number, key) in (0..).zip(&keys) {
            assert_eq!(index.find(index.hash(key)), None);
            index.insert(index.hash(key), number);
        }
        index.remove(index.hash(&keys[1]).hash, 1);
        assert_eq!(keys.each_ref().map(|key| index.find(index.hash(key))), [Some(0), None, Some(2)]);
    }

    #[test]
    fn keys_of_one_hash_are_told_apart() {
        let mut index = Index::new();
        let twins = [&b"one"[..], b"two"].map(|key| Hashed { key, hash: 7 });
        index.insert(twins[0], 0);
        assert_eq!(index.find(twins[1]), None);
        index.insert(twins[1], 1);
        index.remove(7, 0);
        assert_eq!(twins.map(|twin| index.find(twin)), [None, Some(1)]);
    }
}
