//! The keys of a table, read from the service.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableOutput;
use aws_sdk_dynamodb::types::{
    GlobalSecondaryIndexDescription as GlobalIndex, KeySchemaElement, KeyType as SdkRole,
    LocalSecondaryIndexDescription as LocalIndex, ScalarAttributeType, TableDescription, TableStatus,
};
use batch_smithy::{Class, Refusal, cap_answers};

use crate::key::{KeyAttribute, KeySchema, KeyType, Role};
use crate::limits::DESCRIPTION_BYTES;
use crate::service::renewal;
use crate::{ConnectError, Table, verdict};

/// Asks for the keys of the table and of its indexes, with the client as it is: its own retries too. Only
/// credentials that are refused are asked for once more.
pub(crate) async fn schema(client: &Client, table: &Table) -> Result<KeySchema, ConnectError> {
    let credentials = renewal(client);
    let own = client.config().to_builder().identity_cache(credentials.cache());
    let own = Client::from_conf(own.build());
    let answer = credentials.retry(|| description(&own, table)).await;
    let answer = answer.map_err(|refusal| match refusal.class {
        Class::UnknownDestination => ConnectError::NoSuchTable(refusal.failure),
        _ => ConnectError::NotDescribed(refusal.failure),
    })?;
    let described =
        answer.table.ok_or("the answer does not describe it").and_then(|table| of_description(&table));
    let schema = described
        .map_err(|reason| ConnectError::NotUsable { table: table.to_string(), reason: reason.to_owned() })?;
    tracing::debug!(target: "batch_dynamodb", %table, ?schema, "read the keys of the table");
    Ok(schema)
}

async fn description(client: &Client, table: &Table) -> Result<DescribeTableOutput, Refusal> {
    let request = client.describe_table().table_name(table.address());
    let request = request.customize().interceptor(cap_answers(DESCRIPTION_BYTES));
    let unknown = || table.unknown(client);
    request.send().await.map_err(|error| Refusal::new(error, &verdict::DESCRIBE_TABLE, unknown))
}

fn of_description(table: &TableDescription) -> Result<KeySchema, &'static str> {
    usable(table)?;
    let types: HashMap<_, _> = table
        .attribute_definitions()
        .iter()
        .map(|definition| (definition.attribute_name(), definition.attribute_type()))
        .collect();
    let attribute = |element: &KeySchemaElement| attribute(element, &types);
    let keys: Vec<_> = table.key_schema().iter().filter_map(attribute).collect();
    if keys.len() != table.key_schema().len() {
        return Err(
            "the answer has key attributes of a kind that is not known; give the builder the table's keys",
        );
    }
    let part = |role| keys.iter().find(|key| key.role == role).cloned();
    let partition = part(Role::Partition).ok_or("the answer does not tell its partition key")?;
    let globals = table.global_secondary_indexes().iter().flat_map(GlobalIndex::key_schema);
    let locals = table.local_secondary_indexes().iter().flat_map(LocalIndex::key_schema);
    let mut indexes = Vec::new();
    for key in globals.chain(locals).filter_map(attribute) {
        if !keys.contains(&key) && !indexes.contains(&key) {
            indexes.push(key);
        }
    }
    Ok(KeySchema { partition, sort: part(Role::Sort), indexes })
}

/// Whether the table takes writes. A status that is new may be one that does.
fn usable(table: &TableDescription) -> Result<(), &'static str> {
    match table.table_status() {
        Some(TableStatus::Archived | TableStatus::Archiving) => {
            Err("it is archived; restore it from its backup")
        }
        Some(TableStatus::Creating) => Err("it is still being created; wait until it is active"),
        Some(TableStatus::Deleting) => Err("it is being deleted; create it again, or check the name"),
        Some(TableStatus::InaccessibleEncryptionCredentials) => {
            Err("its KMS key cannot be used; check the state and the policy of the key")
        }
        _ => Ok(()),
    }
}

/// A key attribute, if both role and type are of a known kind.
fn attribute(
    element: &KeySchemaElement,
    types: &HashMap<&str, &ScalarAttributeType>,
) -> Option<KeyAttribute> {
    let role = match element.key_type() {
        SdkRole::Hash => Role::Partition,
        SdkRole::Range => Role::Sort,
        _ => return None,
    };
    let key_type = match types.get(element.attribute_name())? {
        ScalarAttributeType::B => KeyType::Binary,
        ScalarAttributeType::N => KeyType::Number,
        ScalarAttributeType::S => KeyType::String,
        _ => return None,
    };
    Some(KeyAttribute { name: element.attribute_name().to_owned(), key_type, role })
}

#[cfg(test)]
mod tests;
