//! The numbers of the service, each with its source.
//!
//! "API" is the Amazon Data Firehose API reference, "guide" the developer guide.

use std::ops::RangeInclusive;

/// Records of a request (API, `PutRecordBatch`).
pub(crate) const REQUEST_RECORDS: usize = 500;

/// Bytes of a request: the data of its records, before base64 (guide, quota: 4 MiB per call; the API reference
/// writes 4 MB).
pub(crate) const REQUEST_BYTES: usize = 4 << 20;

/// Bytes of a record: its data, before base64 (API, `Record`).
pub(crate) const RECORD_BYTES: usize = 1_024_000;

/// Characters of the name of a delivery stream (API, `CreateDeliveryStream`).
pub(crate) const STREAM_NAME: RangeInclusive<usize> = 1..=64;

/// Bytes that are read of a response. The largest has 500 results, each with an id, or a code and a message:
/// this leaves 8 KiB for each.
pub(crate) const RESPONSE_BYTES: usize = 4 << 20;
