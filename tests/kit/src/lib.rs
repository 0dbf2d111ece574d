//! What the tests of every service share: what a destination is ([`Destination`]), responses that a test makes up
//! ([`Canned`]), and the suites that every adapter passes ([`adapter_suite!`]).
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read and pass the paused time, and one that cannot go on panics"
)]

mod adapter_suite;
mod aggregates;
mod canned;
mod clock;
mod content;
mod damage;
mod destination;
mod fifo;
mod fixture;
mod keys;
mod meaning;
mod mounted;
mod response;
mod setup;
mod shown;
pub mod suite;

pub use aggregates::{Deaggregated, deaggregated};
pub use canned::{Canned, Request};
pub use clock::{now, pass};
pub use content::{content, lane, mentioned, name, number, unaltered};
pub use damage::{failed_result, read_alike};
pub use destination::{Copies, Destination, EntryOf, Held, ResponseOf, Throttles};
pub use fifo::{Arrived, Fifo, FifoWriter, Ids, MessageOf};
pub use fixture::{Fixture, Input, Output};
pub use keys::Keys;
pub use meaning::meaning;
pub use mounted::Mounted;
pub use response::Response;
pub use setup::Setup;
pub use shown::{check_sums, codes, failure, report, says, shown};
