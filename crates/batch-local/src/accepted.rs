//! What topics and delivery streams accepted, for clients in other processes: AWS has no request that reads it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde_json::{Map, Value, json};

use crate::{AttributeValue, LocalServer, MessageAttribute, PublishedMessage, StoredFirehoseRecord, answer};

/// The response to `GET /accepted/sns/TOPIC` or `GET /accepted/firehose/STREAM`; none if this is another request.
///
/// A JSON array, in the order of acceptance, with the names that AWS gives to the parts of an entry.
pub(crate) fn response(server: &LocalServer, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    let path = request.uri().path().strip_prefix("/accepted/").filter(|_| request.method() == Method::GET)?;
    let entries = path.split_once('/').and_then(|(service, name)| entries(server, service, name));
    Some(entries.map_or_else(
        || {
            let message = format!(
                "there is no topic or delivery stream at {path:?}, such as sns/NAME or firehose/NAME"
            );
            answer::plain_json(StatusCode::NOT_FOUND, &json!({ "message": message }))
        },
        |entries| answer::plain_json(StatusCode::OK, &entries),
    ))
}

fn entries(server: &LocalServer, service: &str, name: &str) -> Option<Value> {
    let is_name = |known: &String| known == name;
    match service {
        "firehose" if server.firehose().stream_names().iter().any(is_name) => {
            Some(server.firehose().accepted(name).iter().map(record).collect())
        }
        "sns" if server.sns().topic_names().iter().any(is_name) => {
            Some(server.sns().accepted(name).iter().map(message).collect())
        }
        _ => None,
    }
}

fn record(record: &StoredFirehoseRecord) -> Value {
    json!({ "RecordId": record.record_id, "Data": STANDARD.encode(&record.data) })
}

/// What was not given is left out.
fn message(message: &PublishedMessage) -> Value {
    let attributes = message.attributes.iter().map(|(name, value)| (name.clone(), attribute(value)));
    let members = [
        ("MessageId", Some(message.message_id.clone().into())),
        ("Message", Some(message.body.clone().into())),
        ("Subject", message.subject.clone().map(Value::from)),
        ("MessageStructure", message.structure.clone().map(Value::from)),
        ("MessageAttributes", Some(Value::Object(attributes.collect()))),
        ("MessageGroupId", message.group_id.clone().map(Value::from)),
        ("MessageDeduplicationId", message.deduplication_id.clone().map(Value::from)),
        ("SequenceNumber", message.sequence_number.clone().map(Value::from)),
    ];
    let given = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(given.collect::<Map<_, _>>())
}

fn attribute(attribute: &MessageAttribute) -> Value {
    let (member, value) = match &attribute.value {
        AttributeValue::Binary(bytes) => ("BinaryValue", STANDARD.encode(bytes)),
        AttributeValue::Text(text) => ("StringValue", text.clone()),
    };
    json!({ "DataType": attribute.data_type, member: value })
}
