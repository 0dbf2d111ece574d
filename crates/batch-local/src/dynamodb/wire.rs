//! The shapes of requests and answers. Members are optional wherever a client may leave them out.
//!
//! What would change the meaning of a read or a write and is not served, such as a condition, is
//! refused for its unknown name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::consumed::Consumed;
use super::value::Attributes;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct BatchWriteItem {
    /// In the order of the names of the tables, so that the same requests meet the same faults: the
    /// client's order is that of a map.
    pub(super) request_items: Option<BTreeMap<String, Vec<Box<RawValue>>>>,
    pub(super) return_consumed_capacity: Option<String>,
    #[serde(rename = "ReturnItemCollectionMetrics")]
    _return_item_collection_metrics: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct WriteRequest {
    pub(super) delete_request: Option<DeleteRequest>,
    pub(super) put_request: Option<PutRequest>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct DeleteRequest {
    pub(super) key: Option<Box<RawValue>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct PutRequest {
    pub(super) item: Option<Box<RawValue>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct PutItem {
    pub(super) table_name: Option<String>,
    pub(super) item: Option<Box<RawValue>>,
    pub(super) return_consumed_capacity: Option<String>,
    #[serde(rename = "ReturnItemCollectionMetrics")]
    _return_item_collection_metrics: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct DeleteItem {
    pub(super) table_name: Option<String>,
    pub(super) key: Option<Box<RawValue>>,
    pub(super) return_consumed_capacity: Option<String>,
    #[serde(rename = "ReturnItemCollectionMetrics")]
    _return_item_collection_metrics: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct GetItem {
    pub(super) table_name: Option<String>,
    pub(super) key: Option<Box<RawValue>>,
    pub(super) consistent_read: Option<bool>,
    pub(super) return_consumed_capacity: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Scan {
    pub(super) table_name: Option<String>,
    pub(super) consistent_read: Option<bool>,
    pub(super) exclusive_start_key: Option<Box<RawValue>>,
    pub(super) limit: Option<i64>,
    pub(super) return_consumed_capacity: Option<String>,
    pub(super) select: Option<String>,
}

/// What else it may have, such as tags, changes nothing that is served.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateTable {
    pub(super) table_name: Option<String>,
    pub(super) attribute_definitions: Option<Vec<AttributeDefinition>>,
    pub(super) billing_mode: Option<String>,
    #[serde(default)]
    pub(super) global_secondary_indexes: Vec<Index>,
    pub(super) key_schema: Option<Vec<KeySchemaElement>>,
    #[serde(default)]
    pub(super) local_secondary_indexes: Vec<Index>,
    pub(super) on_demand_throughput: Option<OnDemandThroughput>,
    pub(super) provisioned_throughput: Option<ProvisionedThroughput>,
}

/// Of a table, only its capacity is changed here.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct UpdateTable {
    pub(super) table_name: Option<String>,
    pub(super) billing_mode: Option<String>,
    pub(super) on_demand_throughput: Option<OnDemandThroughput>,
    pub(super) provisioned_throughput: Option<ProvisionedThroughput>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OfTable {
    pub(super) table_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListTables {
    pub(super) exclusive_start_table_name: Option<String>,
    pub(super) limit: Option<i64>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AttributeDefinition {
    pub(super) attribute_name: String,
    pub(super) attribute_type: ScalarType,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct KeySchemaElement {
    pub(super) attribute_name: String,
    pub(super) key_type: KeyType,
}

/// A local or a global secondary index.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Index {
    pub(super) index_name: String,
    pub(super) key_schema: Vec<KeySchemaElement>,
    pub(super) projection: Option<Value>,
    pub(super) provisioned_throughput: Option<ProvisionedThroughput>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ProvisionedThroughput {
    pub(super) read_capacity_units: u64,
    pub(super) write_capacity_units: u64,
}

/// The most request units per second of a table that is billed by request; -1 for any number.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OnDemandThroughput {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_read_request_units: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_write_request_units: Option<i64>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum KeyType {
    Hash,
    Range,
}

/// The types of attributes that a key can be made of.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) enum ScalarType {
    B,
    N,
    S,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BatchWriteItemOutput {
    pub(super) unprocessed_items: BTreeMap<String, Vec<Box<RawValue>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) consumed_capacity: Option<Vec<Consumed>>,
}

/// The answer to a single write.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Written {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) consumed_capacity: Option<Consumed>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetItemOutput {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) item: Option<Attributes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) consumed_capacity: Option<Consumed>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ScanOutput {
    pub(super) count: usize,
    pub(super) scanned_count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) items: Option<Vec<Attributes>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last_evaluated_key: Option<Attributes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) consumed_capacity: Option<Consumed>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TableNames {
    pub(super) table_names: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last_evaluated_table_name: Option<String>,
}

impl ScalarType {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::B => "B",
            Self::N => "N",
            Self::S => "S",
        }
    }
}
