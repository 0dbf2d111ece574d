use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use batch_firehose::Record;
use batchwright_tests::Delivered;
use serde_json::{Value, json};

use super::{Suspect, json_error};
use crate::paths::answer;
use crate::planted::{MARK, STRANGE};
use crate::trouble::Asked;

impl Suspect for Delivered {
    const UNKNOWN: (u16, &'static str) = (400, "ResourceNotFoundException");
    const CONTENT: &'static str = "application/x-amz-json-1.1";

    fn guilty(n: usize) -> Record {
        Record::new(format!("{MARK} {STRANGE} data {n}"))
    }

    fn invalid() -> Vec<Record> {
        Vec::new()
    }

    fn too_large() -> Record {
        Record::new(MARK.repeat(2_000_000))
    }

    fn error(status: u16, code: &str, message: &str) -> HttpResponse {
        json_error(Self::CONTENT, status, code, message)
    }

    fn in_part(asked: &Asked) -> Option<HttpResponse> {
        let request: Value = serde_json::from_slice(&asked.body).unwrap();
        let failed = request["Records"].as_array()?.iter();
        let failed = failed.map(|_| json!({ "ErrorCode": asked.text, "ErrorMessage": asked.text }));
        let body = json!({ "FailedPutCount": failed.len(), "RequestResponses": failed.collect::<Vec<_>>() });
        Some(answer(200, Self::CONTENT, body.to_string()))
    }
}
