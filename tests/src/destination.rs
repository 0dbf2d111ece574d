//! The destinations that the suites run on. A further one is a file beside `destination/sqs.rs` and a line in the list
//! below.

mod cloudwatch;
mod dynamodb;
mod firehose;
mod kinesis;
mod sns;
mod sqs;

pub use batchwright_kit::{
    Copies, Destination, EntryOf, Held, Mounted, Setup, Throttles, content, lane, mentioned, name, number,
    unaltered,
};

pub use cloudwatch::Datums;
pub use dynamodb::Items;
pub use firehose::Delivered;
pub use kinesis::{Keyed, Spread};
pub use sns::{FifoTopic, Topic};
pub use sqs::{Fifo, Standard};

/// Calls a macro with every destination, each by its name and its type.
#[macro_export]
macro_rules! with_every_destination {
    ($then:ident) => {
        $then! {
            cloudwatch_datums: $crate::Datums,
            dynamodb_items: $crate::Items,
            firehose_delivered: $crate::Delivered,
            kinesis_keyed: $crate::Keyed,
            kinesis_spread: $crate::Spread,
            sns_fifo: $crate::FifoTopic,
            sns_standard: $crate::Topic,
            sqs_fifo: $crate::Fifo,
            sqs_standard: $crate::Standard,
        }
    };
}
