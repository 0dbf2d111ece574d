//! The operations that split and merge shards. They take effect at once.

use super::answer::Nothing;
use super::call::Kinesis;
use super::code::{INVALID_ARGUMENT, RESOURCE_IN_USE, RESOURCE_NOT_FOUND, VALIDATION};
use super::hash_key;
use super::name;
use super::request::{MergeShards, OfStream, SplitShard};
use super::shard::Shard;
use super::state::State;
use super::stream::Stream;
use crate::account::ACCOUNT;
use crate::refusal::Refusal;
use crate::validation::required;

impl Kinesis {
    pub(super) fn split_shard(&self, input: &SplitShard) -> Result<Nothing, Refusal> {
        let name = name::of(&input.stream)?;
        let shard_id = required(input.shard_to_split.as_deref(), "shardToSplit")?;
        let key = required(input.new_starting_hash_key.as_deref(), "newStartingHashKey")?;
        let middle = hash_key::parse(key, "newStartingHashKey")?;
        let now = self.now();
        let mut state = self.lock();
        let stream = resharded(&mut state, &input.stream)?;
        let shard = open_shard(stream, name, shard_id)?;
        let (start, end) = stream.shards[shard].range;
        if middle <= start.saturating_add(1) || middle >= end {
            let message = format!(
                "NewStartingHashKey {key} is outside of what shard {shard_id} of stream {name} under account {ACCOUNT} can be split at: above {} and below {end}.",
                start.saturating_add(1)
            );
            return Err(Refusal::new(&INVALID_ARGUMENT, message));
        }
        state.check_shards(1)?;
        let stream = state.stream(name)?;
        stream.open((start, middle - 1), vec![shard], now);
        stream.open((middle, end), vec![shard], now);
        Ok(Nothing {})
    }

    pub(super) fn merge_shards(&self, input: &MergeShards) -> Result<Nothing, Refusal> {
        let name = name::of(&input.stream)?;
        let ids = [
            required(input.shard_to_merge.as_deref(), "shardToMerge")?,
            required(input.adjacent_shard_to_merge.as_deref(), "adjacentShardToMerge")?,
        ];
        let now = self.now();
        let mut state = self.lock();
        let stream = resharded(&mut state, &input.stream)?;
        let [one, other] = [open_shard(stream, name, ids[0])?, open_shard(stream, name, ids[1])?];
        let (one_range, other_range) = (stream.shards[one].range, stream.shards[other].range);
        let (lower, upper) = (one_range.min(other_range), one_range.max(other_range));
        if lower.1.checked_add(1) != Some(upper.0) {
            let message = format!(
                "Shards {} and {} of stream {name} under account {ACCOUNT} are not adjacent.",
                ids[0], ids[1]
            );
            return Err(Refusal::new(&INVALID_ARGUMENT, message));
        }
        stream.open((lower.0, upper.1), vec![one, other], now);
        Ok(Nothing {})
    }
}

/// A stream whose shards can be split and merged.
fn resharded<'a>(state: &'a mut State, of: &OfStream) -> Result<&'a mut Stream, Refusal> {
    let stream = state.stream(name::of(of)?)?;
    match stream.settings.on_demand {
        true => {
            let message = "Only streams in the capacity mode PROVISIONED can be resharded.";
            Err(Refusal::new(&VALIDATION, message))
        }
        false => Ok(stream),
    }
}

/// The position of the shard with this id, which must be open.
fn open_shard(stream: &Stream, name: &str, id: &str) -> Result<usize, Refusal> {
    let index = Shard::index(id).filter(|&index| index < stream.shards.len()).ok_or_else(|| {
        let message = format!("Shard {id} in stream {name} under account {ACCOUNT} does not exist");
        Refusal::new(&RESOURCE_NOT_FOUND, message)
    })?;
    if stream.shards[index].closed.is_some() {
        let message =
            format!("Shard {id} in stream {name} under account {ACCOUNT} was split or merged before.");
        return Err(Refusal::new(&RESOURCE_IN_USE, message));
    }
    Ok(index)
}
