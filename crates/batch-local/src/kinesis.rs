//! Amazon Kinesis Data Streams.

mod answer;
mod call;
mod code;
mod describe;
mod draft;
mod filter;
mod hash_key;
mod list;
mod manage;
mod meter;
mod name;
mod operation;
mod position;
mod put;
mod read;
mod record;
mod request;
mod reshard;
mod sequence;
mod settings;
mod shard;
mod state;
mod stream;
mod view;

pub(crate) use call::Kinesis;
pub(crate) use code::DIALECT;
pub(crate) use operation::Operation;
pub use record::StoredRecord;
pub use view::KinesisView;
