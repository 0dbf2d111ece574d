//! Texts to items and back; a write that the writer takes is one that the server takes, and the other way round, and is
//! read again as it was when it is encoded; an item in another spelling of its numbers is the same.
#![no_main]

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use aws_smithy_types::Blob;
use batch_core::{Batch, Service};
use batch_dynamodb::{AttributeValue, DynamoDb, ScalarType, Write, item_bytes};
use batch_local::LocalServer;
use batchwright_fuzz::{agree, clients, run};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|input: &[u8]| {
    let Ok(text) = str::from_utf8(input) else { return };
    if let Ok(write) = Write::put_json(text) {
        reads_as_serde_does(text, &write);
        can_be_read_back(&write);
        served(&write);
    }
    if let Ok(write) = Write::from_dynamodb_json(text) {
        served(&write);
    }
    if let Ok(Value::Object(members)) = serde_json::from_str(text) {
        let item: Option<HashMap<_, _>> =
            members.into_iter().map(|(name, value)| Some((name, tagged(value)?))).collect();
        if let Some(item) = item {
            served(&Write::put(item.clone()));
            served(&Write::delete(item));
        }
    }
});

fn reads_as_serde_does(text: &str, write: &Write) {
    let Ok(Value::Object(members)) = serde_json::from_str::<Value>(text) else { return };
    assert_eq!(members.len(), write.attributes().len());
    for (name, value) in &members {
        let ours = &write.attributes()[name];
        assert!(is_same(value, ours), "{value:?} was read as {ours:?}");
    }
}

fn is_same(value: &Value, ours: &AttributeValue) -> bool {
    match (value, ours) {
        (Value::Null, AttributeValue::Null(_)) => true,
        (Value::Bool(value), AttributeValue::Bool(ours)) => value == ours,
        // That the text of a number is kept shows in reading it back.
        (Value::Number(_), AttributeValue::N(_)) => true,
        (Value::String(value), AttributeValue::S(ours)) => value == ours,
        (Value::Array(values), AttributeValue::L(ours)) => {
            values.len() == ours.len() && values.iter().zip(ours).all(|(value, ours)| is_same(value, ours))
        }
        (Value::Object(values), AttributeValue::M(ours)) => {
            values.len() == ours.len()
                && values.iter().all(|(name, value)| ours.get(name).is_some_and(|ours| is_same(value, ours)))
        }
        _ => false,
    }
}

fn can_be_read_back(write: &Write) {
    let text = write.to_json().expect("it was JSON");
    let read = Write::put_json(&text).expect("it is JSON again");
    assert_eq!(read.attributes(), write.attributes());
}

/// The value that a value of DynamoDB's JSON is; bytes are the text as it is.
fn tagged(value: Value) -> Option<AttributeValue> {
    let Value::Object(members) = value else { return None };
    let (tag, value) = members.into_iter().next()?;
    Some(match (tag.as_str(), value) {
        ("B", Value::String(text)) => AttributeValue::B(Blob::new(text)),
        ("BOOL", Value::Bool(value)) => AttributeValue::Bool(value),
        ("BS", value) => AttributeValue::Bs(texts(value)?.into_iter().map(Blob::new).collect()),
        ("L", Value::Array(values)) => {
            AttributeValue::L(values.into_iter().map(tagged).collect::<Option<_>>()?)
        }
        ("M", Value::Object(members)) => {
            let member = |(name, value)| Some((name, tagged(value)?));
            AttributeValue::M(members.into_iter().map(member).collect::<Option<_>>()?)
        }
        ("N", Value::String(text)) => AttributeValue::N(text),
        ("NS", value) => AttributeValue::Ns(texts(value)?),
        ("NULL", Value::Bool(value)) => AttributeValue::Null(value),
        ("S", Value::String(text)) => AttributeValue::S(text),
        ("SS", value) => AttributeValue::Ss(texts(value)?),
        _ => return None,
    })
}

fn texts(value: Value) -> Option<Vec<String>> {
    let Value::Array(values) = value else { return None };
    values.into_iter().map(|value| value.as_str().map(str::to_owned)).collect()
}

/// Checks the write against the server's table, whose key is the number `n`.
fn served(write: &Write) {
    assert_eq!(write.item_bytes(), item_bytes(write.attributes()));
    let server = LocalServer::new();
    let client = clients::dynamodb(server.http_client());
    let element = KeySchemaElement::builder().attribute_name("n").key_type(KeyType::Hash).build();
    let definition =
        AttributeDefinition::builder().attribute_name("n").attribute_type(ScalarAttributeType::N).build();
    let create = client.create_table().table_name("orders").billing_mode(BillingMode::PayPerRequest);
    let create = create.key_schema(element.expect("it is whole"));
    run(create.attribute_definitions(definition.expect("it is whole")).send())
        .expect("the table can be created");
    let table = DynamoDb::new(client, "orders").partition_key("n", ScalarType::Number);
    let mut prepared = write.clone();
    let refused = table.prepare(&mut prepared).err();
    assert_eq!(&prepared, write, "it can be read again");
    assert_eq!(refused, table.measure(write).err());
    let measured = refused.map_or_else(|| table.measure(&prepared), Err);
    let reply = run(table.send(&Batch::of([prepared.clone()])));
    agree(&measured, &table.limits().expect("they fit together"), &reply);
    if measured.is_ok() && !write.is_delete() {
        same_number(&server, write);
    }
}

/// The server's spelling of the key is the writer's: both give the same identity.
fn same_number(server: &LocalServer, write: &Write) {
    let stored = server.dynamodb().items("orders");
    let [item] = &stored[..] else { panic!("one item was put, there are {}", stored.len()) };
    let number = item.attributes["n"]["N"].as_str().expect("the key is a number").to_owned();
    let again = Write::put([("n".to_owned(), AttributeValue::N(number))].into());
    let client = clients::dynamodb(server.http_client());
    let table = DynamoDb::new(client, "orders").partition_key("n", ScalarType::Number);
    let identity = |write: &Write| {
        let measured = table.measure(write).expect("the server accepted it");
        measured.identity.expect("it has a key").as_bytes().to_vec()
    };
    assert_eq!(identity(write), identity(&again));
}
