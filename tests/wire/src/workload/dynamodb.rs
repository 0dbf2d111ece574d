//! Amazon DynamoDB: puts of items with four attributes, each of a key of its own.

use std::collections::HashMap;
use std::ops::Range;

use anyhow::{Result, ensure};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use batch_core::{Settings, Writer};
use batch_dynamodb::{DynamoDb, DynamoDbWriter, ScalarType, Write};

use super::{Workload, config, content};
use crate::case::Shape;

/// Puts into a table.
#[derive(Clone)]
pub(crate) struct Puts {
    client: Client,
    text: String,
}

impl Puts {
    /// An item of about as many bytes as its shape says.
    fn item(&self, number: u64) -> HashMap<String, AttributeValue> {
        HashMap::from([
            ("pk".to_owned(), AttributeValue::S(format!("station-{:05}", number % 100))),
            ("sk".to_owned(), AttributeValue::N(number.to_string())),
            ("temperature".to_owned(), AttributeValue::N("-12.5".to_owned())),
            ("text".to_owned(), AttributeValue::S(self.text.clone())),
        ])
    }

    fn in_batch(&self, number: u64) -> Result<WriteRequest> {
        let put = PutRequest::builder().set_item(Some(self.item(number))).build()?;
        Ok(WriteRequest::builder().put_request(put).build())
    }
}

impl Workload for Puts {
    type Service = DynamoDb;

    fn open(shape: Shape, endpoint: &str) -> Self {
        let text = content(shape.bytes.saturating_sub(OTHER_BYTES));
        Self { client: Client::new(&config(endpoint)), text }
    }

    fn request_entries(&self) -> u64 {
        REQUEST_ENTRIES
    }

    fn entry(&self, number: u64) -> Write {
        Write::put(self.item(number))
    }

    fn writer(&self, settings: Settings) -> Result<Writer<DynamoDb>> {
        let table = DynamoDb::new(self.client.clone(), TABLE)
            .partition_key("pk", ScalarType::String)
            .sort_key("sk", ScalarType::Number);
        Ok(DynamoDbWriter::builder(table).settings(settings).build()?)
    }

    async fn single(&self, number: u64) -> Result<()> {
        self.client.put_item().table_name(TABLE).set_item(Some(self.item(number))).send().await?;
        Ok(())
    }

    async fn batch(&self, numbers: Range<u64>) -> Result<()> {
        let puts: Vec<_> = numbers.map(|number| self.in_batch(number)).collect::<Result<_>>()?;
        let response = self.client.batch_write_item().request_items(TABLE, puts).send().await?;
        ensure!(response.unprocessed_items().is_none_or(HashMap::is_empty), "some items were not processed");
        Ok(())
    }
}

const TABLE: &str = "bench";
/// Bytes of an item without its text.
const OTHER_BYTES: usize = 50;
/// Puts of a request (Amazon DynamoDB API reference, `BatchWriteItem`); 16 MiB hold as many of any size.
const REQUEST_ENTRIES: u64 = 25;
