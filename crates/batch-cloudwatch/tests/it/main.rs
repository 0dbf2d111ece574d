//! The writer against responses that a test made up, and against the strict local server.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod adapter;
mod bad_input;
mod bounded;
mod cbor;
mod compression;
mod delivery;
mod fixture;
mod merging;
#[cfg(feature = "recorder")]
mod recorder;
mod requests;
mod served;
mod support;

/// What every service passes.
mod suites {
    batchwright_kit::adapter_suite!(crate::fixture::Weather);
}

/// What services pass whose later requests are sent with what the SDK prepared for the first.
mod uncompressed {
    batchwright_kit::prepared!(crate::fixture::Uncompressed);
}
