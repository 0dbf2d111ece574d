use serde::Serialize;

/// Units that AWS bills for what was sent to a destination, and for the same in single calls.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Billed {
    pub(crate) unit: &'static str,
    pub(crate) sent: u64,
    pub(crate) single: u64,
}

impl Billed {
    pub(crate) fn of(
        unit: &'static str,
        batchwright::sqs::Billed { sent, single }: batchwright::sqs::Billed,
    ) -> Self {
        Self { unit, sent, single }
    }
}
