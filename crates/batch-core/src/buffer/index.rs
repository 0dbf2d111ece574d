use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::num::NonZeroU64;

use hashbrown::HashTable;
use siphasher::sip128::{Hasher128, SipHasher13};

use super::segment::Number;
use super::spare::is_much;
use crate::Key;

/// What stands for a key: 128 bits of a hash under a random key of the buffer's own.
///
/// Two keys are taken for equal if their hashes are. Among a billion keys inside at once, the chance that any
/// two share a hash is below 2^-68, and without the random key it is not possible to search for such a pair.
/// In return no key is copied, and an index takes 32 bytes for each whatever its length.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct KeyHash(NonZeroU64, u64);

/// Up to so many keys, an index may take four times the memory that they need.
const FEW: usize = 2_000;

/// Hashes keys.
#[derive(Clone, Copy)]
pub(crate) struct KeyHasher(SipHasher13);

/// Finds by the hash of a key who holds that key. It is never iterated, so the random key decides nothing.
pub(super) struct Index {
    table: HashTable<(KeyHash, Packed)>,
}

/// Who holds a key, the key of a lane or of an identity.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Holder {
    /// Only this entry, to which nothing has happened: it waits in its segment or is in flight.
    Entry(Number),
    /// What goes by this number: a line or an identity.
    Other(u32),
}

/// A holder in half the memory, which counts where each entry has a lane of its own: twice the number, and
/// one more for what is no entry.
#[derive(Clone, Copy)]
struct Packed(u64);

impl Packed {
    #[inline]
    fn of(holder: Holder) -> Self {
        match holder {
            Holder::Entry(Number(number)) => Self(number << 1),
            Holder::Other(number) => Self(u64::from(number) << 1 | 1),
        }
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "it was made of so many bits")]
    fn holder(self) -> Holder {
        match self.0 & 1 {
            0 => Holder::Entry(Number(self.0 >> 1)),
            _ => Holder::Other((self.0 >> 1) as u32),
        }
    }
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
        if let Some(KeyHash(one, two)) = outer {
            (one, two).hash(&mut hasher);
        }
        hasher.write(key.as_bytes());
        let hash = hasher.finish128();
        KeyHash(NonZeroU64::new(hash.h1).unwrap_or(NonZeroU64::MIN), hash.h2)
    }
}

impl KeyHash {
    /// A half of it.
    #[inline]
    pub(super) fn word(self) -> u64 {
        self.0.get()
    }

    /// The hash of this key in another of `2^64` sets of keys; 0 is the set that it is in. Without the random
    /// key it is not possible to search for two keys whose hashes differ by such a number.
    #[inline]
    pub(super) fn in_set(self, set: u64) -> Self {
        Self(self.0, self.1 ^ set)
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

    /// Who holds this key.
    #[inline]
    pub(super) fn holder(&self, key: KeyHash) -> Option<Holder> {
        self.table.find(short(key), |held| held.0 == key).map(|held| held.1.holder())
    }

    /// The number of what holds this key, unless an entry alone does.
    pub(super) fn find(&self, key: KeyHash) -> Option<u32> {
        match self.holder(key)? {
            Holder::Entry(_) => None,
            Holder::Other(number) => Some(number),
        }
    }

    /// The entry that holds this key alone, if one does.
    pub(super) fn entry(&self, key: KeyHash) -> Option<Number> {
        match self.holder(key)? {
            Holder::Entry(number) => Some(number),
            Holder::Other(_) => None,
        }
    }

    /// Lets something hold a key that nothing holds.
    #[inline]
    pub(super) fn insert(&mut self, key: KeyHash, holder: Holder) {
        if self.table.len() == self.table.capacity() {
            self.grow();
        }
        self.table.insert_unique(short(key), (key, Packed::of(holder)), |held| short(held.0));
    }

    /// Makes room. What is removed from a table that is nearly full leaves a mark, and of these marks the
    /// table must be cleaned for each so many keys that come and go. A small one has room to leave few.
    #[cold]
    fn grow(&mut self) {
        let len = self.table.len();
        let more = if len < FEW { 3 * len } else { 1 };
        self.table.reserve(more, |held| short(held.0));
    }

    /// Passes a key on to another holder.
    pub(super) fn pass_on(&mut self, key: KeyHash, holder: Holder) {
        if let Some(held) = self.table.find_mut(short(key), |held| held.0 == key) {
            held.1 = Packed::of(holder);
        }
    }

    /// Forgets a key.
    #[inline]
    pub(super) fn remove(&mut self, key: KeyHash) {
        if let Ok(held) = self.table.find_entry(short(key), |held| held.0 == key) {
            held.remove();
        }
    }

    /// The entry that holds this key alone gives it up; else, the number of what holds it.
    #[inline]
    pub(super) fn release(&mut self, key: KeyHash) -> Option<u32> {
        let held = self.table.find_entry(short(key), |held| held.0 == key).ok()?;
        match held.get().1.holder() {
            Holder::Entry(_) => {
                held.remove();
                None
            }
            Holder::Other(number) => Some(number),
        }
    }

    /// Gives back the memory that what was removed took, if that is much.
    pub(super) fn shrink(&mut self) {
        if is_much(self.table.capacity(), self.table.len()) {
            self.table.shrink_to(self.table.len(), |held| short(held.0));
        }
    }
}

/// Each half of the hash is as good as a hash.
fn short(key: KeyHash) -> u64 {
    key.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_is_found_by_its_key_until_that_is_removed() {
        let hasher = KeyHasher::new();
        let mut index = Index::new();
        let keys = ["EWR", "JFK", "LGA"].map(|key| hasher.hash(&Key::from(key)));
        for (number, key) in (0..).zip(keys) {
            assert_eq!(index.holder(key), None);
            index.insert(key, Holder::Entry(Number(number)));
        }
        index.pass_on(keys[2], Holder::Other(7));
        assert_eq!(keys[1..].iter().map(|&key| index.release(key)).collect::<Vec<_>>(), [None, Some(7)]);
        index.shrink();
        let held = [Some(Holder::Entry(Number(0))), None, Some(Holder::Other(7))];
        assert_eq!(keys.map(|key| index.holder(key)), held);
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
