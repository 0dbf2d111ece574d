//! Which entries of a request travel in which of its records.

use std::ops::Range;

use batch_core::{Carrier, Key, Measure, Verdict, Verdicts};

use crate::limits::record_bytes;
use crate::partition_key::PartitionKey;
use crate::{Aggregate, HashKey, Record, SentRecord, kpl};

/// The bytes of an aggregate, its partition key included: what the Kinesis Producer Library makes by default, and
/// two units of 25 KiB.
pub(crate) const AGGREGATE_BYTES: usize = 51_200;

/// The records of a request, and the entries in each: one after the other, as the writer counted them
/// ([`measure`]).
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Groups {
    /// There are so many, each with one entry, as it is.
    Each(usize),
    /// Of each record, the position after its last entry, and whether it is an aggregate.
    Of(Vec<(usize, bool)>),
}

impl Groups {
    /// Those of these entries.
    pub(crate) fn of(entries: &[Record], aggregate: Aggregate) -> Self {
        if aggregate == Aggregate::Off {
            return Self::Each(entries.len());
        }
        let mut groups = Vec::new();
        let mut begin = 0;
        while let Some(first) = entries.get(begin) {
            let end = begin + 1 + followers(first, &entries[begin + 1..]);
            groups.push((end, end - begin > 1 || kpl::is_like_aggregate(first.data())));
            begin = end;
        }
        Self::Of(groups)
    }

    /// How many records there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Each(len) => *len,
            Self::Of(groups) => groups.len(),
        }
    }

    /// The positions of the entries of a record.
    pub(crate) fn range(&self, group: usize) -> Range<usize> {
        match self {
            Self::Each(_) => group..group + 1,
            Self::Of(groups) => group.checked_sub(1).map_or(0, |before| groups[before].0)..groups[group].0,
        }
    }

    /// The positions of the entries of each record, and whether it is an aggregate.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = (Range<usize>, bool)> {
        let is_aggregate = |group: usize| matches!(self, Self::Of(groups) if groups[group].1);
        (0..self.len()).map(move |group| (self.range(group), is_aggregate(group)))
    }

    /// The first entry of each record, whose keys the record has.
    pub(crate) fn heads<'a>(
        &self,
        entries: &'a [Record],
    ) -> impl ExactSizeIterator<Item = &'a Record> + use<'_, 'a> {
        (0..self.len()).map(|group| &entries[self.range(group).start])
    }

    /// The position of the first entry of each record, and the bytes that the record counts.
    pub(crate) fn sizes(&self, entries: &[Record]) -> impl Iterator<Item = (usize, usize)> {
        self.ranges().map(|(range, is_aggregate)| {
            let (first, begin) = (&entries[range.start], range.start);
            let members = || entries[range.clone()].iter().map(kpl::member_bytes).sum::<usize>();
            (begin, if is_aggregate { kpl::shared_bytes(first) + members() } else { record_bytes(first) })
        })
    }

    /// The record of the entry at this position, and its place there if that is an aggregate.
    pub(crate) fn place(&self, position: usize) -> (usize, Option<u64>) {
        match self {
            Self::Each(_) => (position, None),
            Self::Of(groups) => {
                let group = groups.partition_point(|&(end, _)| end <= position);
                (group, groups[group].1.then_some((position - self.range(group).start) as u64))
            }
        }
    }

    /// The verdict of each entry: that of its record.
    pub(crate) fn of_entries(&self, verdicts: Verdicts<SentRecord>) -> Verdicts<SentRecord> {
        match (self, verdicts) {
            (Self::Of(_), Verdicts::Each(verdicts)) => {
                let groups = verdicts.into_iter().zip(self.ranges());
                let entries = groups.flat_map(|(verdict, (range, is_aggregate))| {
                    (0..range.len()).map(move |place| within(&verdict, place, is_aggregate))
                });
                Verdicts::Each(entries.collect())
            }
            (_, verdicts) => verdicts,
        }
    }
}

/// The verdict of the entry at this place of a record.
fn within(verdict: &Verdict<SentRecord>, place: usize, is_aggregate: bool) -> Verdict<SentRecord> {
    let mut verdict = verdict.clone();
    if let Verdict::Accepted(sent) = &mut verdict {
        sent.set_place(is_aggregate.then_some(place as u64));
    }
    verdict
}

/// How many of these entries travel in one aggregate with the one before them.
fn followers(first: &Record, others: &[Record]) -> usize {
    let mut bytes = kpl::shared_bytes(first) + kpl::member_bytes(first);
    let follows = |other: &&Record| {
        bytes += kpl::member_bytes(other);
        bytes <= AGGREGATE_BYTES && share_keys(first, other)
    };
    others.iter().take_while(follows).count()
}

/// Whether two records may travel in one aggregate.
fn share_keys(one: &Record, other: &Record) -> bool {
    let is_of_one_key = match (one.key(), other.key()) {
        (Some(PartitionKey::Known(one)), Some(PartitionKey::Known(other))) => one == other,
        (Some(PartitionKey::Random(_)), Some(PartitionKey::Random(_))) => true,
        _ => false,
    };
    is_of_one_key && one.get_explicit_hash_key() == other.get_explicit_hash_key()
}

/// The sizes of a record that may travel in an aggregate, and what it shares there.
pub(crate) fn measure(record: &Record) -> Measure<'_> {
    let shared_bytes = kpl::shared_bytes(record);
    let bytes = shared_bytes + kpl::member_bytes(record);
    let alone = if kpl::is_like_aggregate(record.data()) { bytes } else { record_bytes(record) };
    if bytes > AGGREGATE_BYTES {
        return Measure::of_bytes(alone);
    }
    let carrier = Carrier::sharing(shared_bytes);
    let carrier = match record.get_explicit_hash_key().map(HashKey::as_str) {
        Some(key) => carrier.key(Key::from(key)),
        None => carrier,
    };
    Measure::of_bytes(alone).request_bytes(bytes).carrier(carrier)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::partition_key::{Generator, KeySource};

    fn keyed(data: impl Into<bytes::Bytes>, key: &str) -> Record {
        Record::new(data).partition_key(key)
    }

    fn unkeyed(data: &'static str) -> Record {
        let mut record = Record::new(data);
        record.fill_in(KeySource::Random(Generator::new()).key(b"").expect("it needs no data"));
        record
    }

    /// How many entries each record has, with a star if it is an aggregate.
    fn grouped(entries: &[Record]) -> String {
        let groups = Groups::of(entries, Aggregate::ByKey);
        let shown = groups
            .ranges()
            .map(|(range, is_aggregate)| format!("{}{}", range.len(), if is_aggregate { "*" } else { "" }));
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn records_of_one_key_that_follow_one_another_travel_together() {
        let (a, b) = (|| keyed("x", "a"), || keyed("x", "b"));
        assert_eq!(grouped(&[]), "");
        assert_eq!(grouped(&[a(), a(), b(), a(), b(), b(), b()]), "2* 1 1 3*");
        let hashed = |key: u128| a().explicit_hash_key(key);
        assert_eq!(grouped(&[a(), hashed(1), hashed(1), hashed(2), a(), a()]), "1 2* 1 2*");
        assert_eq!(grouped(&[unkeyed("x"), unkeyed("y"), a(), unkeyed("z")]), "2* 1 1");
        let like = keyed(kpl::MAGIC.to_vec(), "a");
        assert_eq!(grouped(&[like.clone(), b(), like.clone(), a()]), "1* 1 2*");
        assert_eq!(Groups::of(&[a(), a()], Aggregate::Off), Groups::Each(2));
    }

    #[test]
    fn an_aggregate_has_up_to_51_200_bytes_with_its_key() {
        // Each takes 10 bytes more than its data.
        let sized = |bytes: usize| keyed(vec![0; bytes], "abcde");
        assert_eq!(kpl::shared_bytes(&sized(0)), 32);
        let half = 51_200 / 2 - 16 - 10;
        assert_eq!(grouped(&[sized(half), sized(half)]), "2*");
        assert_eq!(grouped(&[sized(half), sized(half + 1)]), "1 1");
        let alone = 51_200 - 32 - 10;
        assert!(measure(&sized(alone)).carrier.is_some() && measure(&sized(alone + 1)).carrier.is_none());
        assert_eq!(measure(&sized(alone + 1)).request_bytes, alone + 1 + 5);
    }

    #[test]
    fn every_entry_has_its_place_in_its_record() {
        let entries = [keyed("x", "a"), keyed("x", "a"), keyed("x", "b"), keyed("x", "c"), keyed("x", "c")];
        let groups = Groups::of(&entries, Aggregate::ByKey);
        let places: Vec<_> = (0..5).map(|position| groups.place(position)).collect();
        assert_eq!(places, [(0, Some(0)), (0, Some(1)), (1, None), (2, Some(0)), (2, Some(1))]);
        assert_eq!(Groups::Each(2).place(1), (1, None));
    }

    proptest! {
        #[test]
        fn what_is_measured_is_what_a_request_takes(
            records in prop::collection::vec((0..3_u8, 0..3_u8, 0..40_000_usize), 1..40),
        ) {
            let record = |(key, hash_key, size): (u8, u8, usize)| {
                let record = keyed(vec![0; size], &"k".repeat(1 + usize::from(key)));
                if hash_key == 0 { record.explicit_hash_key(7_u128) } else { record }
            };
            let entries: Vec<_> = records.into_iter().map(record).collect();
            for (range, is_aggregate) in Groups::of(&entries, Aggregate::ByKey).ranges() {
                let records = &entries[range];
                let shared = measure(&records[0]).carrier.map_or(0, |carrier| carrier.shared_bytes);
                let shares = records.iter().map(|record| measure(record).request_bytes - shared);
                let counted = shared + shares.sum::<usize>();
                if is_aggregate {
                    let mut aggregate = Vec::new();
                    kpl::write(&mut aggregate, records);
                    let key = records[0].get_partition_key().map_or(0, str::len);
                    prop_assert_eq!(aggregate.len() + key, counted);
                    prop_assert!(counted <= AGGREGATE_BYTES);
                } else {
                    prop_assert!(record_bytes(&records[0]) <= counted);
                    prop_assert_eq!(record_bytes(&records[0]), measure(&records[0]).entry_bytes);
                }
            }
        }
    }
}
