//! A delivery stream, as the suites of all services see it.

use std::error::Error;

use aws_sdk_firehose::Client;
use aws_sdk_firehose::operation::RequestId;
use aws_sdk_firehose::operation::put_record_batch::{PutRecordBatchInput, PutRecordBatchOutput};
use aws_sdk_firehose::primitives::Blob;
use aws_smithy_types::base64;
use batch_firehose::{Firehose, Record};
use batch_local::{LocalServer, StoredFirehoseRecord};
use batchwright_kit::{
    Copies, Destination, Fixture, Held, Input, Output, Request, Response, Setup, Throttles, client,
};
use serde_json::{Value, json};

use crate::support;

/// A delivery stream.
pub(crate) struct Measurements(Client);

impl Destination for Measurements {
    type Service = Firehose;

    const OPERATION: &'static str = "PutRecordBatch";
    const BATCH: usize = 500;
    const COPIES: Copies = Copies::IfMarked;
    const LARGE: (usize, usize) = (83_880, 50);
    const REFUSAL: (u16, &'static str) = (400, "ValidationException");
    const THROTTLES: Throttles = Throttles::Entries;

    fn open(setup: &Setup) -> Self {
        Self(client!(aws_sdk_firehose, setup))
    }

    async fn create(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.0.create_delivery_stream().delivery_stream_name("measurements").send().await?;
        Ok(())
    }

    fn service(&self) -> Firehose {
        Firehose::new(self.0.clone(), "measurements")
    }

    fn entry(content: String, _: Option<String>) -> Record {
        Record::new(content)
    }

    fn content(record: &Record) -> String {
        text(record.data())
    }

    fn held(server: &LocalServer) -> Vec<Held> {
        let held = |record: &StoredFirehoseRecord| Held { content: text(&record.data), lane: None };
        server.firehose().accepted("measurements").iter().map(held).collect()
    }

    fn taken(server: &LocalServer) -> u64 {
        server.firehose().accepted_count("measurements")
    }
}

impl Fixture for Measurements {
    const ACCESS_DENIED: (u16, &'static str) = (400, "AccessDeniedException");
    const EXPIRED: &'static str = "ExpiredTokenException";
    const INTERNAL: &'static str = "InternalFailure";
    const MISSING: &'static str = "ResourceNotFoundException";
    const OPERATIONS: &'static [&'static str] = &["PutRecordBatch"];
    const PERMISSION: &'static str = "firehose:PutRecordBatch";
    const RETRIED: &'static [(u16, &'static str)] =
        &[(500, "ServiceUnavailableException"), (500, "InternalFailure")];
    const SPOILT: &'static [(u16, &'static str)] = &[
        (400, "InvalidArgumentException"),
        (400, "SomethingNew"),
        (400, "ValidationException"),
        (413, "RequestEntityTooLargeException"),
    ];
    const UNKNOWN_KEY: &'static str = "UnrecognizedClientException";

    fn accept(request: &Request) -> Response {
        support::accept(request)
    }

    fn error(status: u16, code: &str) -> Response {
        support::error(status, code)
    }

    /// As far as its base64 is the same whatever follows.
    fn encoded(content: &str) -> Vec<u8> {
        base64::encode(&content[..content.len() / 3 * 3]).into()
    }

    fn read_input(input: &Input) -> Option<Vec<String>> {
        let input: &PutRecordBatchInput = input.downcast_ref()?;
        Some(input.records().iter().map(|record| text(record.data().as_ref())).collect())
    }

    fn alter(input: &mut Input) -> Option<()> {
        let input: &mut PutRecordBatchInput = input.downcast_mut()?;
        for record in input.records.iter_mut().flatten() {
            record.data = Blob::new([record.data.as_ref(), b" and more"].concat());
        }
        Some(())
    }

    fn check_altered(request: &Request, contents: [&str; 2]) {
        let record =
            |content: &str| -> Value { json!({ "Data": base64::encode(format!("{content} and more")) }) };
        assert_eq!(request.json()["Records"], json!(contents.map(record)));
    }

    fn read_output(output: &Output) -> Option<&str> {
        let output: &PutRecordBatchOutput = output.downcast_ref()?;
        assert_eq!(output.request_responses().len(), 2);
        output.request_id()
    }
}

fn text(data: &[u8]) -> String {
    String::from_utf8(data.to_vec()).unwrap()
}
