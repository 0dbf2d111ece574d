//! The numbers of the service, each with its source.
//!
//! "API" is the Amazon DynamoDB API reference, "guide" the Amazon DynamoDB developer guide.

use std::ops::RangeInclusive;

/// Puts and deletes of a request (API, `BatchWriteItem`).
pub(crate) const REQUEST_WRITES: usize = 25;

/// Bytes of a request as it is sent, 16 MB (API, `BatchWriteItem`; guide, constraints: a megabyte
/// has 1,048,576 bytes).
pub(crate) const REQUEST_BYTES: usize = 16_777_216;

/// Bytes that are read of a response. The largest that the service sends has all of a request
/// unprocessed; a server that escapes what is not ASCII needs three times as many bytes for it.
pub(crate) const RESPONSE_BYTES: usize = 3 * REQUEST_BYTES + (1 << 20);

/// Bytes that are read of a description of a table, which has some thousand.
pub(crate) const DESCRIPTION_BYTES: usize = 1 << 20;

/// Bytes of an item as it is stored, 400 KB (guide, constraints: a kilobyte has 1,024 bytes).
pub(crate) const ITEM_BYTES: usize = 409_600;

/// Bytes of the name of an attribute (guide, naming rules).
pub(crate) const ATTRIBUTE_NAME_BYTES: usize = 65_535;

/// Bytes of an item for each write unit, 1 KB (guide, read and write operations: a kilobyte has 1,024 bytes).
pub(crate) const UNIT_BYTES: usize = 1_024;

/// Characters of the name of an attribute that is part of a key (API, `KeySchemaElement`).
pub(crate) const KEY_NAME: usize = 255;

/// Bytes of a partition key (guide, constraints).
pub(crate) const PARTITION_KEY_BYTES: usize = 2_048;

/// Bytes of a sort key (guide, constraints).
pub(crate) const SORT_KEY_BYTES: usize = 1_024;

/// Levels of an attribute, itself the first, each list or map in it one more (guide, constraints).
pub(crate) const LEVELS: usize = 32;

/// Significant digits of a number (guide, data types).
pub(crate) const NUMBER_DIGITS: usize = 38;

/// The most that a number counts in an item, in bytes: that of 38 digits in pairs, and one more. The
/// guide gives no figure; consumed capacity shows no larger one.
pub(crate) const NUMBER_BYTES: usize = 21;

/// The powers of ten between which the first digit of a number lies (guide, data types).
pub(crate) const NUMBER_POWERS: RangeInclusive<i64> = -130..=125;

/// Characters of the name of a table (guide, naming rules).
pub(crate) const TABLE_NAME: RangeInclusive<usize> = 3..=255;
