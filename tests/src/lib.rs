//! The suites that cross crates. The examples of the repository's README are compiled here.

/// The README, whose examples are doc tests of this crate.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
