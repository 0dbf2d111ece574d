#![doc = include_str!("../README.md")]

mod body;
#[cfg(test)]
mod captured;
mod cbor;
mod clock;
mod cloudwatch;
mod compression;
mod destination;
mod direct;
mod distinct;
mod limits;
mod merge;
mod metric;
mod numbers;
mod pages;
mod series;
mod service;
mod statistics;
mod text;
mod validate;
mod value;
mod verdict;
mod wire;

pub use cloudwatch::{CloudWatch, CloudWatchWriter};
pub use compression::Compression;
pub use destination::Namespace;
pub use merge::Merge;
pub use metric::Metric;
pub use service::SentMetric;
pub use statistics::StatisticSet;
pub use value::MetricValue;

batch_core::re_export_core!();

/// The SDK crate whose client the writer uses, in the version that it uses.
#[doc(no_inline)]
pub use aws_sdk_cloudwatch;

#[doc(no_inline)]
pub use aws_sdk_cloudwatch::primitives::DateTime;
#[doc(no_inline)]
pub use aws_sdk_cloudwatch::types::StandardUnit;
