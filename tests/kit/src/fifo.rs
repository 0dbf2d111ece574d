//! What the suite of FIFO destinations needs to know about one.

use std::future::Future;

use batch_core::{Settings, Writer};
use batch_local::LocalServer;

use crate::{Canned, Destination, EntryOf, Fixture, Request, ResponseOf};

/// A FIFO queue or topic, which a local server can hold.
pub trait Fifo: 'static {
    /// The standard queue or topic of the same service.
    type Standard: Fixture;

    /// The code of a message without a deduplication id, where the destination does not deduplicate by content.
    const WITHOUT_ID: &'static str;

    /// What the writer says of it.
    const ADVICE: &'static str;

    /// A server with an empty destination, and a writer to it.
    fn served(settings: Settings) -> impl Future<Output = (LocalServer, FifoWriter<Self>)>;

    /// The same; the writer leaves it to the destination to deduplicate by content, which it does or does not.
    fn deduplicating_by_content(does: bool) -> impl Future<Output = (LocalServer, FifoWriter<Self>)>;

    /// A writer that gets these responses.
    fn through(http: Canned) -> FifoWriter<Self>;

    /// A message of this group, without a deduplication id.
    fn message(body: impl Into<String>, group: impl Into<String>) -> MessageOf<Self>;

    /// The same message with a deduplication id.
    fn with_id(message: MessageOf<Self>, id: &str) -> MessageOf<Self>;

    /// The deduplication id of a message.
    fn id(message: &MessageOf<Self>) -> Option<&str>;

    /// The deduplication id of a request's first message.
    fn sent_id(request: &Request) -> String;

    /// The ids of a message that was accepted.
    fn receipt(response: &ResponseOf<Self::Standard>) -> Ids;

    /// All messages that the destination took, in that order.
    fn accepted(server: &LocalServer) -> Vec<Arrived>;
}

/// What is submitted to a FIFO destination.
pub type MessageOf<F> = EntryOf<<F as Fifo>::Standard>;

/// A writer to a FIFO destination.
pub type FifoWriter<F> = Writer<<<F as Fifo>::Standard as Destination>::Service>;

/// What the service calls a message that it accepted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ids {
    /// Of the message.
    pub message_id: String,
    /// Its place in its group.
    pub sequence_number: Option<String>,
}

/// A message as the destination took it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Arrived {
    /// Its body.
    pub body: String,
    /// Its group.
    pub group: Option<String>,
    /// Its deduplication id, sent or computed.
    pub deduplication_id: Option<String>,
    /// What the service called it.
    pub ids: Ids,
}
