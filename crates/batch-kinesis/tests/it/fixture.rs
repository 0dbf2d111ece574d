//! A stream, as the suites of all services see it.

use std::error::Error;

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::operation::RequestId;
use aws_sdk_kinesis::operation::put_records::{PutRecordsInput, PutRecordsOutput};
use aws_sdk_kinesis::primitives::Blob;
use aws_smithy_types::base64;
use batch_kinesis::{Kinesis, Record};
use batch_local::{LocalServer, StoredRecord};
use batchwright_kit::{
    Copies, Destination, Fixture, Held, Input, Output, Request, Response, Setup, Throttles, client, content,
};
use serde_json::{Value, json};

use crate::support;

/// A stream. Each record has its content as its partition key, so that it may be sent without being submitted.
pub(crate) struct Measurements(Client);

impl Destination for Measurements {
    type Service = Kinesis;

    const OPERATION: &'static str = "PutRecords";
    const BATCH: usize = 500;
    const COPIES: Copies = Copies::IfMarked;
    const LARGE: (usize, usize) = (104_700, 50);
    const REFUSAL: (u16, &'static str) = (400, "ValidationException");
    const THROTTLES: Throttles = Throttles::Entries;

    fn open(setup: &Setup) -> Self {
        Self(client!(aws_sdk_kinesis, setup))
    }

    /// With so many shards that none of them is asked for more than a thousand records a second.
    async fn create(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.0.create_stream().stream_name("measurements").shard_count(100).send().await?;
        Ok(())
    }

    fn service(&self) -> Kinesis {
        Kinesis::new(self.0.clone(), "measurements")
    }

    fn entry(content: String, _: Option<String>) -> Record {
        Record::new(content.clone()).partition_key(content)
    }

    fn content(record: &Record) -> String {
        text(record.data())
    }

    fn held(server: &LocalServer) -> Vec<Held> {
        let held = |record: &StoredRecord| Held { content: text(&record.data), lane: None };
        server.kinesis().accepted("measurements").iter().map(held).collect()
    }

    fn taken(server: &LocalServer) -> u64 {
        server.kinesis().accepted_count("measurements")
    }
}

impl Fixture for Measurements {
    const ACCESS_DENIED: (u16, &'static str) = (400, "AccessDeniedException");
    const EXPIRED: &'static str = "ExpiredTokenException";
    const INTERNAL: &'static str = "InternalFailure";
    const MISSING: &'static str = "ResourceNotFoundException";
    const OPERATIONS: &'static [&'static str] = &["PutRecords", "DescribeStreamSummary"];
    const PERMISSION: &'static str = "kinesis:PutRecords";
    const RETRIED: &'static [(u16, &'static str)] =
        &[(400, "ProvisionedThroughputExceededException"), (500, "InternalFailure")];
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

    fn read_input(input: &Input) -> Option<Vec<String>> {
        let input: &PutRecordsInput = input.downcast_ref()?;
        Some(input.records().iter().map(|record| text(record.data.as_ref())).collect())
    }

    fn alter(input: &mut Input) -> Option<()> {
        let input: &mut PutRecordsInput = input.downcast_mut()?;
        for record in input.records.iter_mut().flatten() {
            record.data = Blob::new([record.data.as_ref(), b" and more"].concat());
            record.explicit_hash_key = Some("7".to_owned());
        }
        Some(())
    }

    /// The data is encoded, so that only the keys show what became of the body.
    fn check_altered(request: &Request, contents: [&str; 2]) {
        let record = |n: usize| -> Value {
            let data = base64::encode(content(n, 0) + " and more");
            json!({ "Data": data, "PartitionKey": contents[n], "ExplicitHashKey": "7" })
        };
        assert_eq!(request.json()["Records"], json!([record(0), record(1)]));
    }

    fn read_output(output: &Output) -> Option<&str> {
        let output: &PutRecordsOutput = output.downcast_ref()?;
        assert_eq!(output.records().len(), 2);
        output.request_id()
    }
}

fn text(data: &[u8]) -> String {
    String::from_utf8(data.to_vec()).unwrap()
}
