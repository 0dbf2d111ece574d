//! Clients, delivery streams and records for the tests.

use aws_sdk_firehose::Client;
use aws_sdk_firehose::config::retry::RetryConfig;
use aws_sdk_firehose::config::{BehaviorVersion, Builder, Credentials, Region};
use aws_sdk_firehose::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_firehose::operation::put_record_batch::{PutRecordBatchError, PutRecordBatchOutput};
use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types::Record;
use batch_local::LocalServer;

pub(crate) type Put = Result<PutRecordBatchOutput, SdkError<PutRecordBatchError>>;

pub(crate) const THROTTLED: &str = "ServiceUnavailableException";

pub(crate) fn config(server: &LocalServer) -> Builder {
    aws_sdk_firehose::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new("local", "local", None, None, "static"))
        .region(Region::new("us-east-1"))
        .endpoint_url("http://localhost:4573")
        .retry_config(RetryConfig::disabled())
        .http_client(server.http_client())
}

/// The client, which does not retry, of a server with a delivery stream `s`.
pub(crate) async fn client_of(server: &LocalServer) -> Client {
    let client = Client::from_conf(config(server).build());
    client.create_delivery_stream().delivery_stream_name("s").send().await.unwrap();
    client
}

/// A server with a delivery stream `s`, and a client that does not retry.
pub(crate) async fn with_stream() -> (LocalServer, Client) {
    let server = LocalServer::new();
    let client = client_of(&server).await;
    (server, client)
}

pub(crate) fn record(data: impl Into<Vec<u8>>) -> Record {
    Record::builder().data(Blob::new(data)).build().unwrap()
}

pub(crate) async fn put(client: &Client, records: Vec<Record>) -> Put {
    client.put_record_batch().delivery_stream_name("s").set_records(Some(records)).send().await
}

/// What became of a request: `ok`, the code of the whole request (`whole X`), or those of its failed records (`0 X`).
pub(crate) fn outcome(put: Put) -> String {
    match put {
        Err(error) => format!("whole {}", error.code().unwrap_or("without a code")),
        Ok(output) => {
            let failed = output.request_responses.iter().enumerate().filter_map(|(index, result)| {
                assert_eq!(result.record_id.is_none(), result.error_code.is_some());
                result.error_code.as_ref().map(|code| format!("{index} {code}"))
            });
            let failed: Vec<String> = failed.collect();
            assert_eq!(output.failed_put_count, i32::try_from(failed.len()).unwrap());
            if failed.is_empty() { "ok".to_owned() } else { failed.join(", ") }
        }
    }
}
