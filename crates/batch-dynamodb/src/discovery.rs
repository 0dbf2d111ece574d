//! The keys of a table, read from the service.

use std::borrow::Cow;
use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableOutput;
use aws_sdk_dynamodb::types::{
    GlobalSecondaryIndexDescription as GlobalIndex, KeySchemaElement, KeyType as SdkRole,
    LocalSecondaryIndexDescription as LocalIndex, ScalarAttributeType, TableDescription, TableStatus,
};
use batch_core::{ConfigError, ConnectError, Failure, Refusal};
use batch_smithy::Renewal;

use crate::key::{KeyAttribute, KeySchema, Role, ScalarType};
use crate::{Table, verdict};

/// The keys of the table and of its indexes, requested with this client.
pub(crate) async fn schema(
    client: &Client,
    credentials: &Renewal,
    table: &Table,
) -> Result<KeySchema, ConnectError> {
    let description = describe(client, credentials, table).await?;
    let description = description.ok_or_else(|| without_keys("the response does not describe the table"))?;
    let schema = of_description(&description).map_err(without_keys)?;
    tracing::debug!(target: "batch_dynamodb", %table, ?schema, "read the keys of the table");
    Ok(schema)
}

/// What the service reports of the table, which accepts writes, if it reports anything.
pub(crate) async fn describe(
    client: &Client,
    credentials: &Renewal,
    table: &Table,
) -> Result<Option<TableDescription>, ConnectError> {
    let description = credentials.retry(|| description(client, table)).await?.table;
    match description.as_ref().and_then(why_unusable) {
        Some(reason) => {
            let reason = format!("the table {table} cannot be written to: {reason}");
            Err(ConfigError::Unsupported(reason).into())
        }
        None => Ok(description),
    }
}

async fn description(client: &Client, table: &Table) -> Result<DescribeTableOutput, Refusal> {
    let request = client.describe_table().table_name(table.as_str());
    let unknown = || table.not_found(client);
    let refusal = |error| batch_smithy::refusal(error, &verdict::DESCRIBE_TABLE, unknown);
    request.send().await.map_err(refusal)
}

/// A response that does not report the keys, for this reason.
fn without_keys(reason: &'static str) -> ConnectError {
    unreadable(format!("{reason}; set the table's keys with `DynamoDb::partition_key` or `DynamoDb::table`"))
}

/// A response that does not report what it should, and the way out.
pub(crate) fn unreadable(detail: impl Into<Cow<'static, str>>) -> ConnectError {
    ConnectError::Unanswered(Failure::new("UnreadableDescription").with_detail(detail))
}

fn of_description(table: &TableDescription) -> Result<KeySchema, &'static str> {
    let types: HashMap<_, _> = table
        .attribute_definitions()
        .iter()
        .map(|definition| (definition.attribute_name(), definition.attribute_type()))
        .collect();
    let attribute = |element: &KeySchemaElement| attribute(element, &types);
    let keys: Vec<_> = table.key_schema().iter().filter_map(attribute).collect();
    if keys.len() != table.key_schema().len() {
        return Err("the response has key attributes of an unknown type");
    }
    let part = |role| keys.iter().find(|key| key.role == role).cloned();
    let partition =
        part(Role::Partition).ok_or("the response does not report the partition key of the table")?;
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

/// Why the table takes no writes, if it takes none. A status that is new may be one of a table that does.
fn why_unusable(table: &TableDescription) -> Option<&'static str> {
    match table.table_status() {
        Some(TableStatus::Archived | TableStatus::Archiving) => {
            Some("it is archived; restore it from its backup")
        }
        Some(TableStatus::Creating) => Some("it is still being created; wait until it is active"),
        Some(TableStatus::Deleting) => Some("it is being deleted; create it again, or check the name"),
        Some(TableStatus::InaccessibleEncryptionCredentials) => {
            Some("its KMS key cannot be used; check the state and the policy of the key")
        }
        _ => None,
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
    let scalar_type = match types.get(element.attribute_name())? {
        ScalarAttributeType::B => ScalarType::Binary,
        ScalarAttributeType::N => ScalarType::Number,
        ScalarAttributeType::S => ScalarType::String,
        _ => return None,
    };
    Some(KeyAttribute { name: element.attribute_name().to_owned(), scalar_type, role })
}

#[cfg(test)]
mod tests;
