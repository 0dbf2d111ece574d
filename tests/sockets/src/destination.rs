//! What the programs write to: the destinations of the suites, by their names. A further one is a line in the list below.

use std::future::Future;

use anyhow::Result;
use batch_core::{Settings, Writer};
use batch_local::LocalServer;
use batchwright_tests::{
    Datums, Delivered, Fifo, FifoTopic, Items, Keyed, Setup, Standard, Topic, content, lane, unaltered,
};
use clap::ValueEnum;

pub(crate) use batchwright_tests::{Copies, Destination, EntryOf, Throttles};

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
    CloudWatch "cloudwatch" => Datums,
    DynamoDb "dynamodb" => Items,
    Firehose "firehose" => Delivered,
    Kinesis "kinesis" => Keyed,
    SnsFifo "sns-fifo" => FifoTopic,
    SnsStandard "sns-standard" => Topic,
    SqsFifo "sqs-fifo" => Fifo,
    SqsStandard "sqs-standard" => Standard,
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}

/// The destination behind this endpoint; nothing is sent.
pub(crate) fn at<D: Destination>(endpoint: &str) -> D {
    D::open(&Setup::of(Setup::at(endpoint).build()))
}

/// Makes it on the server.
pub(crate) async fn create<D: Destination>(destination: &D) -> Result<()> {
    destination.create().await.map_err(anyhow::Error::from_boxed)
}

/// A writer to it, as a user gets it.
pub(crate) fn writer<D: Destination>(destination: &D, settings: Settings) -> Result<Writer<D::Service>> {
    Ok(Writer::builder(destination.service()).settings(settings).build()?)
}

/// The most entries of a request, here. Where whole requests are throttled, far from what the service allows, so that a
/// small load still fills several requests a second.
pub(crate) fn request_entries<D: Destination>() -> usize {
    match D::THROTTLES {
        Throttles::Entries => D::BATCH,
        Throttles::Requests => D::BATCH.min(20),
    }
}

/// Entry `number`, with so many bytes of content where it has any.
pub(crate) fn entry<D: Destination>(number: u64, bytes: usize) -> EntryOf<D> {
    let number = number as usize;
    D::entry(content(number, bytes), lane::<D>(number))
}

/// The number of an entry, unless it was altered.
pub(crate) fn number<D: Destination>(entry: &EntryOf<D>) -> Option<u64> {
    unaltered(&D::content(entry)).map(|number| number as u64)
}

/// The numbers of all that the server took, in that order; none for what was altered.
pub(crate) fn held<D: Destination>(server: &LocalServer) -> Vec<Option<u64>> {
    let number = |content: &str| unaltered(content).map(|number| number as u64);
    D::held(server).iter().map(|held| number(&held.content)).collect()
}
