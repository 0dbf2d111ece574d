//! The limits of a stream, read from the service.

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::types::{RecordDistributionStrategy, StreamDescriptionSummary};
use batch_smithy::{Class, Refusal, cap_answers};

use crate::limits::{DESCRIPTION_BYTES, RECORD_BYTES, STREAM_MAXIMUM_KIB};
use crate::service::renewal;
use crate::{ConnectError, Stream, verdict};

/// What a writer must know of its stream.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Discovered {
    /// The most bytes of a record.
    pub(crate) record_bytes: usize,
    /// Whether the stream distributes its records by itself, whatever their keys.
    pub(crate) distributes: bool,
}

/// Asks for the limits of the stream, with the client as it is: its own retries too. Only credentials that
/// are refused are asked for once more.
pub(crate) async fn describe(client: &Client, stream: &Stream) -> Result<Discovered, ConnectError> {
    let credentials = renewal(client);
    let own = client.config().to_builder().identity_cache(credentials.cache());
    let own = Client::from_conf(own.build());
    let described = credentials.retry(|| summary(&own, stream)).await;
    let summary = described.map_err(|refusal| match refusal.class {
        Class::UnknownDestination => ConnectError::NoSuchStream(refusal.failure),
        _ => ConnectError::NotDescribed(refusal.failure),
    })?;
    let discovered = of_summary(&summary);
    tracing::debug!(target: "batch_kinesis", %stream, ?discovered, "read the limits of the stream");
    Ok(discovered)
}

async fn summary(client: &Client, stream: &Stream) -> Result<StreamDescriptionSummary, Refusal> {
    let request = client.describe_stream_summary();
    let request = request.set_stream_name(stream.stream_name()).set_stream_arn(stream.stream_arn());
    match request.customize().interceptor(cap_answers(DESCRIPTION_BYTES)).send().await {
        Ok(answer) => {
            // The SDK makes up what a description must have and has not.
            let summary = answer.stream_description_summary.filter(|summary| !summary.stream_arn.is_empty());
            summary.ok_or_else(Refusal::unreadable)
        }
        Err(error) => Err(Refusal::new(error, &verdict::DESCRIBE, || stream.unknown(client))),
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
