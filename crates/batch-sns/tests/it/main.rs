//! The writer against responses that a test made up, and against the strict local server.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod adapter;
mod bad_input;
mod delivery;
mod fifo;
mod fixture;
mod support;

/// What every service passes.
mod suites {
    batchwright_kit::adapter_suite!(crate::fixture::Topic, created, verdicts, prepared);
    batchwright_kit::fifo_suite!(crate::fifo::FifoTopic);
}
