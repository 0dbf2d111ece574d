//! The shapes of requests. Members are optional wherever a client may leave them out: what is missing is refused by the
//! operation, with the service's own error.

use serde::Deserialize;

use crate::json::Blob;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateDeliveryStream {
    pub(super) delivery_stream_name: Option<String>,
    pub(super) delivery_stream_type: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutRecord {
    pub(super) delivery_stream_name: Option<String>,
    pub(super) record: Option<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutRecordBatch {
    pub(super) delivery_stream_name: Option<String>,
    pub(super) records: Option<Vec<Entry>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Entry {
    pub(super) data: Option<Blob>,
}
