//! The operations that change streams as a whole.

use super::answer::Nothing;
use super::call::Kinesis;
use super::name;
use super::request::{CreateStream, OfStream, UpdateMaxRecordSize, UpdateStrategy};
use super::settings::{Settings, check_max_record_size};
use crate::refusal::Refusal;
use crate::validation::required;

impl Kinesis {
    pub(super) fn create_stream(&self, input: CreateStream) -> Result<Nothing, Refusal> {
        let (settings, shards) = Settings::new(&input)?;
        let name = required(input.stream_name, "streamName")?;
        name::check(&name)?;
        self.lock().create(name, settings, shards, self.now())?;
        Ok(Nothing {})
    }

    pub(super) fn delete_stream(&self, input: &OfStream) -> Result<Nothing, Refusal> {
        self.lock().delete(name::of(input)?)?;
        Ok(Nothing {})
    }

    pub(super) fn update_max_record_size(&self, input: &UpdateMaxRecordSize) -> Result<Nothing, Refusal> {
        let arn = required(input.stream_arn.as_deref(), "streamARN")?;
        let kib = check_max_record_size(required(input.max_record_size_in_kib, "maxRecordSizeInKiB")?)?;
        self.lock().stream(name::in_arn(arn)?)?.settings.max_record_size_in_kib = kib;
        Ok(Nothing {})
    }

    pub(super) fn update_strategy(&self, input: &UpdateStrategy) -> Result<Nothing, Refusal> {
        let arn = required(input.stream_arn.as_deref(), "streamARN")?;
        let strategy = required(input.record_distribution_strategy.as_deref(), "recordDistributionStrategy")?;
        self.lock().stream(name::in_arn(arn)?)?.settings.set_strategy(strategy)?;
        Ok(Nothing {})
    }
}
