//! Which hashes belong to which shard, as far as responses have shown.
//!
//! A shard has one range of hashes for as long as it exists. What was seen in a shard at two hashes is in it at
//! every hash between, so the hull of all that was seen is a part of that range. Two hulls never overlap: where
//! newer evidence reaches into an older hull, the stream was resharded since, or deleted and created again, and
//! the older hull is removed. Nothing is guessed between two hulls: a record there is sent, and its response
//! closes the gap. After `n` records at random places in a shard, the next one is outside of the hull in two of
//! `n + 1` cases.
//!
//! Only shards that throttle have a hull. Accepted records extend these and contradict them, and tell nothing else:
//! a shard that takes everything has no pace. So the memory does not depend on the number of shards.

use std::collections::BTreeMap;

/// The number at the end of the id of a shard.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct ShardNumber(u64);

/// What a response shows of one record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sighting {
    pub(crate) hash: u128,
    pub(crate) shard: ShardNumber,
    pub(crate) is_throttled: bool,
}

/// The hulls of the shards that throttled lately.
#[derive(Debug, Default)]
pub(crate) struct ShardMap {
    shards: BTreeMap<ShardNumber, Hull>,
    /// Which shard's hull begins at this hash.
    firsts: BTreeMap<u128, ShardNumber>,
    /// How many responses it has learned from.
    responses: u64,
}

/// Hashes that belong to one shard.
#[derive(Clone, Copy, Debug)]
struct Hull {
    first: u128,
    last: u128,
    /// The number of the latest response that has a record in it.
    seen_in: u64,
    /// The number of the latest response that throttled it.
    throttled_in: u64,
}

/// What one response shows of one shard.
#[derive(Clone, Copy, Debug)]
struct Evidence {
    shard: ShardNumber,
    first: u128,
    last: u128,
    is_throttled: bool,
}

impl ShardNumber {
    /// The number of the shard with this id, such as `shardId-000000000003`.
    pub(crate) fn of_id(id: &str) -> Option<Self> {
        let (shard, rest) = Self::leading(id.strip_prefix(PREFIX)?)?;
        rest.is_empty().then_some(shard)
    }

    /// The number of the first shard that a message names, such as "Rate exceeded for shard shardId-000000000003 in
    /// stream measurements under account 123456789012." A stream may have the name of a shard, and comes later.
    pub(crate) fn named_in(message: &str) -> Option<Self> {
        let (_, rest) = message.split_once(PREFIX)?;
        Self::leading(rest).map(|(shard, _)| shard)
    }

    fn leading(text: &str) -> Option<(Self, &str)> {
        let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
        let (digits, rest) = text.split_at(end);
        digits.parse().ok().map(|number| (Self(number), rest))
    }
}

impl ShardMap {
    /// Learns from one response. One that contradicts itself shows that the stream distributes records without
    /// regard to their hashes, or is being resharded at this moment: then nothing is known.
    pub(crate) fn learn(&mut self, sightings: &[Sighting]) {
        self.responses += 1;
        let evidence = Evidence::of(sightings);
        if evidence.windows(2).any(|pair| pair[1].first <= pair[0].last) {
            self.shards.clear();
            self.firsts.clear();
            return;
        }
        // Before any hull is extended: what this response contradicts must not reach into what it shows.
        for seen in &evidence {
            self.remove_within(seen.first, seen.last, seen.shard);
        }
        for (place, seen) in evidence.iter().enumerate() {
            let before = place.checked_sub(1).map(|place| evidence[place].last);
            let after = evidence.get(place + 1).map(|next| next.first);
            self.extend(*seen, before, after);
        }
        self.forget();
    }

    /// The shard of this hash, if it is certain as far as the stream has not changed since.
    pub(crate) fn shard_of(&self, hash: u128) -> Option<ShardNumber> {
        self.hull_at(hash).map(|(shard, _)| shard)
    }

    /// Whether this hash belongs to a shard that throttled a moment ago.
    pub(crate) fn is_full(&self, hash: u128) -> bool {
        self.hull_at(hash).is_some_and(|(_, hull)| self.responses - hull.throttled_in < FULL_FOR)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.shards.is_empty()
    }

    fn hull_at(&self, hash: u128) -> Option<(ShardNumber, Hull)> {
        let (_, &shard) = self.firsts.range(..=hash).next_back()?;
        let hull = *self.shards.get(&shard)?;
        (hash <= hull.last).then_some((shard, hull))
    }

    /// Extends the hull of a shard by what was seen of it, if it has one or throttles. The same response saw other
    /// shards up to the hash `before` and from the hash `after` on.
    fn extend(&mut self, seen: Evidence, before: Option<u128>, after: Option<u128>) {
        let known = self.remove(seen.shard).filter(|hull| {
            // One that reaches beyond another shard's records was that of an older shard with this number.
            before.is_none_or(|before| before < hull.first)
                && after.is_none_or(|after| hull.last < after)
                && self.is_newest(hull, seen)
        });
        if known.is_none() && !seen.is_throttled {
            return;
        }
        let throttled_in = known.map(|hull| hull.throttled_in).filter(|_| !seen.is_throttled);
        let hull = Hull {
            first: known.map_or(seen.first, |hull| hull.first.min(seen.first)),
            last: known.map_or(seen.last, |hull| hull.last.max(seen.last)),
            seen_in: self.responses,
            throttled_in: throttled_in.unwrap_or(self.responses),
        };
        self.remove_within(hull.first, hull.last, seen.shard);
        self.shards.insert(seen.shard, hull);
        self.firsts.insert(hull.first, seen.shard);
    }

    /// Whether nothing between this hull and what was seen of its shard now was seen later than the hull.
    fn is_newest(&self, hull: &Hull, seen: Evidence) -> bool {
        let between = self.within(hull.first.min(seen.first), hull.last.max(seen.last));
        between.iter().filter_map(|shard| self.shards.get(shard)).all(|other| other.seen_in <= hull.seen_in)
    }

    /// Removes the hulls of other shards that have a hash of these.
    fn remove_within(&mut self, first: u128, last: u128, but: ShardNumber) {
        for shard in self.within(first, last) {
            if shard != but {
                self.remove(shard);
            }
        }
    }

    /// The shards whose hulls have a hash of these.
    fn within(&self, first: u128, last: u128) -> Vec<ShardNumber> {
        let before = self.hull_at(first).map(|(shard, _)| shard);
        let inside = self.firsts.range(first..=last).map(|(_, &shard)| shard);
        before.into_iter().chain(inside).collect()
    }

    /// Forgets the shards that have not throttled for long, and those that throttled least recently if there are too
    /// many.
    fn forget(&mut self) {
        let mut since: Vec<_> = self.shards.iter().map(|(&shard, hull)| (hull.throttled_in, shard)).collect();
        since.sort_unstable();
        let too_many = since.len().saturating_sub(MOST_SHARDS);
        for (place, (throttled_in, shard)) in since.into_iter().enumerate() {
            if place < too_many || self.responses - throttled_in >= FORGOTTEN_AFTER {
                self.remove(shard);
            }
        }
    }

    fn remove(&mut self, shard: ShardNumber) -> Option<Hull> {
        let hull = self.shards.remove(&shard)?;
        self.firsts.remove(&hull.first);
        Some(hull)
    }
}

impl Evidence {
    /// What these show of each shard, in the order of the hashes.
    fn of(sightings: &[Sighting]) -> Vec<Self> {
        let mut evidence: BTreeMap<ShardNumber, Self> = BTreeMap::new();
        for &Sighting { hash, shard, is_throttled } in sightings {
            let seen =
                evidence.entry(shard).or_insert(Self { shard, first: hash, last: hash, is_throttled: false });
            seen.first = seen.first.min(hash);
            seen.last = seen.last.max(hash);
            seen.is_throttled |= is_throttled;
        }
        let mut evidence: Vec<_> = evidence.into_values().collect();
        evidence.sort_unstable_by_key(|seen| seen.first);
        evidence
    }
}

/// What the ids of all shards begin with.
const PREFIX: &str = "shardId-";

/// The shards that are remembered: as many as can have a pace of their own at a time.
const MOST_SHARDS: usize = 256;

/// A shard counts as full for so many responses after the last one that throttled it. One of sixteen in which nothing
/// throttles is read, so that this is some hundred requests.
const FULL_FOR: u64 = 8;

/// A shard is forgotten after so many, about a thousand requests: when its limit is reached, a writer that keeps
/// its pace meets it again long before.
const FORGOTTEN_AFTER: u64 = 64;

#[cfg(test)]
mod tests;
