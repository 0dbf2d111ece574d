//! The numbers of the service, each with its source.
//!
//! "API" is the Amazon CloudWatch API reference.

/// Datums of a request (API, `PutMetricData`).
pub(crate) const REQUEST_DATUMS: usize = 1_000;

/// Bytes of a request's body before it is compressed. The limit is "1 MB in size for HTTP POST
/// requests" (API, `PutMetricData`), which leaves open whether that is 1,000,000 or 1,048,576
/// bytes, and whether they are counted before or after compression: this is the smaller of all
/// readings. Where the service counts otherwise all the same, its answer 413 halves the request.
pub(crate) const REQUEST_BYTES: usize = 1_000_000;

/// Bytes that are read of an answer. A success has none, and an error some words.
pub(crate) const RESPONSE_BYTES: usize = 1 << 20;

/// Characters of a namespace (API, `PutMetricData`).
pub(crate) const NAMESPACE: usize = 255;

/// Characters of a metric's name (API, `MetricDatum`).
pub(crate) const METRIC_NAME: usize = 255;

/// Dimensions of a metric (API, `MetricDatum`).
pub(crate) const DIMENSIONS: usize = 30;

/// Characters of a dimension's name (API, `Dimension`).
pub(crate) const DIMENSION_NAME: usize = 255;

/// Characters of a dimension's value (API, `Dimension`).
pub(crate) const DIMENSION_VALUE: usize = 1_024;

/// Different values of a datum (API, `MetricDatum`).
pub(crate) const VALUES: usize = 150;

/// The most that a number may be, 2^360, and its negative the least (API, `MetricDatum`).
pub(crate) const LARGEST_NUMBER: f64 = f64::from_bits((1_023 + 360) << 52);

/// The least magnitude of a number other than 0, 2^-360. The API has given the limits of values as 2^-360
/// to 2^360, and now names the upper one alone; users report that smaller ones are refused.
pub(crate) const SMALLEST_NUMBER: f64 = f64::from_bits((1_023 - 360) << 52);

/// How far in the past a timestamp may lie, in seconds: two weeks (API, `PutMetricData`).
pub(crate) const PAST_SECONDS: i64 = 14 * 24 * 60 * 60;

/// How far in the future a timestamp may lie, in seconds: two hours (API, `PutMetricData`).
pub(crate) const FUTURE_SECONDS: i64 = 2 * 60 * 60;

/// The storage resolutions, in seconds (API, `MetricDatum`).
pub(crate) const STORAGE_RESOLUTIONS: [i32; 2] = [1, 60];

/// Bytes of the largest datum that keeps the other rules, in the form that is sent: the service
/// names no limit of its own. A name, 30 dimensions, a timestamp, 150 values with counts, statistics of them,
/// a unit and a resolution, each as long as it may be.
pub(crate) const DATUM_BYTES: usize = 42_059;
