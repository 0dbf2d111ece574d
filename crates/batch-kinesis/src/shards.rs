//! The shards of a stream that throttle, and which records go to them.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use batch_core::{Quota, Reply, Verdict, Verdicts};

use crate::accepted::Accepted;
use crate::limits::record_bytes;
use crate::partition_key::RandomKey;
use crate::shard_map::{ShardMap, ShardNumber, Sighting};
use crate::{Record, SentRecord};

/// What is known of the shards that throttle, from responses alone: they name the shard of each record. While none
/// throttles, that costs a look at a flag for each response and each record without a key.
#[derive(Debug, Default)]
pub(crate) struct Shards {
    map: Mutex<ShardMap>,
    /// Whether the map has a shard.
    is_limited: AtomicBool,
    /// Responses in which no shard throttles, while it has one.
    others: AtomicU32,
}

impl Shards {
    /// Learns from a response to a request with these records if a shard throttles in it, and from some of the others.
    pub(crate) fn learn<'a>(
        &self,
        records: impl IntoIterator<Item = &'a Record, IntoIter: ExactSizeIterator>,
        reply: &Reply<SentRecord>,
    ) {
        let Ok(Verdicts::Each(verdicts)) = reply else { return };
        let records = records.into_iter();
        let throttles = |verdict| matches!(shown(verdict), Some((_, true)));
        if records.len() == verdicts.len() && (verdicts.iter().any(throttles) || self.samples()) {
            self.learn_of(records.zip(verdicts.iter().map(shown)));
        }
    }

    /// The same, of a response that is not read whole. Those in which no shard throttles extend what is known of a shard,
    /// and show that the stream was resharded.
    pub(crate) fn sample<'a>(&self, records: impl IntoIterator<Item = &'a Record>, accepted: &Accepted) {
        let throttles = accepted.failed().any(|verdict| matches!(shown(verdict), Some((_, true))));
        if throttles || self.samples() {
            let shown = accepted.results().map(|result| match result {
                Ok(shard_id) => Some((ShardNumber::of_id(shard_id)?, false)),
                Err(verdict) => shown(verdict),
            });
            self.learn_of(records.into_iter().zip(shown));
        }
    }

    /// What a record takes of its shard, if that throttles.
    pub(crate) fn quota(&self, record: &Record) -> Option<Quota> {
        if !self.is_limited() {
            return None;
        }
        let shard = self.lock().shard_of(hash(record)?)?;
        Some(Quota::of(shard).units(units(record_bytes(record))))
    }

    /// A key out of these that does not lead to a shard that throttles, if one of the first few is such.
    pub(crate) fn avoiding(&self, keys: impl Fn() -> RandomKey) -> RandomKey {
        let mut key = keys();
        if self.is_limited() {
            for _ in 1..KEYS {
                if !self.lock().is_full(hash_of_key(key.text())) {
                    break;
                }
                key = keys();
            }
        }
        key
    }

    fn learn_of<'a>(&self, records: impl Iterator<Item = (&'a Record, Option<(ShardNumber, bool)>)>) {
        let sighting = |(record, shown): (&Record, Option<_>)| {
            let (shard, is_throttled) = shown?;
            Some(Sighting { hash: hash(record)?, shard, is_throttled })
        };
        let sightings: Vec<_> = records.filter_map(sighting).collect();
        let mut map = self.lock();
        map.learn(&sightings);
        self.is_limited.store(!map.is_empty(), Ordering::Relaxed);
    }

    /// Whether to read a response in which no shard throttles.
    fn samples(&self) -> bool {
        self.is_limited() && self.others.fetch_add(1, Ordering::Relaxed).is_multiple_of(SAMPLED)
    }

    /// Whoever looks too early asks one response later.
    fn is_limited(&self) -> bool {
        self.is_limited.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, ShardMap> {
        self.map.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The shard that a verdict names, and whether that throttled.
fn shown(verdict: &Verdict<SentRecord>) -> Option<(ShardNumber, bool)> {
    match verdict {
        Verdict::Accepted(sent) => Some((ShardNumber::of_id(sent.shard_id())?, false)),
        Verdict::Throttled(failure) => Some((ShardNumber::named_in(failure.message()?)?, true)),
        Verdict::Ambiguous(_) | Verdict::Reject(_) | Verdict::Retry(_) => None,
    }
}

/// What decides about the shard of a record.
fn hash(record: &Record) -> Option<u128> {
    match record.get_explicit_hash_key() {
        Some(key) => key.as_str().parse().ok(),
        None => record.get_partition_key().map(hash_of_key),
    }
}

fn hash_of_key(key: &str) -> u128 {
    u128::from_be_bytes(md5::compute(key).0)
}

/// What a record takes of its shard, in thousandths of what that accepts in a second: one record, or as many bytes. So
/// there is one pace, whichever of the two limits is reached; of a mixture of large and small records that reaches
/// neither by itself, the pace that is learned is as much higher.
fn units(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT_BYTES)).unwrap_or(u32::MAX)
}

/// A thousandth of the MiB that a shard accepts in a second (API, `PutRecords`), rounded up.
const UNIT_BYTES: usize = 1_049;

/// One of so many responses in which no shard throttles is read.
const SAMPLED: u32 = 16;

/// So many keys are tried at most. If three shards of four are full, the last one is of the fourth in two of three
/// cases.
const KEYS: u32 = 4;

#[cfg(test)]
mod tests;
