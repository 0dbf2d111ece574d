//! What the null server answers: as many results as the request has entries, in the form of the service.

use std::fmt::Write as _;

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};

use super::scan;

/// The members of a response to an accepted message that every queue has.
macro_rules! message {
    () => {
        concat!(
            r#""MessageId":"4c5ab9f0-5d8f-4b5c-9d0e-1f2a3b4c5d6e","#,
            r#""MD5OfMessageBody":"0cc175b9c0f1b6a831c399e269772661""#
        )
    };
}

/// Makes the answers, and counts the entries.
#[derive(Debug)]
pub(crate) struct Answers {
    /// One entry in this many fails; none does at 0.
    failing: u64,
    entries: u64,
    /// Answers of Kinesis to requests of which no record fails, by the number of records.
    all_accepted: Vec<Option<Bytes>>,
}

/// What goes into a response.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'static str,
    pub(crate) body: Bytes,
}

impl Answers {
    pub(crate) fn new(failing: u64) -> Self {
        Self { failing, entries: 0, all_accepted: Vec::new() }
    }

    /// The answer to a request for this operation: the target of the JSON protocols, or the path of the
    /// request.
    pub(crate) fn to(&mut self, operation: &str, body: &[u8]) -> Answer {
        match operation.rsplit(['.', '/']).next() {
            Some("BatchWriteItem") => Answer::json(self.batch_write_item(body)),
            Some("PutItem") => Answer::json(self.one("{}")),
            Some("PutMetricData") => self.put_metric_data(body),
            Some("PutRecord") => Answer::json(self.one(ACCEPTED_RECORD)),
            Some("PutRecords") => Answer::json(self.put_records(body)),
            Some("SendMessage") => Answer::json(self.one(format!("{{{}}}", message(body)))),
            Some("SendMessageBatch") => Answer::json(self.send_message_batch(body)),
            _ => Answer { status: StatusCode::NOT_FOUND, content_type: JSON, body: Bytes::new() },
        }
    }

    /// How many entries there were so far.
    pub(crate) fn entries(&self) -> u64 {
        self.entries
    }

    fn batch_write_item(&mut self, body: &[u8]) -> String {
        let puts = scan::occurrences(body, "\"PutRequest\"");
        let failing: Vec<bool> = (0..puts).map(|_| self.fails()).collect();
        if !failing.contains(&true) {
            return r#"{"UnprocessedItems":{}}"#.to_owned();
        }
        let mut request: Value = serde_json::from_slice(body).unwrap_or_default();
        let puts = request["RequestItems"][TABLE].as_array_mut().map(std::mem::take).unwrap_or_default();
        let unprocessed = puts.into_iter().zip(failing).filter(|(_, fails)| *fails).map(|(put, _)| put);
        json!({ "UnprocessedItems": { TABLE: unprocessed.collect::<Value>() } }).to_string()
    }

    fn put_metric_data(&mut self, body: &[u8]) -> Answer {
        self.entries += scan::occurrences(body, "MetricName") as u64;
        Answer { status: StatusCode::OK, content_type: "application/cbor", body: EMPTY_MAP }
    }

    fn put_records(&mut self, body: &[u8]) -> Bytes {
        let records = scan::objects(body);
        let failing: Vec<bool> = (0..records).map(|_| self.fails()).collect();
        if failing.contains(&true) {
            return records_answer(&failing);
        }
        if self.all_accepted.len() <= records {
            self.all_accepted.resize(records + 1, None);
        }
        self.all_accepted[records].get_or_insert_with(|| records_answer(&failing)).clone()
    }

    fn send_message_batch(&mut self, body: &[u8]) -> String {
        let message = message(body);
        let (mut successful, mut failed) = (String::new(), String::new());
        for id in scan::ids(body) {
            if self.fails() {
                separate(&mut failed);
                let _ = write!(failed, r#"{{"Id":"{id}","Code":"InternalError","SenderFault":false}}"#);
            } else {
                separate(&mut successful);
                let _ = write!(successful, r#"{{"Id":"{id}",{message}}}"#);
            }
        }
        format!(r#"{{"Successful":[{successful}],"Failed":[{failed}]}}"#)
    }

    /// The answer to a request of one entry, which does not fail.
    fn one(&mut self, answer: impl Into<Bytes>) -> Bytes {
        self.entries += 1;
        answer.into()
    }

    /// Whether the next entry fails.
    fn fails(&mut self) -> bool {
        self.entries += 1;
        self.entries.checked_rem(self.failing) == Some(0)
    }
}

impl Answer {
    fn json(body: impl Into<Bytes>) -> Self {
        Self { status: StatusCode::OK, content_type: JSON, body: body.into() }
    }
}

fn records_answer(failing: &[bool]) -> Bytes {
    let failed = failing.iter().filter(|fails| **fails).count();
    let mut records = String::new();
    for fails in failing {
        separate(&mut records);
        records.push_str(if *fails { THROTTLED_RECORD } else { ACCEPTED_RECORD });
    }
    format!(r#"{{"FailedRecordCount":{failed},"Records":[{records}]}}"#).into()
}

/// What the service says about a message that it accepted; the SDK does not check the MD5.
fn message(body: &[u8]) -> &'static str {
    if scan::occurrences(body, "\"MessageGroupId\"") == 0 { MESSAGE } else { FIFO_MESSAGE }
}

fn separate(list: &mut String) {
    if !list.is_empty() {
        list.push(',');
    }
}

const ACCEPTED_RECORD: &str = concat!(
    r#"{"SequenceNumber":"49660202014010100000000000000000000000000000000000000001","#,
    r#""ShardId":"shardId-000000000000"}"#
);
/// A map without entries, in CBOR.
const EMPTY_MAP: Bytes = Bytes::from_static(b"\xa0");
const FIFO_MESSAGE: &str = concat!(message!(), r#","SequenceNumber":"18849496460467696128""#);
const JSON: &str = "application/x-amz-json-1.1";
const MESSAGE: &str = message!();
/// The one that the puts of these programs are for.
const TABLE: &str = "bench";
const THROTTLED_RECORD: &str =
    r#"{"ErrorCode":"ProvisionedThroughputExceededException","ErrorMessage":"Rate exceeded for shard"}"#;

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::Answers;

    fn answer(answers: &mut Answers, operation: &str, body: &str) -> Value {
        serde_json::from_slice(&answers.to(operation, body.as_bytes()).body).unwrap()
    }

    #[test]
    fn one_entry_in_so_many_fails_across_requests() {
        let mut answers = Answers::new(3);
        let body = r#"{"Records":[{"Data":"YQ=="},{"Data":"Yg=="}],"StreamName":"bench"}"#;
        let failed = [0, 1, 1, 0].map(|failed| (failed, 2));
        for (failed, records) in failed {
            let answer = answer(&mut answers, "Kinesis_20131202.PutRecords", body);
            assert_eq!(answer["FailedRecordCount"], failed);
            assert_eq!(answer["Records"].as_array().map(Vec::len), Some(records));
        }
        assert_eq!(answers.entries(), 8);
    }

    #[test]
    fn a_put_that_fails_comes_back_as_it_was_sent() {
        let mut answers = Answers::new(2);
        let puts = r#"[{"PutRequest":{"Item":{"pk":{"S":"a"}}}},{"PutRequest":{"Item":{"pk":{"S":"b"}}}}]"#;
        let body = format!(r#"{{"RequestItems":{{"bench":{puts}}}}}"#);
        let answer = answer(&mut answers, "DynamoDB_20120810.BatchWriteItem", &body);
        let unprocessed = r#"{"UnprocessedItems":{"bench":[{"PutRequest":{"Item":{"pk":{"S":"b"}}}}]}}"#;
        assert_eq!(answer.to_string(), unprocessed);
    }

    #[test]
    fn a_message_that_fails_is_told_by_its_id() {
        let mut answers = Answers::new(2);
        let body = r#"{"Entries":[{"Id":"x","MessageBody":"a"},{"Id":"y","MessageBody":"b"}]}"#;
        let answer = answer(&mut answers, "AmazonSQS.SendMessageBatch", body);
        assert_eq!(answer["Successful"][0]["Id"], "x");
        assert_eq!(answer["Failed"][0]["Id"], "y");
    }

    #[test]
    fn what_is_no_operation_is_not_found() {
        assert_eq!(Answers::new(0).to("AmazonSQS.CreateQueue", b"{}").status, 404);
    }
}
