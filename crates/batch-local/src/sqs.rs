//! Amazon SQS.

mod batch_rules;
mod call;
mod code;
mod digest;
mod draft;
mod groups;
mod line;
mod manage;
mod message;
mod message_attributes;
mod operation;
mod queue;
mod receipt;
mod receive;
mod remove;
mod rules;
mod selection;
mod send;
mod settings;
mod shelf;
mod state;
mod text;
mod view;
mod wire;

pub(crate) use call::Sqs;
pub(crate) use code::DIALECT;
pub(crate) use digest::deduplication_id;
pub use message::StoredMessage;
pub(crate) use message_attributes::is_name as is_attribute_name;
pub use message_attributes::{AttributeValue, MessageAttribute};
pub(crate) use operation::Operation;
pub(crate) use text::is_token;
pub use view::SqsView;
