//! The writer against responses that a test made up, and against the strict local server.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod adapter;
mod bad_input;
mod capacity;
mod delivery;
mod discovery;
mod endpoints;
mod fixture;
mod keys;
mod share;
mod support;
mod tables;

/// What every service passes.
mod suites {
    batchwright_kit::adapter_suite!(crate::fixture::Orders, created, prepared);
}
