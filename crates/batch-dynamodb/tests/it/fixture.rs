//! A table, as the suites of all services see it.

use std::error::Error;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::RequestId;
use aws_sdk_dynamodb::operation::batch_write_item::{BatchWriteItemInput, BatchWriteItemOutput};
use aws_sdk_dynamodb::types::{ReturnItemCollectionMetrics, ScalarAttributeType, WriteRequest};
use batch_dynamodb::{DynamoDb, ScalarType, Write};
use batch_local::LocalServer;
use batchwright_kit::{
    Copies, Destination, Fixture, Held, Input, Output, Request, Response, Setup, Throttles, client,
};
use serde_json::{Value, json};

use crate::support::{self, create, put, s, stored};

/// A table. Each put has its content as its key.
pub(crate) struct Orders(Client);

impl Destination for Orders {
    type Service = DynamoDb;

    const OPERATION: &'static str = "BatchWriteItem";
    const BATCH: usize = 25;
    const COPIES: Copies = Copies::Never;
    const LARGE: (usize, usize) = (2_000, 25);
    const REFUSAL: (u16, &'static str) = (400, "ValidationException");
    const THROTTLES: Throttles = Throttles::Entries;

    fn open(setup: &Setup) -> Self {
        Self(client!(aws_sdk_dynamodb, setup))
    }

    async fn create(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        create(&self.0, &[("pk", ScalarAttributeType::S)], None).send().await?;
        Ok(())
    }

    fn service(&self) -> DynamoDb {
        DynamoDb::new(self.0.clone(), "orders").partition_key("pk", ScalarType::String)
    }

    fn entry(content: String, _: Option<String>) -> Write {
        put(&content, "value")
    }

    fn content(write: &Write) -> String {
        write.attributes()["pk"].as_s().unwrap().clone()
    }

    fn held(server: &LocalServer) -> Vec<Held> {
        stored(server).into_keys().map(|content| Held { content, lane: None }).collect()
    }

    fn taken(server: &LocalServer) -> u64 {
        server.dynamodb().applied_count("orders")
    }
}

impl Fixture for Orders {
    const ACCESS_DENIED: (u16, &'static str) = (400, "AccessDeniedException");
    const EXPIRED: &'static str = "ExpiredTokenException";
    const INTERNAL: &'static str = "InternalServerError";
    const MISSING: &'static str = "ResourceNotFoundException";
    const OPERATIONS: &'static [&'static str] = &["BatchWriteItem", "DescribeTable"];
    const PERMISSION: &'static str = "dynamodb:BatchWriteItem";
    const RETRIED: &'static [(u16, &'static str)] = &[
        (400, "RequestLimitExceeded"),
        (400, "ReplicatedWriteConflictException"),
        (500, "InternalServerError"),
    ];
    const SPOILT: &'static [(u16, &'static str)] = &[
        (400, "ItemCollectionSizeLimitExceededException"),
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
        let input: &BatchWriteItemInput = input.downcast_ref()?;
        let requests = input.request_items.iter().flatten().flat_map(|(_, requests)| requests);
        let key = |request: &WriteRequest| request.put_request()?.item()["pk"].as_s().ok().cloned();
        requests.map(key).collect()
    }

    fn alter(input: &mut Input) -> Option<()> {
        let input: &mut BatchWriteItemInput = input.downcast_mut()?;
        input.return_item_collection_metrics = Some(ReturnItemCollectionMetrics::Size);
        for request in input.request_items.iter_mut().flatten().flat_map(|(_, requests)| requests) {
            request.put_request.as_mut()?.item.insert("trace".to_owned(), s("and \"more\""));
        }
        Some(())
    }

    fn check_altered(request: &Request, contents: [&str; 2]) {
        let put = |key| -> Value {
            let trace = json!({ "S": "and \"more\"" });
            let item = json!({ "pk": { "S": key }, "value": { "S": "value" }, "trace": trace });
            json!({ "PutRequest": { "Item": item } })
        };
        let body = request.json();
        assert_eq!(body["RequestItems"]["orders"], json!(contents.map(put)));
        assert_eq!(body["ReturnItemCollectionMetrics"], "SIZE");
    }

    fn read_output(output: &Output) -> Option<&str> {
        let output: &BatchWriteItemOutput = output.downcast_ref()?;
        assert!(output.unprocessed_items()?.is_empty());
        output.request_id()
    }
}
