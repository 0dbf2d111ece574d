//! Chapters on the whole, for reading. This module is part of the documentation alone and holds no
//! code.

#[doc = include_str!("../docs/coming-from-boto3-batch-utils.md")]
pub mod coming_from_boto3_batch_utils {}

#[doc = include_str!("../docs/what-happens-when.md")]
pub mod what_happens_when {}
