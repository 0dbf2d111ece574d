//! The suites that cross crates.
