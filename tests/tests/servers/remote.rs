//! What the suite needs to know about a destination on a server that others wrote.

use async_trait::async_trait;
use batch_core::{Service, Settings, Writer};

use crate::endpoint::Endpoint;

/// One kind of destination, reached over HTTP and read back through the SDK.
#[async_trait]
pub(crate) trait Remote: Sized + Send + Sync {
    type Service: Service;

    /// The most entries of a request.
    const BATCH: usize;

    /// How many lanes the entries have in turn; 0 where there are none.
    const LANES: usize;

    /// Texts that it must keep as they are.
    const TEXTS: &'static [&'static str] =
        &["plain", "quotes \" and \\ and /", "tab\tand\nline", "äöü €", "emoji \u{1f600}", "<&>'"];

    /// What must be refused, by us at `submit` and by the server when it is sent all the same.
    const FORBIDDEN: &'static [&'static str];

    /// Makes the destination; `name` is no other's.
    async fn create(endpoint: &Endpoint, name: &str) -> Self;

    /// A writer to it, with limits that this server can bear.
    fn writer(&self, settings: Settings) -> Writer<Self::Service>;

    /// A writer to the same destination on another server.
    fn elsewhere(&self, endpoint: &Endpoint, settings: Settings) -> Writer<Self::Service>;

    /// A writer to a destination that does not exist; nothing where there is no such thing.
    fn astray(&self) -> Option<Writer<Self::Service>>;

    /// Entry `n` with this text, in this lane.
    fn entry(&self, n: usize, text: &str, lane: usize) -> EntryOf<Self>;

    /// All that it holds, in the order of each lane, as `(n, text, lane)`; patient where the server
    /// takes its time.
    async fn held(&self, expected: usize) -> Vec<Held>;

    /// An entry with something forbidden.
    fn forbidden(&self, what: &str) -> EntryOf<Self>;

    /// Sends the same by hand, past the writer's own checks; whether the server refused it.
    async fn refuses(&self, what: &str) -> bool;
}

pub(crate) type EntryOf<R> = <<R as Remote>::Service as Service>::Entry;

/// An entry as the server holds it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Held {
    pub(crate) n: usize,
    pub(crate) text: String,
    pub(crate) lane: usize,
}
