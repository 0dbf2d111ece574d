#![doc = include_str!("../README.md")]

mod cap;
mod class;
mod codes;
mod dispatch;
pub mod json;
mod plain;
mod refusal;
mod serializer;

pub use cap::cap_answers;
pub use class::Class;
pub use codes::{Codes, Rule};
pub use refusal::Refusal;
pub use serializer::{WriteRequest, swap_serializer};
