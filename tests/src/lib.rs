//! The suites that cross crates, and what they share: every destination.
#![expect(clippy::unwrap_used, reason = "a suite that cannot go on panics")]

mod deep;
mod destination;
mod keys;

pub use deep::play;
pub use destination::{
    Copies, Datums, Delivered, Destination, EntryOf, Fifo, FifoTopic, Held, Items, Keyed, Mounted, Setup,
    Spread, Standard, Throttles, Topic, content, lane, mentioned, name, number, unaltered,
};
pub use keys::out_of_date;
