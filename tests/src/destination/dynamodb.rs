//! Amazon DynamoDB: puts, each of a key of its own.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Region, SharedHttpClient};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use batch_dynamodb::{DynamoDb, ScalarType, Write};
use batch_local::{Fault, FaultPlan, LocalServer};

use super::{Copies, Destination, Held};
use crate::keys::Keys;

const TABLE: &str = "orders";

/// A table in which every entry has its own item.
#[derive(Debug)]
pub struct Items {
    server: LocalServer,
    client: Client,
}

impl Destination for Items {
    type Service = DynamoDb;

    const OPERATION: &'static str = "BatchWriteItem";
    const BATCH: usize = 25;
    const LARGE: (usize, usize) = (INFLATED, 16);
    const COPIES: Copies = Copies::Never;
    const LANES: usize = 0;
    const REFUSAL: (u16, &'static str) = (400, "ValidationException");

    async fn mount(server: &LocalServer, http: SharedHttpClient) -> Self {
        let client = Client::from_conf(
            Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .credentials_provider(Keys::default())
                .http_client(http)
                .region(Region::from_static("us-east-1"))
                .build(),
        );
        let key = AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S);
        let schema = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash);
        let create = client.create_table().table_name(TABLE).billing_mode(BillingMode::PayPerRequest);
        let create = create.attribute_definitions(key.build().unwrap()).key_schema(schema.build().unwrap());
        create.send().await.unwrap();
        Self { server: server.clone(), client }
    }

    fn service(&self) -> DynamoDb {
        DynamoDb::new(self.client.clone(), TABLE).partition_key("id", ScalarType::String)
    }

    fn entry(content: String, _: Option<String>) -> Write {
        let id = content.get(..11).expect("contents begin with a name").to_owned();
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

    fn held(&self) -> Vec<Held> {
        let content =
            |item: &batch_local::StoredItem| item.attributes["content"]["S"].as_str().unwrap().to_owned();
        let items = self.server.dynamodb().items(TABLE);
        items.iter().map(|item| Held { content: content(item), lane: None }).collect()
    }

    /// What is not processed is throttled, which uses up no attempt; whole requests must fail.
    fn using_up_attempts(rate: f64) -> FaultPlan {
        FaultPlan::random(rate, 1).kinds(&[(Fault::error_before(400, "ReplicatedWriteConflictException"), 1)])
    }
}

/// The content of an entry that is larger on the wire than as an item.
const INFLATED: usize = 100_000;
