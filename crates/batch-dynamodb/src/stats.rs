use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

use aws_sdk_dynamodb::types::ConsumedCapacity;
use batch_core::Stats;

/// A snapshot of a writer's counters, and of what DynamoDB said that its writes consumed.
///
/// It has all the fields of [`Stats`]: `stats.delivered`, say.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct DynamoDbStats {
    /// The counters that every writer has, taken at one moment.
    pub writer: Stats,
    /// The capacity units that all requests consumed together, of the table and its indexes, as their
    /// answers said; what a request consumed whose answer was lost is not in it. None unless
    /// [`consumed_capacity`](crate::DynamoDbWriterBuilder::consumed_capacity) was asked for.
    pub consumed_capacity_units: Option<f64>,
}

impl Deref for DynamoDbStats {
    type Target = Stats;

    fn deref(&self) -> &Stats {
        &self.writer
    }
}

/// Adds up what requests consumed.
#[derive(Debug, Default)]
pub(crate) struct Consumed(Mutex<f64>);

impl Consumed {
    pub(crate) fn add(&self, capacity: &[ConsumedCapacity]) {
        let units: f64 = capacity.iter().filter_map(ConsumedCapacity::capacity_units).sum();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += units;
    }

    pub(crate) fn units(&self) -> f64 {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
