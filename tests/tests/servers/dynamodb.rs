//! Amazon DynamoDB.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::client::Waiters;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, PutRequest,
    ScalarAttributeType, WriteRequest,
};
use batch_core::{Settings, Writer};
use batch_dynamodb::{DynamoDb, ScalarType, Write};
use batchwright_kit::Setup;

use crate::endpoint::Endpoint;
use crate::remote::{Held, Remote};

/// A table with a partition key.
pub(crate) struct Items {
    pub(crate) client: Client,
    pub(crate) name: String,
}

pub(crate) const KEY: &str = "id";

pub(crate) type Item = HashMap<String, AttributeValue>;

#[async_trait]
impl Remote for Items {
    type Service = DynamoDb;

    const BATCH: usize = 25;
    const LANES: usize = 0;
    const FORBIDDEN: &'static [&'static str] =
        &[BAD_NUMBER, DEEP, DUPLICATE_MEMBER, EMPTY_KEY, EMPTY_SET, LONG_KEY, NO_KEY, WRONG_KEY];

    async fn create(endpoint: &Endpoint, name: &str) -> Self {
        let client = Client::new(&Setup::at(&endpoint.url).build());
        let key = AttributeDefinition::builder().attribute_name(KEY).attribute_type(ScalarAttributeType::S);
        let schema = KeySchemaElement::builder().attribute_name(KEY).key_type(KeyType::Hash);
        let create = client.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
        let create = create.attribute_definitions(key.build().unwrap()).key_schema(schema.build().unwrap());
        create.send().await.unwrap();
        let exists = client.wait_until_table_exists().table_name(name);
        exists.wait(Duration::from_secs(10)).await.unwrap();
        Self { client, name: name.to_owned() }
    }

    fn writer(&self, settings: Settings) -> Writer<DynamoDb> {
        writer(&self.client, &self.name, settings)
    }

    fn elsewhere(&self, endpoint: &Endpoint, settings: Settings) -> Writer<DynamoDb> {
        writer(&Client::new(&Setup::at(&endpoint.url).build()), &self.name, settings)
    }

    fn astray(&self) -> Option<Writer<DynamoDb>> {
        Some(writer(&self.client, "nowhere", Settings::new()))
    }

    fn entry(&self, n: usize, text: &str, _: usize) -> Write {
        let mut item = keyed(&n.to_string());
        item.insert("n".to_owned(), AttributeValue::N(n.to_string()));
        item.insert("text".to_owned(), AttributeValue::S(text.to_owned()));
        Write::put(item)
    }

    async fn held(&self, _: usize) -> Vec<Held> {
        let scan = self.client.scan().table_name(&self.name).into_paginator().items().send();
        let items: Vec<Item> = scan.collect::<Result<_, _>>().await.unwrap();
        items.iter().map(held).collect()
    }

    fn forbidden(&self, what: &str) -> Write {
        Write::put(forbidden(what))
    }

    async fn refuses(&self, what: &str) -> bool {
        !self.takes(forbidden(what)).await
    }
}

impl Items {
    /// Sends an item by hand, and alone; whether the server took it.
    pub(crate) async fn takes(&self, item: Item) -> bool {
        let put = PutRequest::builder().set_item(Some(item)).build().unwrap();
        let write = WriteRequest::builder().put_request(put).build();
        self.client.batch_write_item().request_items(&self.name, vec![write]).send().await.is_ok()
    }
}

/// An item with nothing but its key.
pub(crate) fn keyed(key: &str) -> Item {
    HashMap::from([(KEY.to_owned(), AttributeValue::S(key.to_owned()))])
}

fn writer(client: &Client, name: &str, settings: Settings) -> Writer<DynamoDb> {
    let table = DynamoDb::new(client.clone(), name).partition_key(KEY, ScalarType::String);
    Writer::builder(table).settings(settings).build().unwrap()
}

fn held(item: &Item) -> Held {
    let n = item["n"].as_n().unwrap().parse().unwrap();
    Held { n, text: item["text"].as_s().unwrap().clone(), lane: 0 }
}

fn forbidden(what: &str) -> Item {
    let with = |value| {
        let mut item = keyed("forbidden");
        item.insert("value".to_owned(), value);
        item
    };
    let texts = |members: &[&str]| members.iter().map(|&member| member.to_owned()).collect();
    match what {
        BAD_NUMBER => with(AttributeValue::N("1".repeat(39))),
        DEEP => with((0..33).fold(AttributeValue::Null(true), |inner, _| AttributeValue::L(vec![inner]))),
        DUPLICATE_MEMBER => with(AttributeValue::Ss(texts(&["a", "b", "a"]))),
        EMPTY_KEY => keyed(""),
        EMPTY_SET => with(AttributeValue::Ns(Vec::new())),
        LONG_KEY => keyed(&"k".repeat(2_049)),
        NO_KEY => HashMap::from([("other".to_owned(), AttributeValue::Bool(true))]),
        WRONG_KEY => HashMap::from([(KEY.to_owned(), AttributeValue::N("1".to_owned()))]),
        other => panic!("what is {other}?"),
    }
}

const BAD_NUMBER: &str = "a number of 39 digits";
const DEEP: &str = "nesting of 33 levels";
const DUPLICATE_MEMBER: &str = "a set with a member twice";
const EMPTY_KEY: &str = "an empty key";
const EMPTY_SET: &str = "an empty set";
const LONG_KEY: &str = "a key of 2,049 bytes";
const NO_KEY: &str = "an item without its key";
const WRONG_KEY: &str = "a key of the wrong type";
