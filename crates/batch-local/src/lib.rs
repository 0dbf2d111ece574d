#![doc = include_str!("../README.md")]

mod account;
mod answer;
mod broken;
mod cbor;
mod clock;
mod cloudwatch;
mod dynamodb;
mod fault;
mod history;
mod inflate;
mod injector;
mod json;
mod kinesis;
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
pub use cloudwatch::{CloudWatchView, StatisticSet, StoredDatum};
pub use dynamodb::{AppliedWrite, DynamoDbView, StoredItem};
pub use fault::{BodyPredicate, Chosen, Fault};
pub use history::AppliedBatch;
pub use kinesis::{KinesisView, StoredRecord};
pub use mount::Listening;
pub use plan::FaultPlan;
pub use requests::Requests;
pub use server::{LocalServer, LocalServerBuilder};
pub use sqs::{AttributeValue, MessageAttribute, SqsView, StoredMessage};
