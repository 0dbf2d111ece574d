//! The operations that list streams and shards.

use std::ops::Bound;

use super::answer::{Shards, Streams};
use super::call::Kinesis;
use super::code::{EXPIRED_NEXT_TOKEN, INVALID_ARGUMENT};
use super::describe::{after, page_size, shards, summary};
use super::name;
use super::position::{Kind, Position};
use super::request::{ListShards, ListStreams, ShardFilter};
use crate::clock::Moment;
use crate::refusal::Refusal;
use crate::validation::{required, violation};

impl Kinesis {
    pub(super) fn list_streams(&self, input: ListStreams) -> Result<Streams, Refusal> {
        let most = page_size("limit", input.limit, 100)?;
        // The token is the last name of the page before: it cannot go stale.
        let after = input.next_token.or(input.exclusive_start_stream_name);
        let after = after.map_or(Bound::Unbounded, Bound::Excluded);
        let state = self.lock();
        let mut streams = state.streams.range((after, Bound::Unbounded));
        let summaries: Vec<_> =
            streams.by_ref().take(most).map(|(name, stream)| summary(name, stream)).collect();
        let names: Vec<String> = summaries.iter().map(|summary| summary.stream_name.clone()).collect();
        let has_more_streams = streams.next().is_some();
        Ok(Streams {
            next_token: names.last().filter(|_| has_more_streams).cloned(),
            stream_names: names,
            stream_summaries: summaries,
            has_more_streams,
        })
    }

    pub(super) fn list_shards(&self, input: &ListShards) -> Result<Shards, Refusal> {
        let most = page_size("maxResults", input.max_results, 1_000)?;
        let now = self.now();
        let page = Page::read(input, now)?;
        let mut state = self.lock();
        let stream = state.stream(&page.stream)?;
        if page.serial.is_some_and(|serial| serial != stream.serial) {
            return Err(name::missing(&page.stream));
        }
        let shards = shards(stream, page.first, most);
        let next = Position {
            kind: Kind::NextToken,
            serial: stream.serial,
            shard: 0,
            at: page.first.saturating_add(shards.len()),
            issued_millis: now.epoch_millis,
            stream: page.stream,
        };
        let next_token = (next.at < stream.shards.len()).then(|| next.to_token());
        Ok(Shards { shards, next_token })
    }
}

/// Which shards are asked for.
struct Page {
    stream: String,
    serial: Option<u64>,
    first: usize,
}

impl Page {
    fn read(input: &ListShards, now: Moment) -> Result<Self, Refusal> {
        let Some(token) = &input.next_token else {
            let start = after(input.exclusive_start_shard_id.as_deref())?;
            let first = start.max(filtered(input.shard_filter.as_ref())?);
            return Ok(Self { stream: name::of(&input.stream)?.to_owned(), serial: None, first });
        };
        if input.stream.stream_name.is_some() || input.exclusive_start_shard_id.is_some() {
            let message =
                "NextToken and StreamName cannot be provided together, nor can ExclusiveStartShardId.";
            return Err(Refusal::new(&INVALID_ARGUMENT, message));
        }
        let position = Position::read(token, Kind::NextToken)
            .ok_or_else(|| Refusal::new(&INVALID_ARGUMENT, "Invalid NextToken."))?;
        if position.is_expired(now) {
            return Err(Refusal::new(
                &EXPIRED_NEXT_TOKEN,
                "NextToken has expired: it is valid for 300 seconds.",
            ));
        }
        Ok(Self { stream: position.stream, serial: Some(position.serial), first: position.at })
    }
}

/// Where the filter lets the list start: all shards are open, from the beginning to the end.
fn filtered(filter: Option<&ShardFilter>) -> Result<usize, Refusal> {
    let Some(filter) = filter else { return Ok(0) };
    match filter.kind.as_str() {
        "AFTER_SHARD_ID" => after(Some(required(filter.shard_id.as_deref(), "shardFilter.shardId")?)),
        "AT_LATEST" | "AT_TIMESTAMP" | "AT_TRIM_HORIZON" | "FROM_TIMESTAMP" | "FROM_TRIM_HORIZON" => Ok(0),
        kind => {
            let constraint = "Member must satisfy enum value set: [AFTER_SHARD_ID, AT_LATEST, AT_TIMESTAMP, AT_TRIM_HORIZON, FROM_TIMESTAMP, FROM_TRIM_HORIZON]";
            Err(violation("shardFilter.type", &format!("'{kind}'"), constraint))
        }
    }
}
