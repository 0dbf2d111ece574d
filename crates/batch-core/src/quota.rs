use std::hash::{DefaultHasher, Hash, Hasher};

/// What an entry takes of a limit that it shares with some other entries of the same destination: the shard of a
/// stream, a table, a message group.
///
/// [`Service::quota`](crate::Service::quota) returns it. Entries with equal names share a limit. The writer
/// learns how many units per second each limit lets through from the entries that the service throttles.
///
/// ```
/// use batch_core::Quota;
///
/// assert_eq!(Quota::of("shard 7"), Quota::of("shard 7").units(1));
/// assert_ne!(Quota::of("shard 7"), Quota::of("shard 8"));
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub struct Quota {
    pub(crate) name: u64,
    pub(crate) units: u32,
}

impl Quota {
    /// Creates a quota of one unit of the limit with this name.
    ///
    /// Only a 64-bit hash of the name is kept. If two names share a hash, their entries share a pace, which costs
    /// time and nothing else.
    pub fn of(name: impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        Self { name: hasher.finish(), units: 1 }
    }

    /// Sets how many units of the limit the entry takes, such as the write units of an item. Zero counts as one.
    pub fn units(mut self, units: u32) -> Self {
        self.units = units.max(1);
        self
    }
}
