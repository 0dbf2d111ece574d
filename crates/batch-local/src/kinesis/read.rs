//! The operations that read records.

use std::sync::Arc;

use super::answer::{ChildShard, ReadRecord, Records, ShardIterator};
use super::call::{Kinesis, check_dry_run};
use super::code::{EXPIRED_ITERATOR, INVALID_ARGUMENT, RESOURCE_NOT_FOUND};
use super::describe::{hash_keys, seconds};
use super::name;
use super::position::{Kind, Position};
use super::record::Record;
use super::request::{GetRecords, GetShardIterator};
use super::sequence;
use super::shard::Shard;
use super::stream::{RETENTION_HOURS, Stream};
use crate::account::ACCOUNT;
use crate::clock::Moment;
use crate::json::Blob;
use crate::refusal::Refusal;
use crate::validation::{required, violation, within};

impl Kinesis {
    pub(super) fn shard_iterator(&self, input: &GetShardIterator) -> Result<ShardIterator, Refusal> {
        let name = name::of(&input.stream)?;
        let shard_id = required(input.shard_id.as_deref(), "shardId")?;
        let now = self.now();
        let mut state = self.lock();
        let stream = state.stream(name)?;
        let shard = Shard::index(shard_id).filter(|index| *index < stream.shards.len()).ok_or_else(|| {
            let message = format!("Shard {shard_id} in stream {name} under account {ACCOUNT} does not exist");
            Refusal::new(&RESOURCE_NOT_FOUND, message)
        })?;
        let at = start(input, stream, shard, now)?;
        check_dry_run(input.dry_run)?;
        let position = Position {
            kind: Kind::ShardIterator,
            stream: name.to_owned(),
            serial: stream.serial,
            shard,
            at,
            issued_millis: now.epoch_millis,
        };
        Ok(ShardIterator { shard_iterator: position.to_token() })
    }

    pub(super) fn records(&self, input: &GetRecords) -> Result<Records, Refusal> {
        let most = limit(input.limit)?;
        let now = self.now();
        let mut position = iterator(input, now)?;
        let mut state = self.lock();
        let stream = state.stream(&position.stream)?;
        if stream.serial != position.serial {
            return Err(name::missing(&position.stream));
        }
        let shard = stream.shards.get(position.shard).ok_or_else(invalid_iterator)?;
        check_dry_run(input.dry_run)?;
        let unread = unread(shard, position.at, now);
        let records: Vec<ReadRecord> = fitting(unread, most).map(shown).collect();
        let left = unread.get(records.len());
        position.at = shard.records.len() - (unread.len() - records.len());
        position.issued_millis = now.epoch_millis;
        let is_end = shard.closed.is_some() && position.at == shard.records.len();
        Ok(Records {
            // Zero says that nothing is left, so that what came just now must not give it.
            millis_behind_latest: left
                .map_or(0, |record| now.epoch_millis.saturating_sub(record.arrived_millis).max(1)),
            next_shard_iterator: (!is_end).then(|| position.to_token()),
            child_shards: if is_end { children(stream, position.shard) } else { Vec::new() },
            records,
        })
    }
}

/// How many records come before what the iterator is to read first.
fn start(input: &GetShardIterator, stream: &Stream, index: usize, now: Moment) -> Result<usize, Refusal> {
    let shard = &stream.shards[index];
    match required(input.shard_iterator_type.as_deref(), "shardIteratorType")? {
        "AFTER_SEQUENCE_NUMBER" => numbered(input, shard, index).map(|found| found.map_or(0, |at| at + 1)),
        "AT_SEQUENCE_NUMBER" => numbered(input, shard, index).map(Option::unwrap_or_default),
        "AT_TIMESTAMP" => Ok(shard.before(timestamp(input, now)?)),
        "LATEST" => Ok(shard.records.len()),
        "TRIM_HORIZON" => Ok(0),
        kind => {
            let constraint = "Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON]";
            Err(violation("shardIteratorType", &format!("'{kind}'"), constraint))
        }
    }
}

/// The position of the record with the starting sequence number; none at the shard's own start.
fn numbered(input: &GetShardIterator, shard: &Shard, index: usize) -> Result<Option<usize>, Refusal> {
    let Some(text) = input.starting_sequence_number.as_deref() else {
        let message = "Must provide StartingSequenceNumber for this type of shard iterator.";
        return Err(Refusal::new(&INVALID_ARGUMENT, message));
    };
    let number = sequence::number(text);
    if number == Some(shard.first) {
        return Ok(None);
    }
    number.and_then(|number| shard.position(number)).map(Some).ok_or_else(|| {
        let shard = Shard::id(index);
        let message =
            format!("StartingSequenceNumber {text} is invalid because it did not come from shard {shard}.");
        Refusal::new(&INVALID_ARGUMENT, message)
    })
}

/// What the shard at this position became.
fn children(stream: &Stream, parent: usize) -> Vec<ChildShard> {
    let children = stream.shards.iter().enumerate().filter(|(_, shard)| shard.parents.contains(&parent));
    let child = |(index, shard): (usize, &Shard)| ChildShard {
        shard_id: Shard::id(index),
        parent_shards: shard.parents.iter().map(|&parent| Shard::id(parent)).collect(),
        hash_key_range: hash_keys(shard),
    };
    children.map(child).collect()
}

fn timestamp(input: &GetShardIterator, now: Moment) -> Result<u64, Refusal> {
    let Some(seconds) = input.timestamp else {
        let message = "Must provide Timestamp for a shard iterator of type AT_TIMESTAMP.";
        return Err(Refusal::new(&INVALID_ARGUMENT, message));
    };
    // Numbers out of range become the nearest one that is in it.
    let millis = (seconds * 1_000.0).round() as u64;
    if millis > now.epoch_millis {
        return Err(Refusal::new(&INVALID_ARGUMENT, format!("Timestamp {seconds} is in the future.")));
    }
    Ok(millis)
}

fn limit(given: Option<i64>) -> Result<usize, Refusal> {
    match given {
        Some(count) if count > MOST_RECORDS as i64 => {
            let message = format!("Limit {count} is invalid: it may be up to {MOST_RECORDS}.");
            Err(Refusal::new(&INVALID_ARGUMENT, message))
        }
        Some(count) => {
            let count = within("limit", count, 1..=MOST_RECORDS as u64)?;
            Ok(usize::try_from(count).unwrap_or(MOST_RECORDS))
        }
        None => Ok(MOST_RECORDS),
    }
}

/// The position behind the iterator, which must not be too old.
fn iterator(input: &GetRecords, now: Moment) -> Result<Position, Refusal> {
    let token = required(input.shard_iterator.as_deref(), "shardIterator")?;
    let position = Position::read(token, Kind::ShardIterator).ok_or_else(invalid_iterator)?;
    if let Some(arn) = &input.stream_arn
        && name::in_arn(arn)? != position.stream
    {
        return Err(invalid_iterator());
    }
    if position.is_expired(now) {
        let message = format!(
            "Iterator expired. The iterator was created at time {} while right now it is {}, which is further in the future than the tolerated delay of 300000 milliseconds.",
            position.issued_millis, now.epoch_millis
        );
        return Err(Refusal::new(&EXPIRED_ITERATOR, message));
    }
    Ok(position)
}

fn invalid_iterator() -> Refusal {
    Refusal::new(&INVALID_ARGUMENT, "Invalid ShardIterator.")
}

/// What is in the shard from a position on, and not too old.
fn unread(shard: &Shard, at: usize, now: Moment) -> &[Arc<Record>] {
    let kept = shard.before(now.epoch_millis.saturating_sub(RETENTION_HOURS * 3_600_000));
    &shard.records[at.max(kept).min(shard.records.len())..]
}

/// As many as one answer may have: at least one, however large.
fn fitting(unread: &[Arc<Record>], most: usize) -> impl Iterator<Item = &Arc<Record>> {
    let mut bytes = 0_usize;
    unread
        .iter()
        .take(most)
        .enumerate()
        .take_while(move |(index, record)| {
            bytes = bytes.saturating_add(record.bytes);
            *index == 0 || bytes <= MOST_BYTES
        })
        .map(|(_, record)| record)
}

fn shown(record: &Arc<Record>) -> ReadRecord {
    ReadRecord {
        sequence_number: sequence::text(record.number),
        approximate_arrival_timestamp: seconds(record.arrived_millis),
        data: Blob(record.data.clone()),
        partition_key: record.partition_key.clone(),
    }
}

const MOST_BYTES: usize = 10 << 20;
const MOST_RECORDS: usize = 10_000;

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn records(count: usize, bytes: usize) -> Vec<Arc<Record>> {
        let record = Record {
            data: Bytes::new(),
            partition_key: None,
            explicit_hash_key: None,
            shard: 0,
            number: 0,
            bytes,
            arrived_millis: 0,
        };
        let record = Arc::new(record);
        (0..count).map(|_| Arc::clone(&record)).collect()
    }

    #[test]
    fn an_answer_has_up_to_ten_mebibytes_but_one_record_at_least() {
        let check = |count, bytes, most, expected| {
            assert_eq!(fitting(&records(count, bytes), most).count(), expected, "{count} of {bytes} bytes");
        };
        check(11, 1 << 20, MOST_RECORDS, 10);
        check(11, (1 << 20) + 1, MOST_RECORDS, 9);
        check(2, 10 << 20, MOST_RECORDS, 1);
        check(2, 11 << 20, MOST_RECORDS, 1);
        check(11, 1 << 20, 3, 3);
        check(10_001, 1, MOST_RECORDS, 10_000);
        check(0, 1, MOST_RECORDS, 0);
    }
}
