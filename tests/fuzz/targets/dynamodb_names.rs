//! A name of a table that the builder takes is one that the server takes, and the other way round; any ARN and any name
//! of a key is taken, or refused with a reason that can be shown.
#![no_main]

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use batch_dynamodb::{DynamoDb, DynamoDbWriter, ScalarType};
use batch_local::LocalServer;
use batchwright_fuzz::{Lines, clients, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    for (letter, text) in Lines::of(input).iter() {
        match letter {
            'a' => _ = is_taken(&text, "pk"),
            'k' => _ = is_taken("orders", &text),
            'n' if !text.starts_with("arn:") => named(&text),
            _ => {}
        }
    }
});

fn named(name: &str) {
    let client = clients::dynamodb(LocalServer::new().http_client());
    let element = KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash).build();
    let definition =
        AttributeDefinition::builder().attribute_name("pk").attribute_type(ScalarAttributeType::S).build();
    let create = client.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
    let create = create.key_schema(element.expect("it is whole"));
    let create = create.attribute_definitions(definition.expect("it is whole"));
    assert_eq!(is_taken(name, "pk"), run(create.send()).is_ok(), "{name:?}");
}

fn is_taken(table: &str, key: &str) -> bool {
    let table = DynamoDb::new(clients::dynamodb(LocalServer::new().http_client()), table);
    let built = DynamoDbWriter::builder(table.partition_key(key, ScalarType::String)).build();
    built.map_err(|reason| assert!(!reason.to_string().is_empty())).is_ok()
}
