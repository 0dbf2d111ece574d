// Its program with a recorder needs the feature.
#![cfg_attr(any(not(doctest), feature = "recorder"), doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod blocks;
mod body;
mod buckets;
#[cfg(test)]
mod captured;
mod cbor;
mod clock;
mod cloudwatch;
mod compression;
mod destination;
mod direct;
mod distinct;
mod identity;
mod limits;
mod merge;
mod metric;
mod numbers;
mod pages;
#[cfg(feature = "recorder")]
mod recorder;
mod series;
mod service;
mod statistics;
mod tally;
mod text;
mod texts;
mod unit;
mod usage;
mod validate;
mod value;
mod verdict;
mod wire;

pub use cloudwatch::{CloudWatch, CloudWatchWriter};
pub use compression::Compression;
pub use destination::Namespace;
pub use merge::Merge;
pub use metric::Metric;
#[cfg(feature = "recorder")]
pub use recorder::{InstallError, Recorder, RecorderError, RecorderStats};
pub use series::{RecordError, Series};
pub use service::SentMetric;
pub use statistics::StatisticSet;
pub use usage::Usage;
pub use value::MetricValue;

batch_core::re_export_core!();

#[doc(no_inline)]
pub use batch_smithy::{Billed, Cost};

/// The SDK crate whose client the writer uses, in the version that it uses.
#[doc(no_inline)]
pub use aws_sdk_cloudwatch;

/// The crate whose recorder [`Recorder`] is, in the version that it is one of: with another one, nothing is
/// recorded.
#[cfg(feature = "recorder")]
#[doc(no_inline)]
pub use ::metrics;

#[doc(no_inline)]
pub use aws_sdk_cloudwatch::primitives::DateTime;
#[doc(no_inline)]
pub use aws_sdk_cloudwatch::types::StandardUnit;
