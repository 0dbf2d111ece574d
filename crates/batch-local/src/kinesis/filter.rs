use super::code::INVALID_ARGUMENT;
use super::describe::after;
use super::request::ShardFilter;
use super::shard::Shard;
use super::stream::{RETENTION_HOURS, Stream};
use crate::clock::Moment;
use crate::refusal::Refusal;
use crate::validation::{required, violation};

/// Which shards are listed; times are in milliseconds since 1970.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Filter {
    All,
    OpenAt(u64),
    /// Open at this time, or later.
    Since(u64),
}

impl Filter {
    /// The filter of a request, and the position of the shard that it begins with at the earliest.
    pub(super) fn read(filter: Option<&ShardFilter>, now: Moment) -> Result<(usize, Self), Refusal> {
        let Some(filter) = filter else { return Ok((0, Self::All)) };
        let filtered = match filter.kind.as_str() {
            "AFTER_SHARD_ID" => {
                let first = after(Some(required(filter.shard_id.as_deref(), "shardFilter.shardId")?))?;
                return Ok((first, Self::All));
            }
            "AT_LATEST" => Self::OpenAt(now.epoch_millis),
            "AT_TIMESTAMP" => Self::OpenAt(timestamp(filter)?),
            "AT_TRIM_HORIZON" => Self::OpenAt(now.epoch_millis.saturating_sub(RETENTION_HOURS * 3_600_000)),
            "FROM_TIMESTAMP" => Self::Since(timestamp(filter)?),
            "FROM_TRIM_HORIZON" => Self::All,
            kind => {
                let constraint = "Member must satisfy enum value set: [AFTER_SHARD_ID, AT_LATEST, AT_TIMESTAMP, AT_TRIM_HORIZON, FROM_TIMESTAMP, FROM_TRIM_HORIZON]";
                return Err(violation("shardFilter.type", &format!("'{kind}'"), constraint));
            }
        };
        Ok((0, filtered))
    }

    /// The filter of the page before, as its token has it.
    pub(super) fn of_number(number: usize) -> Self {
        let millis = (number / 3) as u64;
        match number % 3 {
            0 => Self::All,
            1 => Self::OpenAt(millis),
            _ => Self::Since(millis),
        }
    }

    pub(super) fn to_number(self) -> usize {
        let (kind, millis) = match self {
            Self::All => (0, 0),
            Self::OpenAt(millis) => (1, millis),
            Self::Since(millis) => (2, millis),
        };
        usize::try_from(millis).map_or(usize::MAX / 3 * 3, |millis| millis.saturating_mul(3)) + kind
    }

    /// The shards of this stream that it lets through, and their positions.
    pub(super) fn of(self, stream: &Stream) -> impl Iterator<Item = (usize, &Shard)> {
        let created = stream.created_millis;
        stream.shards.iter().enumerate().filter(move |(_, shard)| match self {
            Self::All => true,
            Self::OpenAt(millis) => shard.was_open_at(millis.max(created)),
            Self::Since(millis) => !shard.was_closed_by(millis),
        })
    }
}

fn timestamp(filter: &ShardFilter) -> Result<u64, Refusal> {
    let Some(seconds) = filter.timestamp else {
        let message = format!("A Timestamp must be provided for the shard filter {}.", filter.kind);
        return Err(Refusal::new(&INVALID_ARGUMENT, message));
    };
    // Numbers out of range become the nearest one that is in it.
    Ok((seconds * 1_000.0).round() as u64)
}
