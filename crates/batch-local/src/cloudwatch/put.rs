//! The operation that writes.

use super::call::CloudWatch;
use super::code::DIALECT;
use super::datum::StoredDatum;
use super::datum_rules::{self, Member};
use super::parameter::{check_length, required, wrong};
use super::text::check_namespace;
use super::wire::{Datum, MOST_DATUMS, PutMetricData};
use crate::history::AppliedBatch;
use crate::injector::Drawn;
use crate::marks::Marks;
use crate::refusal::Refusal;

impl CloudWatch {
    /// Stores all or nothing; `bytes` is the size of the request before it was compressed.
    pub(super) fn put_metric_data(
        &self,
        input: PutMetricData,
        bytes: usize,
        drawn: &Drawn,
    ) -> Result<(), Refusal> {
        let datums = input.metric_data.unwrap_or_default();
        let marks = Marks::drawn(drawn, &DIALECT, &texts(&datums, drawn))?;
        if input.entity_metric_data.is_some_and(|entities| !entities.is_empty()) {
            return Err(wrong("The parameter EntityMetricData is not served here.".to_owned()));
        }
        let namespace = required(input.namespace, "Namespace")?;
        check_namespace(&namespace)?;
        let batch = AppliedBatch { entries: datums.len(), bytes };
        let now = self.now();
        let datums = read(datums, |datum, place| datum_rules::read(datum, place, now))?;
        if let Some(mark) = (0..datums.len()).find_map(|index| marks.at(index)) {
            return Err(mark.refusal(&DIALECT));
        }
        self.lock().accept(namespace, datums, batch, now)
    }
}

fn read(
    datums: Vec<Datum>,
    read: impl Fn(Datum, Member<'_, &str>) -> Result<StoredDatum, Refusal>,
) -> Result<Vec<StoredDatum>, Refusal> {
    let datums = required(Some(datums).filter(|datums| !datums.is_empty()), METRIC_DATA)?;
    check_length(&datums, MOST_DATUMS, METRIC_DATA)?;
    let place = |index| Member { list: &METRIC_DATA, index };
    datums.into_iter().enumerate().map(|(index, datum)| read(datum, place(index))).collect()
}

/// What the predicates of a plan see; nobody looks if nothing goes wrong.
fn texts(datums: &[Datum], drawn: &Drawn) -> Vec<String> {
    if drawn.fault.is_none() { Vec::new() } else { datums.iter().map(text).collect() }
}

/// The name of the metric, and after a space each the dimensions, as `name=value`.
fn text(datum: &Datum) -> String {
    let mut text = datum.metric_name.clone().unwrap_or_default();
    for dimension in datum.dimensions.iter().flatten() {
        text.push(' ');
        text.push_str(dimension.name.as_deref().unwrap_or_default());
        text.push('=');
        text.push_str(dimension.value.as_deref().unwrap_or_default());
    }
    text
}

const METRIC_DATA: &str = "MetricData";
