use std::collections::BTreeMap;
use std::sync::Arc;

use super::datum::StoredDatum;
use super::metric::{Metric, MetricId};
use crate::clock::Moment;
use crate::history::{AppliedBatch, History};
use crate::memory::{Memory, weight};
use crate::refusal::Refusal;

/// Everything that requests read and change.
#[derive(Debug)]
pub(super) struct State {
    pub(super) namespaces: BTreeMap<String, Namespace>,
    memory: Memory,
}

/// What one namespace was sent.
#[derive(Debug, Default)]
pub(super) struct Namespace {
    pub(super) history: History<StoredDatum>,
    pub(super) metrics: BTreeMap<MetricId, Metric>,
}

impl State {
    pub(super) fn new(keeps: bool, capacity: usize) -> Self {
        Self { namespaces: BTreeMap::new(), memory: Memory::new(keeps, capacity) }
    }

    /// Stores the datums of one request, in this order.
    pub(super) fn accept(
        &mut self,
        namespace: String,
        datums: Vec<StoredDatum>,
        batch: AppliedBatch,
        now: Moment,
    ) -> Result<(), Refusal> {
        let added = datums.iter().map(|datum| weight(datum.bytes())).sum();
        self.memory.check_room(added)?;
        let keeps = self.memory.keeps();
        let namespace = self.namespaces.entry(namespace).or_default();
        if keeps {
            namespace.history.batches.push(batch);
            self.memory.remember(added);
        }
        for datum in datums {
            namespace.history.count += 1;
            if keeps {
                namespace.keep(datum, now);
            }
        }
        Ok(())
    }
}

impl Namespace {
    fn keep(&mut self, datum: StoredDatum, now: Moment) {
        let bytes = datum.bytes();
        let datum = Arc::new(datum);
        let metric = self.metrics.entry(MetricId::of(&datum)).or_default();
        metric.datums.push(Arc::clone(&datum));
        metric.reported_millis = now.epoch_millis;
        self.history.push(datum, bytes);
    }
}
