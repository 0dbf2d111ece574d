//! The operations that list streams and shards.

use std::ops::Bound;

use super::answer::{Shards, Streams};
use super::call::Kinesis;
use super::code::{EXPIRED_NEXT_TOKEN, INVALID_ARGUMENT};
use super::describe::{after, described, page_size, summary};
use super::filter::Filter;
use super::name;
use super::position::{Kind, Position};
use super::request::{ListShards, ListStreams};
use crate::clock::Moment;
use crate::refusal::Refusal;

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
        let mut listed = page.filter.of(stream).skip_while(|&(index, _)| index < page.first);
        let shards = listed.by_ref().take(most).map(|(index, shard)| described(index, shard)).collect();
        let next_token = listed.next().map(|(at, _)| {
            let next = Position {
                kind: Kind::NextToken,
                serial: stream.serial,
                shard: page.filter.to_number(),
                at,
                issued_millis: now.epoch_millis,
                stream: page.stream.clone(),
            };
            next.to_token()
        });
        Ok(Shards { shards, next_token })
    }
}

/// Which shards are asked for.
struct Page {
    stream: String,
    serial: Option<u64>,
    first: usize,
    filter: Filter,
}

impl Page {
    fn read(input: &ListShards, now: Moment) -> Result<Self, Refusal> {
        let Some(token) = &input.next_token else {
            let start = after(input.exclusive_start_shard_id.as_deref())?;
            let (first, filter) = Filter::read(input.shard_filter.as_ref(), now)?;
            let stream = name::of(&input.stream)?.to_owned();
            return Ok(Self { stream, serial: None, first: first.max(start), filter });
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
        let filter = Filter::of_number(position.shard);
        Ok(Self { stream: position.stream, serial: Some(position.serial), first: position.at, filter })
    }
}
