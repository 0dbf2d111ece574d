//! The limits of a stream, read from the service.

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::types::{RecordDistributionStrategy, StreamDescriptionSummary};
use batch_core::Refusal;
use batch_smithy::lookup_config;

use crate::limits::{DESCRIPTION_BYTES, RECORD_BYTES, STREAM_MAXIMUM_KIB};
use crate::{Stream, verdict};

/// What a writer must know of its stream.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Discovered {
    /// The most bytes of a record.
    pub(crate) record_bytes: usize,
    /// Whether the stream distributes records itself, whatever their keys.
    pub(crate) distributes: bool,
}

/// Asks for the limits of the stream, with the client as it was given: its own retries too. Credentials
/// that the service refuses are renewed once.
pub(crate) async fn describe(given: &Client, stream: &Stream) -> Result<Discovered, Refusal> {
    let (config, credentials) = lookup_config!(aws_sdk_kinesis, given, DESCRIPTION_BYTES);
    let client = Client::from_conf(config.build());
    let summary = credentials.retry(|| summary(&client, stream)).await?;
    let discovered = of_summary(&summary);
    tracing::debug!(target: "batch_kinesis", %stream, ?discovered, "read the limits of the stream");
    Ok(discovered)
}

async fn summary(client: &Client, stream: &Stream) -> Result<StreamDescriptionSummary, Refusal> {
    let request = client.describe_stream_summary();
    let request = request.set_stream_name(stream.stream_name()).set_stream_arn(stream.stream_arn());
    match request.send().await {
        Ok(response) => {
            // The SDK makes up what a description must have and has not.
            let summary =
                response.stream_description_summary.filter(|summary| !summary.stream_arn.is_empty());
            summary.ok_or_else(batch_smithy::unreadable)
        }
        Err(error) => Err(batch_smithy::refusal(error, &verdict::DESCRIBE, || stream.not_found(client))),
    }
}

/// A server that does not know of larger records says nothing of them.
fn of_summary(summary: &StreamDescriptionSummary) -> Discovered {
    let (least, most) = STREAM_MAXIMUM_KIB.into_inner();
    let kib = summary.max_record_size_in_kib().unwrap_or(least).clamp(least, most);
    Discovered {
        record_bytes: usize::try_from(kib).map_or(RECORD_BYTES, |kib| kib << 10),
        distributes: summary.record_distribution_strategy() == Some(&RecordDistributionStrategy::Auto),
    }
}
