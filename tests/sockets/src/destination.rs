//! What the programs need to know about a destination. A further one is a file beside `destination/sqs.rs` and a
//! line in the list below.

mod cloudwatch;
mod dynamodb;
mod kinesis;
mod sqs;

use std::future::Future;

use anyhow::Result;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use batch_core::{Settings, Writer};
use batch_local::LocalServer;
use clap::ValueEnum;

/// One kind of destination.
pub(crate) trait Destination: Sized + Send + Sync + 'static {
    /// What its writer sends with.
    type Service: batch_core::Service;

    /// When it may hold an entry twice.
    const COPIES: Copies;

    /// How many lanes the entries have in turn; 0 where there are none.
    const LANES: u64;

    /// The most entries of a request, here.
    const REQUEST_ENTRIES: usize;

    /// What it refuses when it is asked too much.
    const THROTTLES: Throttles;

    /// The destination behind this endpoint; nothing is sent.
    fn open(config: &SdkConfig) -> Self;

    /// Makes it on the server.
    fn create(&self) -> impl Future<Output = Result<()>> + Send;

    /// A writer to it, as a user gets it.
    fn writer(&self, settings: Settings) -> Result<Writer<Self::Service>>;

    /// Entry `number`, with so many bytes of content where it has any.
    fn entry(number: u64, bytes: usize) -> EntryOf<Self>;

    /// The number of an entry.
    fn number(entry: &EntryOf<Self>) -> Option<u64>;

    /// All that the server took, in that order.
    fn held(server: &LocalServer) -> Vec<Held>;

    /// How many entries the server took, also where it holds none of them.
    fn taken(server: &LocalServer) -> u64;
}

/// An entry of a destination.
pub(crate) type EntryOf<D> = <<D as Destination>::Service as batch_core::Service>::Entry;

/// When a destination may hold an entry twice.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Copies {
    /// When an answer says that it may.
    IfMarked,
    /// Never: it recognizes what it already has.
    Never,
}

/// What a service refuses when it is asked too much.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Throttles {
    /// Single entries of a request.
    Entries,
    /// Whole requests.
    Requests,
}

/// An entry as the server holds it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Held {
    /// Which one it is; none if that can no longer be told, because it was altered.
    pub(crate) number: Option<u64>,
    /// Its lane, if it has one.
    pub(crate) lane: Option<String>,
}

/// What is to be done with a destination, whichever it is.
pub(crate) trait Errand {
    /// What comes of it.
    type Output;

    /// Does it.
    fn run<D: Destination>(self) -> impl Future<Output = Self::Output>;
}

macro_rules! destinations {
    ($($name:ident $spelled:literal => $destination:ty,)+) => {
        /// The name of a destination.
        #[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
        pub enum Name {
            $(
                #[doc = stringify!($destination)]
                #[value(name = $spelled)]
                $name,
            )+
        }

        impl Name {
            /// Every destination.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// Does what is to be done with the destination of this name.
            pub(crate) async fn run<E: Errand>(self, errand: E) -> E::Output {
                match self {
                    $(Self::$name => errand.run::<$destination>().await,)+
                }
            }
        }
    };
}

destinations! {
    CloudWatch "cloudwatch" => cloudwatch::Datums,
    DynamoDb "dynamodb" => dynamodb::Items,
    Kinesis "kinesis" => kinesis::Records,
    SqsFifo "sqs-fifo" => sqs::Fifo,
    SqsStandard "sqs-standard" => sqs::Standard,
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}

/// The configuration of every client: no TLS, and credentials that open nothing.
pub(crate) fn config(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("local", "local", None, None, "local");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::from_static("us-east-1"))
        .build()
}

/// The content of entry `number`: so many bytes, or as many as the number needs. Every byte follows from the number.
fn content(number: u64, bytes: usize) -> String {
    let mut content = format!("entry-{number:012}-");
    let letter = char::from(b'a' + (number % 26) as u8);
    content.extend(std::iter::repeat_n(letter, bytes.saturating_sub(content.len())));
    content
}

/// Which entry has this content, unless that was altered.
fn number_of(text: &str) -> Option<u64> {
    let number = text.strip_prefix("entry-")?.get(..12)?.parse().ok()?;
    (text == content(number, text.len())).then_some(number)
}

/// The lane of entry `number`, where there are so many.
fn lane(number: u64, lanes: u64) -> Option<String> {
    number.checked_rem(lanes).map(|lane| format!("lane-{lane}"))
}

#[cfg(test)]
mod tests {
    use super::{content, number_of};

    #[test]
    fn a_content_tells_its_number_unless_it_was_altered() {
        for bytes in [0, 19, 20, 1_000] {
            let text = content(27, bytes);
            assert_eq!(text.len(), bytes.max(19));
            assert_eq!(number_of(&text), Some(27));
        }
        let text = content(27, 100);
        assert_eq!(number_of(&text.replace("bb", "bc")), None);
        assert_eq!(number_of(&text.replace("27", "28")), None);
        assert_eq!(number_of("é".repeat(30).as_str()), None);
    }
}
