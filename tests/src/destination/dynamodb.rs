//! Amazon DynamoDB: puts, each of a key of its own.

use std::collections::HashMap;
use std::error::Error;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use batch_dynamodb::{DynamoDb, ScalarType, Write};
use batch_local::{Fault, FaultPlan, LocalServer, StoredItem};
use batchwright_kit::{Copies, Destination, Held, Setup, Throttles, client, name, unaltered};

const TABLE: &str = "orders";

/// A table in which every entry has its own item.
#[derive(Debug)]
pub struct Items(Client);

impl Destination for Items {
    type Service = DynamoDb;

    const OPERATION: &'static str = "BatchWriteItem";
    const BATCH: usize = 25;
    const LARGE: (usize, usize) = (INFLATED, 16);
    const COPIES: Copies = Copies::Never;
    const LANES: usize = 0;
    const REFUSAL: (u16, &'static str) = (400, "ValidationException");
    const THROTTLES: Throttles = Throttles::Entries;

    fn open(setup: &Setup) -> Self {
        Self(client!(aws_sdk_dynamodb, setup))
    }

    async fn create(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        let key = AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S);
        let schema = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash);
        let create = self.0.create_table().table_name(TABLE).billing_mode(BillingMode::PayPerRequest);
        create.attribute_definitions(key.build()?).key_schema(schema.build()?).send().await?;
        Ok(())
    }

    fn service(&self) -> DynamoDb {
        DynamoDb::new(self.0.clone(), TABLE).partition_key("id", ScalarType::String)
    }

    fn entry(content: String, _: Option<String>) -> Write {
        let id = content.get(..name(0).len()).expect("contents begin with a name").to_owned();
        let mut item = HashMap::from([("id".to_owned(), AttributeValue::S(id))]);
        if content.len() >= INFLATED {
            // Six times as large on the wire: only so does the limit of a request come before its count.
            item.insert("filler".to_owned(), AttributeValue::S("\u{1}".repeat(150_000)));
        }
        item.insert("content".to_owned(), AttributeValue::S(content));
        Write::put(item)
    }

    fn content(write: &Write) -> String {
        write.attributes()["content"].as_s().expect("contents are texts").clone()
    }

    fn held(server: &LocalServer) -> Vec<Held> {
        let items = server.dynamodb().items(TABLE);
        items.iter().map(|item| Held { content: held_content(item), lane: None }).collect()
    }

    fn taken(server: &LocalServer) -> u64 {
        server.dynamodb().applied_count(TABLE)
    }

    /// What is not processed is throttled, which uses up no attempt; whole requests must fail.
    fn using_up_attempts(rate: f64) -> FaultPlan {
        FaultPlan::random(rate, 1).kinds(&[(Fault::error_before(400, "ReplicatedWriteConflictException"), 1)])
    }
}

/// The content of an entry that is larger on the wire than as an item.
const INFLATED: usize = 100_000;

/// The content of an item; where its key says otherwise, a text that was altered.
fn held_content(item: &StoredItem) -> String {
    let text = |name: &str| item.attributes[name]["S"].as_str().unwrap_or_default().to_owned();
    let (id, content) = (text("id"), text("content"));
    if unaltered(&content).is_some_and(|n| id == name(n)) { content } else { id + &content }
}
