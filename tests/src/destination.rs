//! What the suites need to know about a destination, and what its entries look like. A further one is a file beside
//! `destination/sqs.rs` and a line in the list below.

mod cloudwatch;
mod dynamodb;
mod kinesis;
mod sqs;

use std::fmt::Debug;
use std::future::Future;

use aws_sdk_sqs::config::SharedHttpClient;
use batch_core::Service;
use batch_local::{Chosen, Fault, FaultPlan, LocalServer};

pub use cloudwatch::Datums;
pub use dynamodb::Items;
pub use kinesis::{Keyed, Spread};
pub use sqs::{Fifo, Standard};

/// Calls a macro with every destination, each by its name and its type.
#[macro_export]
macro_rules! with_every_destination {
    ($then:ident) => {
        $then! {
            cloudwatch_datums: $crate::Datums,
            dynamodb_items: $crate::Items,
            kinesis_keyed: $crate::Keyed,
            kinesis_spread: $crate::Spread,
            sqs_fifo: $crate::Fifo,
            sqs_standard: $crate::Standard,
        }
    };
}

/// One kind of destination, mounted on a server.
pub trait Destination: Sized + Send + Sync + 'static {
    /// What the writer sends with.
    type Service: Service<Response: Debug>;

    /// The operation that writes, as the server counts it.
    const OPERATION: &'static str;

    /// The most entries of a request.
    const BATCH: usize;

    /// A size of an entry's content, in bytes, of which exactly so many fit into a request.
    const LARGE: (usize, usize);

    /// When the destination may hold an entry twice.
    const COPIES: Copies;

    /// How many lanes the entries have in turn; 0 where there are none.
    const LANES: usize;

    /// The status and the code by which the service refuses a request for one bad entry.
    const REFUSAL: (u16, &'static str);

    /// Whether each failure that uses up an attempt leaves doubt about what arrived.
    const LEAVES_DOUBT: bool = false;

    /// Makes the destination on this server, whose HTTP client this is, or one around it.
    fn mount(server: &LocalServer, http: SharedHttpClient) -> impl Future<Output = Self>;

    /// The destination as a service, as a user makes it.
    fn service(&self) -> Self::Service;

    /// An entry with this content, which must be in what the predicates of faults see.
    fn entry(content: String, lane: Option<String>) -> EntryOf<Self>;

    /// The content of an entry.
    fn content(entry: &EntryOf<Self>) -> String;

    /// All that it took, in that order.
    fn held(&self) -> Vec<Held>;

    /// Entries fail with this probability, where a request can fail in part; else requests do.
    fn failing_in_part(rate: f64) -> FaultPlan {
        FaultPlan::always(Fault::partial_failure(Chosen::Rate(rate), "InternalError", false))
    }

    /// The same, such that each failure uses up an attempt and nothing has arrived.
    fn using_up_attempts(rate: f64) -> FaultPlan {
        Self::failing_in_part(rate)
    }
}

/// What is submitted to a destination.
pub type EntryOf<D> = <<D as Destination>::Service as Service>::Entry;

/// When a destination may hold an entry twice.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Copies {
    /// When an answer marks it as maybe doubled or maybe delivered.
    IfMarked,
    /// Never: it recognizes what it already has.
    Never,
}

/// An entry as the destination holds it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Held {
    /// Its content.
    pub content: String,
    /// Its lane, if it has one.
    pub lane: Option<String>,
}

/// What the content of entry `n` begins with, and that of no other.
#[must_use]
pub fn name(n: usize) -> String {
    format!("entry-{n:05}")
}

/// The content of entry `n`, so many bytes of it or as many as its name needs.
#[must_use]
pub fn content(n: usize, bytes: usize) -> String {
    let name = name(n);
    let padding = ".".repeat(bytes.saturating_sub(name.len()));
    name + &padding
}

/// The lane of entry `n`.
#[must_use]
pub fn lane<D: Destination>(n: usize) -> Option<String> {
    n.checked_rem(D::LANES).map(|lane| format!("lane-{lane}"))
}

/// Which entry has this content.
///
/// # Panics
///
/// When the content was altered.
#[must_use]
#[track_caller]
pub fn number(text: &str) -> usize {
    let number = text.get(6..11).and_then(|digits| digits.parse().ok()).expect(text);
    assert_eq!(text, content(number, text.len()), "altered");
    number
}
