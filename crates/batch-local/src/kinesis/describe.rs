//! The operations that describe one stream.

use super::answer::{
    DescribedStream, Description, EnhancedMetrics, HashKeyRange, Mode, SequenceNumberRange, ShardDescription,
    StreamDescription, StreamDescriptionSummary, SummarizedStream, Summary,
};
use super::call::Kinesis;
use super::name;
use super::request::{DescribeStream, OfStream};
use super::sequence;
use super::shard::Shard;
use super::stream::{RETENTION_HOURS, Stream};
use crate::refusal::Refusal;
use crate::validation::{violation, within};

impl Kinesis {
    pub(super) fn describe_stream(&self, input: &DescribeStream) -> Result<DescribedStream, Refusal> {
        let name = name::of(&input.stream)?;
        let most = page_size("limit", input.limit, 100)?;
        let first = after(input.exclusive_start_shard_id.as_deref())?;
        let mut state = self.lock();
        let stream = state.stream(name)?;
        let shards = shards(stream, first, most);
        Ok(DescribedStream {
            stream_description: StreamDescription {
                description: description(name, stream),
                has_more_shards: first.saturating_add(shards.len()) < stream.shards.len(),
                shards,
            },
        })
    }

    pub(super) fn describe_stream_summary(&self, input: &OfStream) -> Result<SummarizedStream, Refusal> {
        let name = name::of(input)?;
        let mut state = self.lock();
        let stream = state.stream(name)?;
        let settings = stream.settings;
        Ok(SummarizedStream {
            stream_description_summary: StreamDescriptionSummary {
                description: description(name, stream),
                open_shard_count: stream.open.len(),
                consumer_count: 0,
                max_record_size_in_kib: settings.max_record_size_in_kib,
                record_distribution_strategy: settings.on_demand.then(|| settings.strategy.name()),
            },
        })
    }
}

/// What lists of streams tell of each.
pub(super) fn summary(name: &str, stream: &Stream) -> Summary {
    Summary {
        stream_name: name.to_owned(),
        stream_arn: name::arn(name),
        stream_status: "ACTIVE",
        stream_mode_details: Mode { stream_mode: stream.settings.mode() },
        stream_creation_timestamp: seconds(stream.created_millis),
    }
}

/// Up to so many shards, from a position on.
pub(super) fn shards(stream: &Stream, first: usize, most: usize) -> Vec<ShardDescription> {
    stream
        .shards
        .iter()
        .enumerate()
        .skip(first)
        .take(most)
        .map(|(index, shard)| described(index, shard))
        .collect()
}

/// The position that follows the shard with this id.
pub(super) fn after(shard_id: Option<&str>) -> Result<usize, Refusal> {
    let Some(id) = shard_id else { return Ok(0) };
    Shard::index(id).map(|index| index + 1).ok_or_else(|| {
        let constraint = "Member must be the ID of a shard";
        violation("exclusiveStartShardId", &format!("'{id}'"), constraint)
    })
}

/// How many of what there is are told at once: as many as asked for, but not more than `most`.
pub(super) fn page_size(member: &str, asked: Option<i64>, most: usize) -> Result<usize, Refusal> {
    let Some(asked) = asked else { return Ok(most) };
    let asked = within(member, asked, 1..=10_000)?;
    Ok(usize::try_from(asked).unwrap_or(most).min(most))
}

/// A time as the protocol has it.
pub(super) fn seconds(epoch_millis: u64) -> f64 {
    epoch_millis as f64 / 1_000.0
}

fn description(name: &str, stream: &Stream) -> Description {
    Description {
        summary: summary(name, stream),
        retention_period_hours: RETENTION_HOURS,
        enhanced_monitoring: [EnhancedMetrics { shard_level_metrics: [] }],
        encryption_type: "NONE",
    }
}

/// What descriptions tell of the shard at this position.
pub(super) fn described(index: usize, shard: &Shard) -> ShardDescription {
    let parent = |which: usize| shard.parents.get(which).map(|&parent| Shard::id(parent));
    ShardDescription {
        shard_id: Shard::id(index),
        parent_shard_id: parent(0),
        adjacent_parent_shard_id: parent(1),
        hash_key_range: hash_keys(shard),
        sequence_number_range: SequenceNumberRange {
            starting_sequence_number: sequence::text(shard.first),
            ending_sequence_number: shard.closed.map(|closed| sequence::text(closed.last)),
        },
    }
}

pub(super) fn hash_keys(shard: &Shard) -> HashKeyRange {
    let (start, end) = shard.range;
    HashKeyRange { starting_hash_key: start.to_string(), ending_hash_key: end.to_string() }
}
