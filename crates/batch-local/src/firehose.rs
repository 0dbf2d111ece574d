//! Amazon Data Firehose, as far as writing goes: what comes of a record after its delivery stream accepted it is not
//! shown to a producer.

mod call;
mod code;
mod name;
mod operation;
mod put;
mod request;
mod state;
mod view;

pub(crate) use call::Firehose;
pub(crate) use code::DIALECT;
pub(crate) use operation::Operation;
pub use state::StoredFirehoseRecord;
pub use view::FirehoseView;
