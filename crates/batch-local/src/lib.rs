#![doc = include_str!("../README.md")]

mod answer;
mod broken;
mod clock;
mod fault;
mod injector;
mod json;
mod marks;
mod memory;
mod mount;
mod operations;
mod plan;
mod refusal;
mod requests;
mod route;
mod server;
mod sqs;

pub use broken::Broken;
pub use fault::{BodyPredicate, Chosen, Fault};
pub use mount::Listening;
pub use plan::FaultPlan;
pub use requests::Requests;
pub use server::{LocalServer, LocalServerBuilder};
pub use sqs::{AppliedBatch, AttributeValue, MessageAttribute, SqsView, StoredMessage};
