//! Amazon DynamoDB: puts, each of a key of its own.

use std::collections::HashMap;

use anyhow::Result;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use batch_core::{Settings, Writer};
use batch_dynamodb::{DynamoDb, ScalarType, Write};
use batch_local::{LocalServer, StoredItem};

use super::{Copies, Destination, Held, Throttles, content, number_of};

/// A table in which every entry has its own item.
pub(crate) struct Items(Client);

impl Destination for Items {
    type Service = DynamoDb;

    const COPIES: Copies = Copies::Never;
    const LANES: u64 = 0;
    const REQUEST_ENTRIES: usize = 25;
    const THROTTLES: Throttles = Throttles::Entries;

    fn open(config: &SdkConfig) -> Self {
        Self(Client::new(config))
    }

    async fn create(&self) -> Result<()> {
        let key = AttributeDefinition::builder().attribute_name(KEY).attribute_type(ScalarAttributeType::N);
        let schema = KeySchemaElement::builder().attribute_name(KEY).key_type(KeyType::Hash);
        let create = self.0.create_table().table_name(TABLE).billing_mode(BillingMode::PayPerRequest);
        create.attribute_definitions(key.build()?).key_schema(schema.build()?).send().await?;
        Ok(())
    }

    fn writer(&self, settings: Settings) -> Result<Writer<DynamoDb>> {
        let table = DynamoDb::new(self.0.clone(), TABLE).partition_key(KEY, ScalarType::Number);
        Ok(Writer::builder(table).settings(settings).build()?)
    }

    fn entry(number: u64, bytes: usize) -> Write {
        Write::put(HashMap::from([
            (KEY.to_owned(), AttributeValue::N(number.to_string())),
            (CONTENT.to_owned(), AttributeValue::S(content(number, bytes))),
        ]))
    }

    fn number(write: &Write) -> Option<u64> {
        number_of(write.attributes().get(CONTENT)?.as_s().ok()?)
    }

    fn held(server: &LocalServer) -> Vec<Held> {
        let held = |item: &StoredItem| Held { number: number(item), lane: None };
        server.dynamodb().items(TABLE).iter().map(held).collect()
    }

    fn taken(server: &LocalServer) -> u64 {
        server.dynamodb().applied_count(TABLE)
    }
}

/// Which entry an item is, if its key and its content say the same.
fn number(item: &StoredItem) -> Option<u64> {
    let number = number_of(item.attributes[CONTENT]["S"].as_str()?)?;
    (item.attributes[KEY]["N"].as_str()? == number.to_string()).then_some(number)
}

const CONTENT: &str = "content";
const KEY: &str = "number";
const TABLE: &str = "load";
