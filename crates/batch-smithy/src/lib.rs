#![doc = include_str!("../README.md")]

mod arn;
mod cap;
pub mod check;
mod client;
mod codes;
mod credentials;
mod deduplication;
mod destination;
mod dispatch;
mod endpoint;
mod entry_ids;
mod hooks;
pub mod json;
mod known;
mod linger;
mod orchestrate;
mod plain;
mod positions;
mod prepared;
mod reading;
mod refusal;
mod renewal;
mod serializer;
mod timeouts;
mod upload;
mod usage;
mod written;

pub use arn::{Arn, is_account};
pub use cap::cap_responses;
pub use codes::{Codes, Rule};
pub use deduplication::{DEDUPLICATION_INTERVAL, DeduplicationId, UniqueIds};
pub use destination::{NameOrArn, Naming};
pub use endpoint::reject_empty_endpoint;
pub use entry_ids::EntryIds;
pub use known::{ConfigDefaults, Known};
pub use linger::BILLED_BY_REQUEST;
pub use positions::verdicts_by_position;
pub use prepared::Prepared;
#[doc(hidden)]
pub use prepared::tracing;
pub use reading::KnownDeserializer;
pub use refusal::{refusal, unreadable};
pub use renewal::Renewal;
pub use serializer::{WriteRequest, swap_serializer};
pub use usage::{Billed, Cost, Meter, accepted, requests, units};
pub use written::Written;
