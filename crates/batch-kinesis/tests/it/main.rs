//! The writer against responses that a test made up, and against the strict local server.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod adapter;
mod aggregation;
mod bad_input;
mod connect;
mod delivery;
mod fixture;
mod order;
mod shards;
mod support;

/// What every service passes.
mod suites {
    batchwright_kit::adapter_suite!(crate::fixture::Measurements, created, verdicts, prepared);
}
