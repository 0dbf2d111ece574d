#![doc = include_str!("../README.md")]

mod cap;
mod class;
mod codes;
mod credentials;
mod dispatch;
pub mod json;
mod known;
mod plain;
mod refusal;
mod renewal;
mod serializer;
mod written;

pub use cap::cap_answers;
pub use class::Class;
pub use codes::{Codes, Rule};
pub use known::{Known, WithoutProtocol};
pub use refusal::Refusal;
pub use renewal::Renewal;
pub use serializer::{WriteRequest, swap_serializer};
pub use written::Written;
