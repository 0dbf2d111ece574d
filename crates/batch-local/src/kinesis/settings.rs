use super::code::INVALID_ARGUMENT;
use super::request::CreateStream;
use crate::refusal::Refusal;
use crate::validation::{violation, within};

/// What a stream was told to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub(super) on_demand: bool,
    pub(super) max_record_size_in_kib: u64,
    pub(super) strategy: Strategy,
}

/// Who chooses the shard of a record.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Strategy {
    Auto,
    UserPartitionKey,
}

impl Settings {
    /// The settings of a new stream, and how many shards it has.
    pub(super) fn new(input: &CreateStream) -> Result<(Self, usize), Refusal> {
        let on_demand = is_on_demand(input)?;
        let shards = shard_count(input.shard_count, on_demand)?;
        let max_record_size_in_kib = check_max_record_size(input.max_record_size_in_kib.unwrap_or(1_024))?;
        let mut settings = Self { on_demand, max_record_size_in_kib, strategy: Strategy::UserPartitionKey };
        if let Some(strategy) = &input.record_distribution_strategy {
            settings.set_strategy(strategy)?;
        }
        Ok((settings, shards))
    }

    /// Refused if the stream cannot distribute records itself.
    pub(super) fn set_strategy(&mut self, name: &str) -> Result<(), Refusal> {
        let strategy = Strategy::named(name)?;
        if strategy == Strategy::Auto && !self.on_demand {
            let message = "The record distribution strategy AUTO is only supported for on-demand streams.";
            return Err(Refusal::new(&INVALID_ARGUMENT, message));
        }
        self.strategy = strategy;
        Ok(())
    }

    /// The most that a record's data and partition key may have together.
    pub(super) fn max_record_bytes(&self) -> usize {
        usize::try_from(self.max_record_size_in_kib << 10).unwrap_or(usize::MAX)
    }

    pub(super) fn mode(&self) -> &'static str {
        if self.on_demand { ON_DEMAND } else { PROVISIONED }
    }
}

impl Strategy {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Auto => "AUTO",
            Self::UserPartitionKey => "USER_PARTITION_KEY",
        }
    }

    fn named(name: &str) -> Result<Self, Refusal> {
        [Self::Auto, Self::UserPartitionKey].into_iter().find(|strategy| strategy.name() == name).ok_or_else(
            || {
                let constraint = "Member must satisfy enum value set: [AUTO, USER_PARTITION_KEY]";
                violation("recordDistributionStrategy", &format!("'{name}'"), constraint)
            },
        )
    }
}

/// Refuses a size of records that no stream can have.
pub(super) fn check_max_record_size(kib: i64) -> Result<u64, Refusal> {
    within("maxRecordSizeInKiB", kib, 1_024..=10_240)
}

fn is_on_demand(input: &CreateStream) -> Result<bool, Refusal> {
    let Some(details) = &input.stream_mode_details else { return Ok(false) };
    match details.stream_mode.as_str() {
        ON_DEMAND => Ok(true),
        PROVISIONED => Ok(false),
        mode => {
            let constraint = "Member must satisfy enum value set: [PROVISIONED, ON_DEMAND]";
            Err(violation("streamModeDetails.streamMode", &format!("'{mode}'"), constraint))
        }
    }
}

fn shard_count(given: Option<i64>, on_demand: bool) -> Result<usize, Refusal> {
    match given {
        None if on_demand => Ok(SHARDS_ON_DEMAND),
        None => Err(violation("shardCount", "null", "Member must not be null in the mode PROVISIONED")),
        Some(count) if on_demand => {
            let constraint = "Member must be null in the mode ON_DEMAND";
            Err(violation("shardCount", &format!("'{count}'"), constraint))
        }
        Some(count) => {
            let count = within("shardCount", count, 1..=u64::from(u32::MAX))?;
            Ok(usize::try_from(count).unwrap_or(usize::MAX))
        }
    }
}

const ON_DEMAND: &str = "ON_DEMAND";
const PROVISIONED: &str = "PROVISIONED";
/// What a new on-demand stream starts with.
const SHARDS_ON_DEMAND: usize = 4;
