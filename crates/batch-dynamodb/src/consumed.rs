use std::sync::{Mutex, PoisonError};

use aws_sdk_dynamodb::types::ConsumedCapacity;

/// The sum of what requests consumed, in capacity units.
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
