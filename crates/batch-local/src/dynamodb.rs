//! Amazon DynamoDB.

mod applied_write;
mod batch;
mod batch_rules;
mod call;
mod change;
mod code;
mod consumed;
mod definition;
mod definition_rules;
mod describe;
mod get;
mod item;
mod key;
mod manage;
mod number;
mod operation;
mod put_delete;
mod read;
mod scan;
mod schema;
mod state;
mod table;
mod value;
mod view;
mod wire;

pub use applied_write::AppliedWrite;
pub(crate) use call::DynamoDb;
pub(crate) use code::DIALECT;
pub use item::StoredItem;
pub(crate) use operation::Operation;
pub use view::DynamoDbView;
