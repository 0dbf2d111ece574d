//! Puts a thousand orders into a table and deletes one of them.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use batch_dynamodb::{AttributeValue, DynamoDb, DynamoDbWriter, ScalarType, Write};

#[derive(serde::Serialize)]
struct Order {
    id: String,
    amount: u32,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A local server instead of AWS, so that this program runs as it is; otherwise a client from `aws_config`.
    let server = batch_local::LocalServer::new();
    let client = Client::new(&server.sdk_config());
    client
        .create_table()
        .table_name("orders")
        .key_schema(KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash).build()?)
        .attribute_definitions(
            AttributeDefinition::builder()
                .attribute_name("id")
                .attribute_type(ScalarAttributeType::S)
                .build()?,
        )
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await?;

    // The key of the table is given here; `discover_keys().await?` in its place reads it from the table.
    let table = DynamoDb::new(client, "orders").partition_key("id", ScalarType::String);
    let writer = DynamoDbWriter::builder(table).build()?;
    for n in 0..1_000 {
        // Waits only if the writer is full.
        writer.submit(Write::json(&Order { id: format!("order-{n}"), amount: n })?).await?;
    }

    // With a receipt: the answer to this one write.
    let key = HashMap::from([("id".to_owned(), AttributeValue::S("order-7".to_owned()))]);
    let receipt = writer.submit_tracked(Write::delete(key)).await?;
    match receipt.await {
        Ok(sent) => println!("deleted, after {} attempts", sent.attempts),
        Err(item) => println!("{item:#}"),
    }

    // Waits for the answers to all of them, and returns what could not be written.
    for item in writer.flush().await {
        println!("{:?}: {item:#}", item.entry);
    }

    assert_eq!(server.dynamodb().items("orders").len(), 999);
    Ok(())
}
