#![doc = include_str!("../README.md")]

mod arn;
mod cap;
mod client;
mod codes;
mod credentials;
mod destination;
mod dispatch;
pub mod json;
mod known;
mod plain;
mod refusal;
mod renewal;
mod serializer;
mod written;

pub use arn::{Arn, is_account};
pub use cap::cap_answers;
pub use codes::{Codes, Rule};
pub use destination::{NameOrArn, Naming};
pub use known::{Known, WithoutProtocol};
pub use refusal::{refusal, unreadable};
pub use renewal::Renewal;
pub use serializer::{WriteRequest, swap_serializer};
pub use written::Written;
