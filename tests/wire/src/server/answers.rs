//! What the null server answers: as many results as the request has entries, in the form of the service.

use std::collections::HashMap;
use std::fmt::Write as _;

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};

use super::scan;

/// The id of every message that a queue or a topic accepts.
macro_rules! message_id {
    () => {
        "4c5ab9f0-5d8f-4b5c-9d0e-1f2a3b4c5d6e"
    };
}

/// The members of a response to an accepted message that every queue has.
macro_rules! message {
    () => {
        concat!(
            r#""MessageId":""#,
            message_id!(),
            r#"","MD5OfMessageBody":"0cc175b9c0f1b6a831c399e269772661""#
        )
    };
}

/// Makes the answers, and counts the entries.
#[derive(Debug)]
pub(crate) struct Answers {
    /// One entry in this many fails; none does at 0.
    failing: u64,
    entries: u64,
    /// Answers to requests of which no record fails, by the form and the number of records.
    all_accepted: HashMap<(&'static str, usize), Bytes>,
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
        Self { failing, entries: 0, all_accepted: HashMap::new() }
    }

    /// The answer to a request for this operation: the target of the JSON protocols, the action of the Query
    /// protocol, or the path of the request.
    pub(crate) fn to(&mut self, operation: &str, body: &[u8]) -> Answer {
        match operation.rsplit(['.', '/']).next() {
            Some("BatchWriteItem") => Answer::json(self.batch_write_item(body)),
            Some("Publish") => Answer::xml(self.one(result("Publish", PUBLISHED))),
            Some("PublishBatch") => Answer::xml(self.publish_batch(body)),
            Some("PutItem") => Answer::json(self.one("{}")),
            Some("PutMetricData") => self.put_metric_data(body),
            Some("PutRecord") => {
                let form = if operation.starts_with("Firehose") { &FIREHOSE } else { &KINESIS };
                Answer::json(self.one(form.accepted))
            }
            Some("PutRecordBatch") => Answer::json(self.put_records(body, &FIREHOSE)),
            Some("PutRecords") => Answer::json(self.put_records(body, &KINESIS)),
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

    fn publish_batch(&mut self, body: &[u8]) -> String {
        let (mut successful, mut failed) = (String::new(), String::new());
        for id in scan::form_ids(body) {
            let (list, said) = if self.fails() {
                (&mut failed, "<Code>InternalError</Code><SenderFault>false</SenderFault>")
            } else {
                (&mut successful, PUBLISHED)
            };
            let _ = write!(list, "<member><Id>{id}</Id>{said}</member>");
        }
        let lists = format!("<Successful>{successful}</Successful><Failed>{failed}</Failed>");
        result("PublishBatch", &lists)
    }

    fn put_metric_data(&mut self, body: &[u8]) -> Answer {
        self.entries += scan::occurrences(body, "MetricName") as u64;
        Answer { status: StatusCode::OK, content_type: "application/cbor", body: EMPTY_MAP }
    }

    fn put_records(&mut self, body: &[u8], form: &Records) -> Bytes {
        let records = scan::objects(body);
        let failing: Vec<bool> = (0..records).map(|_| self.fails()).collect();
        if failing.contains(&true) {
            return form.answer(&failing);
        }
        self.all_accepted.entry((form.list, records)).or_insert_with(|| form.answer(&failing)).clone()
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

    fn xml(body: impl Into<Bytes>) -> Self {
        Self { status: StatusCode::OK, content_type: "text/xml", body: body.into() }
    }
}

/// How a service says what became of each record.
struct Records {
    /// What comes before the number of those that failed.
    count: &'static str,
    /// The name of the results.
    list: &'static str,
    accepted: &'static str,
    throttled: &'static str,
}

impl Records {
    fn answer(&self, failing: &[bool]) -> Bytes {
        let failed = failing.iter().filter(|fails| **fails).count();
        let mut records = String::new();
        for fails in failing {
            separate(&mut records);
            records.push_str(if *fails { self.throttled } else { self.accepted });
        }
        format!(r#"{{{}:{failed},"{}":[{records}]}}"#, self.count, self.list).into()
    }
}

/// What the service says about a message that it accepted; the SDK does not check the MD5.
fn message(body: &[u8]) -> &'static str {
    if scan::occurrences(body, "\"MessageGroupId\"") == 0 { MESSAGE } else { FIFO_MESSAGE }
}

/// A response of the Query protocol.
fn result(operation: &str, members: &str) -> String {
    format!(
        "<{operation}Response xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">\
         <{operation}Result>{members}</{operation}Result>\
         <ResponseMetadata><RequestId>d74b8436-ae13-5ab4-a9ff-ce54dfea72a0</RequestId></ResponseMetadata>\
         </{operation}Response>"
    )
}

fn separate(list: &mut String) {
    if !list.is_empty() {
        list.push(',');
    }
}

const FIREHOSE: Records = Records {
    count: r#""Encrypted":false,"FailedPutCount""#,
    list: "RequestResponses",
    accepted: concat!(
        r#"{"RecordId":"Zk9mQ0xHVzhKNnhQd1NqN3ZSdEJ5TmE1YlFlM2hVdDFLaU9sR3pNcEVjWHJBc0R"#,
        "mR2hKa0w0d1FlUnRZdUlvUGFTZERmR2hKa0x6WGNWYk5tUXdFclR5VWlPcEFzRGZHaEprTHpYY1ZiTm1Rd0VyVHlVaU9wQXNE",
        r#"ZkdoSmtMelhjVmJObVF3RXJUeVVpT3BBc0RmR2hKa0x6WGNWYk5tUXdFclR5VWlPcA=="}"#
    ),
    throttled: r#"{"ErrorCode":"ServiceUnavailableException","ErrorMessage":"Slow down."}"#,
};
const KINESIS: Records = Records {
    count: r#""FailedRecordCount""#,
    list: "Records",
    accepted: concat!(
        r#"{"SequenceNumber":"49660202014010100000000000000000000000000000000000000001","#,
        r#""ShardId":"shardId-000000000000"}"#
    ),
    throttled: concat!(
        r#"{"ErrorCode":"ProvisionedThroughputExceededException","#,
        r#""ErrorMessage":"Rate exceeded for shard"}"#
    ),
};
/// A map without entries, in CBOR.
const EMPTY_MAP: Bytes = Bytes::from_static(b"\xa0");
const FIFO_MESSAGE: &str = concat!(message!(), r#","SequenceNumber":"18849496460467696128""#);
const JSON: &str = "application/x-amz-json-1.1";
const MESSAGE: &str = message!();
const PUBLISHED: &str = concat!("<MessageId>", message_id!(), "</MessageId>");
/// The one that the puts of these programs are for.
const TABLE: &str = "bench";
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
    fn services_of_records_answer_in_their_own_forms() {
        let mut answers = Answers::new(0);
        let batch = r#"{"DeliveryStreamName":"bench","Records":[{"Data":"YQ=="},{"Data":"Yg=="}]}"#;
        let firehose = answer(&mut answers, "Firehose_20150804.PutRecordBatch", batch);
        assert_eq!(
            (&firehose["FailedPutCount"], &firehose["Encrypted"]),
            (&Value::from(0), &Value::from(false))
        );
        assert_eq!(firehose["RequestResponses"].as_array().map(Vec::len), Some(2));
        let kinesis = answer(&mut answers, "Kinesis_20131202.PutRecords", batch);
        assert_eq!(kinesis["Records"].as_array().map(Vec::len), Some(2));
        assert!(answer(&mut answers, "Firehose_20150804.PutRecord", "{}")["RecordId"].is_string());
        assert!(answer(&mut answers, "Kinesis_20131202.PutRecord", "{}")["SequenceNumber"].is_string());
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
    fn a_message_for_a_topic_is_told_by_its_id_in_xml() {
        let mut answers = Answers::new(2);
        let body = "Action=PublishBatch&E.member.1.Id=x&E.member.1.Message=a&E.member.2.Id=y&Z=1";
        let answer = answers.to("PublishBatch", body.as_bytes());
        let said = String::from_utf8(answer.body.to_vec()).unwrap();
        assert!(said.contains("<Successful><member><Id>x</Id><MessageId>"), "{said}");
        assert!(said.contains("<Failed><member><Id>y</Id><Code>"), "{said}");
        assert_eq!((answer.content_type, answers.entries()), ("text/xml", 2));
    }

    #[test]
    fn what_is_no_operation_is_not_found() {
        assert_eq!(Answers::new(0).to("AmazonSQS.CreateQueue", b"{}").status, 404);
    }
}
