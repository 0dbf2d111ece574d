//! What the suites need to know about a destination, and what its entries look like.

use std::error::Error;
use std::fmt::Debug;
use std::future::Future;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use batch_core::Service;
use batch_local::{Chosen, Fault, FaultPlan, LocalServer};

use crate::{Mounted, Setup};

/// One kind of destination, which a local server can hold.
pub trait Destination: Sized + Send + Sync + 'static {
    /// What the writer sends with.
    type Service: Service<Response: Debug>;

    /// The operation that writes, as the server counts it.
    const OPERATION: &'static str;

    /// The most entries of a request.
    const BATCH: usize;

    /// When the destination may hold an entry twice.
    const COPIES: Copies;

    /// How many lanes the entries have in turn; 0 where there are none.
    const LANES: usize = 0;

    /// A size of an entry's content, in bytes, of which exactly so many fit into a request.
    const LARGE: (usize, usize);

    /// Whether each failure that uses up an attempt leaves doubt about what arrived.
    const LEAVES_DOUBT: bool = false;

    /// The status and the code by which the service refuses a request for one bad entry.
    const REFUSAL: (u16, &'static str);

    /// What the service throttles.
    const THROTTLES: Throttles;

    /// The destination behind a client that is made like this; nothing is sent.
    fn open(setup: &Setup) -> Self;

    /// Makes it on the server.
    fn create(&self) -> impl Future<Output = Result<(), Box<dyn Error + Send + Sync>>> + Send;

    /// The destination as a service, as a user makes it.
    fn service(&self) -> Self::Service;

    /// An entry with this content, which must be in what the predicates of faults see.
    fn entry(content: String, lane: Option<String>) -> EntryOf<Self>;

    /// The content of an entry.
    fn content(entry: &EntryOf<Self>) -> String;

    /// All that the server took, in that order.
    fn held(server: &LocalServer) -> Vec<Held>;

    /// How many entries the server took, also where it holds none of them, or not each.
    fn taken(server: &LocalServer) -> u64;

    /// Entries fail with this probability, where a request can fail in part; else requests do.
    fn failing_in_part(rate: f64) -> FaultPlan {
        FaultPlan::always(Fault::partial_failure(Chosen::Rate(rate), "InternalError", false))
    }

    /// The same, such that each failure uses up an attempt and nothing has arrived.
    fn using_up_attempts(rate: f64) -> FaultPlan {
        Self::failing_in_part(rate)
    }

    /// Makes the destination on this server, whose HTTP client this is, or one around it.
    #[must_use]
    fn mount(server: &LocalServer, http: SharedHttpClient) -> impl Future<Output = Mounted<Self>> {
        Mounted::new(server, http)
    }
}

/// What is submitted to a destination.
pub type EntryOf<D> = <<D as Destination>::Service as Service>::Entry;

/// What the service says of an entry that it accepted.
pub type ResponseOf<D> = <<D as Destination>::Service as Service>::Response;

/// When a destination may hold an entry twice.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Copies {
    /// When an answer marks it as maybe doubled or maybe delivered.
    IfMarked,
    /// Never: it recognizes what it already has.
    Never,
}

/// What a service throttles.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Throttles {
    /// Single entries of a request.
    Entries,
    /// Whole requests.
    Requests,
}

/// An entry as the destination holds it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Held {
    /// Its content.
    pub content: String,
    /// Its lane, if it has one.
    pub lane: Option<String>,
}
