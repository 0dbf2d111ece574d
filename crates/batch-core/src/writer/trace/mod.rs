//! Spans of requests, and the spans that they follow from; with the feature `trace` alone.

#[cfg(feature = "trace")]
mod links;
#[cfg(feature = "trace")]
pub mod names;
#[cfg(not(feature = "trace"))]
mod off;
#[cfg(feature = "trace")]
mod span;

#[cfg(feature = "trace")]
pub(super) use links::{Links, Origin, Origins, Tracing};
#[cfg(not(feature = "trace"))]
pub(super) use off::{Inside, Links, Origin, Origins, RequestSpan, Tracing};
#[cfg(feature = "trace")]
pub(super) use span::{Inside, RequestSpan};
