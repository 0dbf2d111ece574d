use std::error::Error;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use batch_kinesis::{Kinesis, Record};
use batchwright_tests::{Destination, Keyed, Setup, Spread};
use serde_json::{Value, json};

use super::{Suspect, json_error};
use crate::paths::answer;
use crate::planted::{MARK, NUMBER, STRANGE};
use crate::trouble::Asked;

impl Suspect for Keyed {
    const UNKNOWN: (u16, &'static str) = (400, "ResourceNotFoundException");
    const CONTENT: &'static str = "application/x-amz-json-1.1";

    fn with_options(stream: Kinesis) -> Kinesis {
        stream.partition_key_from("key")
    }

    fn guilty(n: usize) -> Record {
        let record = Record::new(format!("{MARK} data {n}")).partition_key(format!("{MARK} {STRANGE} {n}"));
        record.explicit_hash_key(NUMBER)
    }

    fn invalid() -> Vec<Record> {
        let keyed = || Record::new(MARK).partition_key(MARK);
        vec![
            Record::new(MARK),
            Record::new(format!("{{\"{MARK}\":1}}")),
            Record::new(format!("{{\"key\":null,\"{MARK}\":1}}")),
            Record::new(format!("{{\"key\":\"{MARK}\\ud800\"}}")),
            Record::new(MARK).partition_key(""),
            Record::new(MARK).partition_key(MARK.repeat(40)),
            keyed().explicit_hash_key(MARK),
            keyed().explicit_hash_key(MARK.repeat(10)),
            keyed().explicit_hash_key(format!("-{NUMBER}")),
            keyed().explicit_hash_key(format!("0{NUMBER}")),
            keyed().explicit_hash_key(format!("{NUMBER}{NUMBER}{NUMBER}{NUMBER}")),
            keyed().explicit_hash_key(format!("999999999999999999999999999{NUMBER}99")),
        ]
    }

    fn too_large() -> Record {
        Record::new(MARK.repeat(2_000_000)).partition_key(MARK)
    }

    fn error(status: u16, code: &str, message: &str) -> HttpResponse {
        json_error(Self::CONTENT, status, code, message)
    }

    fn in_part(asked: &Asked) -> Option<HttpResponse> {
        let request: Value = serde_json::from_slice(&asked.body).unwrap();
        let failed = request["Records"].as_array()?.iter();
        let failed = failed.map(|_| json!({ "ErrorCode": asked.text, "ErrorMessage": asked.text }));
        let body = json!({ "FailedRecordCount": failed.len(), "Records": failed.collect::<Vec<_>>() });
        Some(answer(200, Self::CONTENT, body.to_string()))
    }

    async fn look_up(setup: Setup) -> Option<Box<dyn Error>> {
        let stream = Self::open(&setup).service();
        let discovered = tokio::time::timeout(Duration::from_secs(60), stream.discover_limits());
        discovered.await.ok()?.err().map(Into::into)
    }
}

impl Suspect for Spread {
    const UNKNOWN: (u16, &'static str) = Keyed::UNKNOWN;
    const CONTENT: &'static str = Keyed::CONTENT;

    fn guilty(n: usize) -> Record {
        Record::new(format!("{MARK} data {n}"))
    }

    fn invalid() -> Vec<Record> {
        vec![Record::new(MARK).explicit_hash_key(MARK)]
    }

    fn too_large() -> Record {
        Keyed::too_large()
    }

    fn error(status: u16, code: &str, message: &str) -> HttpResponse {
        Keyed::error(status, code, message)
    }

    fn in_part(asked: &Asked) -> Option<HttpResponse> {
        Keyed::in_part(asked)
    }
}
