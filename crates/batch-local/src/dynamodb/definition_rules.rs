//! What makes the definition of a table invalid.

use std::collections::BTreeSet;

use super::code::{constraint, invalid, invalid_values};
use super::schema::Schema;
use super::wire::{
    AttributeDefinition, Index, KeySchemaElement, KeyType, OnDemandThroughput, ProvisionedThroughput,
};
use crate::refusal::Refusal;

pub(super) fn check_definitions(definitions: &[AttributeDefinition]) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    for definition in definitions {
        let name = definition.attribute_name.as_str();
        if !(1..=MOST_KEY_NAME).contains(&name.chars().count()) {
            return Err(constraint(
                "attributeDefinitions.member.attributeName",
                "Member must have length greater than or equal to 1 and less than or equal to 255",
            ));
        }
        if !seen.insert(name) {
            return Err(invalid_values(&format!("Duplicate AttributeName in AttributeDefinitions: {name}")));
        }
    }
    Ok(())
}

pub(super) fn check_table_keys(keys: &[KeySchemaElement]) -> Result<(), Refusal> {
    if !(1..=2).contains(&keys.len()) {
        return Err(constraint(
            "keySchema",
            "Member must have length greater than or equal to 1 and less than or equal to 2",
        ));
    }
    check_order(keys)
}

/// A local index has the partition key of its table, and another sort key.
pub(super) fn check_local(indexes: &[Index], table_keys: &[KeySchemaElement]) -> Result<(), Refusal> {
    if indexes.len() > MOST_LOCAL {
        return Err(invalid_values(&format!(
            "Number of LocalSecondaryIndexes exceeds per-table limit of {MOST_LOCAL}"
        )));
    }
    if !indexes.is_empty() && table_keys.len() < 2 {
        return Err(invalid_values(
            "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
        ));
    }
    for Index { index_name, key_schema, .. } in indexes {
        check_order(key_schema)?;
        if key_schema.len() != 2 {
            return Err(invalid_values(&format!(
                "Index KeySchema does not have a range key for index: {index_name}"
            )));
        }
        if key_schema[0].attribute_name != table_keys[0].attribute_name {
            return Err(invalid_values(&format!(
                "Index KeySchema does not have the same leading hash key as table KeySchema for index: {index_name}"
            )));
        }
    }
    Ok(())
}

pub(super) fn check_global(indexes: &[Index], provisioned: bool) -> Result<(), Refusal> {
    if indexes.len() > MOST_GLOBAL {
        return Err(invalid_values(&format!(
            "GlobalSecondaryIndex count exceeds the per-table limit of {MOST_GLOBAL}"
        )));
    }
    for Index { index_name, key_schema, provisioned_throughput, .. } in indexes {
        check_order(key_schema)?;
        match provisioned_throughput {
            Some(_) if !provisioned => {
                return Err(invalid_values(&format!(
                    "ProvisionedThroughput should not be specified for index: {index_name} when BillingMode is PAY_PER_REQUEST"
                )));
            }
            None if provisioned => {
                return Err(invalid_values(&format!(
                    "ProvisionedThroughput is not specified for index: {index_name}"
                )));
            }
            Some(throughput) => check_throughput(*throughput)?,
            None => {}
        }
    }
    Ok(())
}

/// Indexes are told apart by their names, and each says what is in it.
pub(super) fn check_names<'a>(indexes: impl Iterator<Item = &'a Index>) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    for Index { index_name, projection, .. } in indexes {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        if !(3..=255).contains(&index_name.len()) || !index_name.bytes().all(plain) {
            return Err(constraint(
                "indexName",
                "Member must have 3 to 255 characters and satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
            ));
        }
        if projection.is_none() {
            return Err(constraint("projection", "Member must not be null"));
        }
        if !seen.insert(index_name.as_str()) {
            return Err(invalid_values(&format!("Duplicate index name: {index_name}")));
        }
    }
    Ok(())
}

/// Attributes that no key is made of are not defined.
pub(super) fn check_all_used(definitions: &[AttributeDefinition], schema: &Schema) -> Result<(), Refusal> {
    let keys = schema.keys.iter().chain(schema.index_keys.iter().map(|(_, key)| key));
    let used: BTreeSet<&str> = keys.map(|key| key.name.as_str()).collect();
    match definitions.iter().find(|definition| !used.contains(definition.attribute_name.as_str())) {
        None => Ok(()),
        Some(_) if schema.index_keys.is_empty() => Err(invalid_values(
            "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions",
        )),
        Some(unused) => Err(invalid_values(&format!(
            "Some AttributeDefinitions are not used. AttributeDefinitions: [{}]",
            unused.attribute_name
        ))),
    }
}

pub(super) fn check_throughput(throughput: ProvisionedThroughput) -> Result<(), Refusal> {
    if throughput.read_capacity_units.min(throughput.write_capacity_units) == 0 {
        return Err(constraint("provisionedThroughput", "Member must have value greater than or equal to 1"));
    }
    Ok(())
}

pub(super) fn check_on_demand(
    throughput: Option<OnDemandThroughput>,
    provisioned: bool,
) -> Result<(), Refusal> {
    let Some(OnDemandThroughput { max_read_request_units, max_write_request_units }) = throughput else {
        return Ok(());
    };
    if provisioned {
        return Err(invalid_values(
            "OnDemandThroughput can only be specified when BillingMode is PAY_PER_REQUEST",
        ));
    }
    let is_invalid = |units: &i64| *units != -1 && *units < 1;
    match [max_read_request_units, max_write_request_units].into_iter().flatten().find(is_invalid) {
        Some(_) => Err(constraint(
            "onDemandThroughput",
            "Member must be -1 or have value greater than or equal to 1",
        )),
        None => Ok(()),
    }
}

/// Partition keys first, then sort keys, each once.
fn check_order(keys: &[KeySchemaElement]) -> Result<(), Refusal> {
    if keys.first().is_none_or(|key| key.key_type != KeyType::Hash) {
        return Err(invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type"));
    }
    if keys.len() == 2 && keys[1].key_type != KeyType::Range {
        return Err(invalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"));
    }
    let distinct: BTreeSet<&str> = keys.iter().map(|key| key.attribute_name.as_str()).collect();
    if distinct.len() < keys.len() {
        return Err(invalid(
            "Both the Hash Key and the Range Key element in the KeySchema have the same name",
        ));
    }
    Ok(())
}

const MOST_GLOBAL: usize = 20;
const MOST_KEY_NAME: usize = 255;
const MOST_LOCAL: usize = 5;
