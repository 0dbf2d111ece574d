#![doc = include_str!("../README.md")]

mod body;
mod capacity;
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
mod parts;
mod primary_key;
#[cfg(test)]
mod samples;
mod serializer;
mod service;
mod table_keys;
mod tables;
mod typed_json;
mod usage;
mod validate;
mod verdict;
mod wire;
mod write;
mod write_json;

pub use destination::Table;
pub use dynamodb::{DynamoDb, DynamoDbWriter};
pub use error::ItemError;
pub use item::item_bytes;
pub use key::ScalarType;
pub use primary_key::PrimaryKey;
pub use service::SentWrite;
pub use usage::Usage;
pub use write::Write;

batch_core::re_export_core!();

#[doc(no_inline)]
pub use batch_smithy::{Billed, Cost};

/// The value of an attribute, as the SDK has it.
#[doc(no_inline)]
pub use aws_sdk_dynamodb::types::AttributeValue;

/// The SDK crate whose client the writer uses, in the version that it uses.
#[doc(no_inline)]
pub use aws_sdk_dynamodb;
