//! What the service tells of a table.

use serde::Serialize;
use serde_json::Value;

use super::definition::Definition;
use super::state::arn;
use super::table::Table;
use super::wire::{AttributeDefinition, Index, KeySchemaElement, OnDemandThroughput, ProvisionedThroughput};

/// The answer to `DescribeTable`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Described {
    pub(super) table: Description,
}

/// The answer to `CreateTable`, `UpdateTable` and `DeleteTable`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Changed {
    pub(super) table_description: Description,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Description {
    attribute_definitions: Vec<AttributeDefinition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_mode_summary: Option<BillingMode>,
    creation_date_time: f64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    global_secondary_indexes: Vec<IndexDescription>,
    item_count: usize,
    key_schema: Vec<KeySchemaElement>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    local_secondary_indexes: Vec<IndexDescription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_demand_throughput: Option<OnDemandThroughput>,
    provisioned_throughput: ProvisionedThroughput,
    table_arn: String,
    table_name: String,
    table_size_bytes: usize,
    table_status: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct BillingMode {
    billing_mode: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct IndexDescription {
    index_arn: String,
    index_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    index_status: Option<&'static str>,
    key_schema: Vec<KeySchemaElement>,
    projection: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provisioned_throughput: Option<ProvisionedThroughput>,
}

impl Description {
    /// The table in this status.
    pub(super) fn of(table: &Table, table_status: &'static str) -> Self {
        let definition = &table.definition;
        let by_request = definition.throughput.is_none();
        Self {
            attribute_definitions: definition.attribute_definitions.clone(),
            billing_mode_summary: by_request.then_some(BillingMode { billing_mode: "PAY_PER_REQUEST" }),
            creation_date_time: seconds(table.created_millis),
            global_secondary_indexes: indexes(
                definition,
                &definition.global_secondary_indexes,
                Some("ACTIVE"),
            ),
            item_count: table.items.len(),
            key_schema: definition.key_schema.clone(),
            local_secondary_indexes: indexes(definition, &definition.local_secondary_indexes, None),
            on_demand_throughput: definition.on_demand,
            provisioned_throughput: definition.throughput.unwrap_or(NONE),
            table_arn: arn(&definition.name),
            table_name: definition.name.clone(),
            table_size_bytes: table.items.values().map(|item| item.bytes).sum(),
            table_status,
        }
    }
}

fn indexes(
    definition: &Definition,
    indexes: &[Index],
    index_status: Option<&'static str>,
) -> Vec<IndexDescription> {
    let describe = |index: &Index| IndexDescription {
        index_arn: format!("{}/index/{}", arn(&definition.name), index.index_name),
        index_name: index.index_name.clone(),
        index_status,
        key_schema: index.key_schema.clone(),
        projection: index.projection.clone(),
        provisioned_throughput: index.provisioned_throughput,
    };
    indexes.iter().map(describe).collect()
}

fn seconds(millis: u64) -> f64 {
    millis as f64 / 1_000.0
}

/// What the service shows of a table that is billed by request.
const NONE: ProvisionedThroughput = ProvisionedThroughput { read_capacity_units: 0, write_capacity_units: 0 };
