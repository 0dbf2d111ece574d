//! Amazon SNS: topics, and what is published to them. There are no subscriptions: what a topic accepted is read
//! back from the view.

mod attributes;
mod call;
mod code;
mod draft;
mod form;
mod manage;
mod message;
mod operation;
mod publish;
mod topic;
mod view;

pub(crate) use call::Sns;
pub(crate) use code::DIALECT;
pub(crate) use form::operation;
pub use message::PublishedMessage;
pub(crate) use operation::Operation;
pub use view::SnsView;
