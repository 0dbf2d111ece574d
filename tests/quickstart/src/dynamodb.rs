use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, anyhow};
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::client::Waiters;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use batchwright::core::Writer;
use batchwright::dynamodb::{DynamoDb, ScalarType, Write};

use crate::billed::Billed;
use crate::destination::{Destination, Lines};
use crate::input::Line;
use crate::numbers::normalized;
use crate::outcome::{Fate, Outcome, Verdict};
use crate::place::Place;

/// The keys of the table, both of them members of a line.
const PARTITION_KEY: &str = "origin";
const SORT_KEY: &str = "time_hour";

/// A table of this run.
pub(crate) struct DynamoDbTable {
    client: Client,
    name: String,
    is_real: bool,
}

type Item = HashMap<String, AttributeValue>;

/// Creates a table, and a writer to it.
pub(crate) async fn create(place: &Place) -> anyhow::Result<(DynamoDbTable, Writer<DynamoDb>)> {
    let client = Client::new(&place.config);
    let name = place.name();
    let mut request = client.create_table().table_name(&name).billing_mode(BillingMode::PayPerRequest);
    for (key, key_type) in [(PARTITION_KEY, KeyType::Hash), (SORT_KEY, KeyType::Range)] {
        let defined = AttributeDefinition::builder().attribute_name(key);
        request = request
            .attribute_definitions(defined.attribute_type(ScalarAttributeType::S).build()?)
            .key_schema(KeySchemaElement::builder().attribute_name(key).key_type(key_type).build()?);
    }
    let created = request.send().await;
    created.with_context(|| format!("cannot create the table {name}"))?;
    let exists = client.wait_until_table_exists().table_name(&name).wait(super::PATIENCE).await;
    exists.map_err(|error| anyhow!("the table {name} does not become active: {error}"))?;
    let table = DynamoDb::new(client.clone(), name.as_str())
        .partition_key(PARTITION_KEY, ScalarType::String)
        .sort_key(SORT_KEY, ScalarType::String);
    let writer = Writer::builder(table).build()?;
    Ok((DynamoDbTable { client, name, is_real: place.is_real }, writer))
}

#[async_trait]
impl Destination for DynamoDbTable {
    type Service = DynamoDb;

    fn entry(&self, line: &Line) -> Result<Option<Write>, String> {
        Write::put_json(&line.text).map(Some).map_err(|error| error.to_string())
    }

    fn billed(table: &DynamoDb) -> Vec<Billed> {
        vec![Billed::of("write units", table.usage().write_units)]
    }

    async fn verify(&self, outcome: &Outcome, lines: &Lines) -> anyhow::Result<Verdict> {
        let mut held: BTreeMap<_, Item> = BTreeMap::new();
        for item in self.read_back().await? {
            held.insert(key_of(&item), item);
        }
        let mut verdict = Verdict::default();
        for (key, writes) in writes_by_key(outcome, lines) {
            let item = held.remove(&key);
            let may_be = writes.iter().any(|write| write.may_be(item.as_ref()));
            let last = writes.last().map_or(0, |write| write.number);
            if !may_be {
                verdict.faults.push(format!("the item of line {last} is not what was written last"));
            }
        }
        verdict.faults.extend(held.keys().map(|_| String::from("an item that was never sent")));
        Ok(verdict)
    }

    async fn remove(&self) -> anyhow::Result<()> {
        if self.is_real {
            let deleted = self.client.delete_table().table_name(&self.name).send().await;
            deleted.with_context(|| self.name.clone())?;
        }
        Ok(())
    }
}

impl DynamoDbTable {
    async fn read_back(&self) -> anyhow::Result<Vec<Item>> {
        let scan = self.client.scan().table_name(&self.name).consistent_read(true);
        let items = scan.into_paginator().items().send().collect::<Result<_, _>>().await;
        items.with_context(|| format!("cannot read {} back", self.name))
    }
}

/// What an item may be: the last write that was delivered, or one after it that may have been.
struct Candidate {
    number: usize,
    /// Nothing where no write may have arrived.
    item: Option<Item>,
}

impl Candidate {
    fn may_be(&self, held: Option<&Item>) -> bool {
        let plain = |item: &Item| normalized(&AttributeValue::M(item.clone()));
        self.item.as_ref().map(plain) == held.map(plain)
    }
}

fn writes_by_key(outcome: &Outcome, lines: &Lines) -> BTreeMap<String, Vec<Candidate>> {
    let mut by_key: BTreeMap<String, Vec<Candidate>> = BTreeMap::new();
    for (number, fate) in &outcome.fates {
        let Some(item) = lines.get(number).and_then(|line| Write::put_json(&line.text).ok()) else {
            continue;
        };
        let item = item.into_attributes();
        let candidates =
            by_key.entry(key_of(&item)).or_insert_with(|| vec![Candidate { number: 0, item: None }]);
        let candidate = Candidate { number: *number, item: Some(item) };
        match fate {
            Fate::Delivered { .. } => *candidates = vec![candidate],
            Fate::HandedBack { maybe_delivered: true, .. } | Fate::Superseded { maybe_delivered: true } => {
                candidates.push(candidate);
            }
            Fate::HandedBack { .. } | Fate::Skipped | Fate::Superseded { .. } => {}
        }
    }
    by_key
}

fn key_of(item: &Item) -> String {
    [PARTITION_KEY, SORT_KEY].map(|name| format!("{:?}", item.get(name))).join(" ")
}
