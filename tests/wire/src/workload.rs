//! The entries of a case, as the raw SDK and as a writer take them: both from the same data.

mod cloudwatch;
mod dynamodb;
mod firehose;
mod kinesis;
mod sns;
mod sqs;

use std::future::Future;
use std::ops::Range;

use anyhow::Result;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use batch_core::{Service, Settings, Writer};

use crate::case::{Name, Shape};

/// How to send entries of one shape to one service. Entries have numbers, from which everything in them
/// follows.
pub(crate) trait Workload: Clone + Send + Sync + 'static {
    /// What the writer sends with.
    type Service: Service;

    /// A client of its own for the server behind this endpoint.
    fn open(shape: Shape, endpoint: &str) -> Self;

    /// How many of these entries a request may carry at most.
    fn request_entries(&self) -> u64;

    /// The entry of this number, as the writer takes it.
    fn entry(&self, number: u64) -> EntryOf<Self>;

    /// A writer, as a user makes it.
    fn writer(&self, settings: Settings) -> Result<Writer<Self::Service>>;

    /// Sends the entry of this number in a request of its own, and checks the response.
    fn single(&self, number: u64) -> impl Future<Output = Result<()>> + Send;

    /// Sends the entries of these numbers in one request, and checks the response for failures.
    fn batch(&self, numbers: Range<u64>) -> impl Future<Output = Result<()>> + Send;
}

/// An entry of a workload.
pub(crate) type EntryOf<W> = <<W as Workload>::Service as Service>::Entry;

/// What is to be done with a workload, whichever it is.
pub(crate) trait Errand {
    /// What comes of it.
    type Output;

    /// Does it.
    fn run<W: Workload>(self, workload: W) -> impl Future<Output = Self::Output> + Send;
}

/// Does it with the workload of this shape.
pub(crate) async fn run<E: Errand>(errand: E, shape: Shape, endpoint: &str) -> E::Output {
    match shape.service {
        Name::CloudWatch => errand.run(cloudwatch::Metrics::open(shape, endpoint)).await,
        Name::DynamoDb => errand.run(dynamodb::Puts::open(shape, endpoint)).await,
        Name::Firehose => errand.run(firehose::Records::open(shape, endpoint)).await,
        Name::Kinesis => errand.run(kinesis::Records::open(shape, endpoint)).await,
        Name::SnsStandard => errand.run(sns::Messages::open(shape, endpoint)).await,
        Name::SqsFifo | Name::SqsStandard => errand.run(sqs::Messages::open(shape, endpoint)).await,
    }
}

/// The configuration of the client, the same for every arm: the SDK's defaults, but no TLS.
fn config(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("local", "local", None, None, "local");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::from_static("us-east-1"))
        .build()
}

/// A content of this many bytes. Nothing in it has to be escaped.
fn content(bytes: usize) -> String {
    LETTERS.chars().cycle().take(bytes).collect()
}

const LETTERS: &str = "the quick brown fox jumps over the lazy dog ";
