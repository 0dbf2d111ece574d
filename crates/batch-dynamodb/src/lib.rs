#![doc = include_str!("../README.md")]

mod body;
mod consumed;
mod decode;
mod destination;
mod discovery;
mod dynamodb;
mod encoded;
mod error;
mod item;
mod json;
mod key;
mod kind;
mod limits;
mod number;
mod partition_key;
#[cfg(test)]
mod samples;
mod serializer;
mod service;
mod table_keys;
mod validate;
mod verdict;
mod wire;
mod write;

pub use destination::Table;
pub use dynamodb::{DynamoDb, DynamoDbWriter};
pub use error::ItemError;
pub use item::item_bytes;
pub use key::ScalarType;
pub use service::SentWrite;
pub use write::Write;

batch_core::re_export_core!();

/// The value of an attribute, as the SDK has it.
#[doc(no_inline)]
pub use aws_sdk_dynamodb::types::AttributeValue;

/// The SDK crate whose client the writer uses, in the version that it uses.
#[doc(no_inline)]
pub use aws_sdk_dynamodb;
