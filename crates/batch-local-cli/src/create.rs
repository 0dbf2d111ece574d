//! Creating the destinations by the requests that a client would send.

use anyhow::{Context, Result, bail};
use batch_local::LocalServer;
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use crate::destination::{Destination, Key, Stream, Table};

/// A destination that exists.
#[derive(Debug, PartialEq)]
pub(crate) struct Created {
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    /// By what a client writes to it.
    pub(crate) address: Address,
}

/// By what a client writes to a destination.
#[derive(Debug, PartialEq)]
pub(crate) enum Address {
    Arn(String),
    Name,
    /// A URL that begins with that of the server.
    Path(String),
}

/// Creates the destination.
///
/// # Errors
///
/// Returns what the server says against it, such as an invalid name.
pub(crate) async fn create(server: &LocalServer, destination: &Destination) -> Result<Created> {
    let context = || format!("{} {:?}", destination.option(), destination.name());
    let response = server.handle(request(destination)).await.with_context(context)?;
    let status = response.status();
    let text = String::from_utf8_lossy(response.body()).into_owned();
    if !status.is_success() {
        bail!("{}: {}", context(), message(&text));
    }
    let address = address(destination, &text).with_context(context)?;
    Ok(Created { kind: kind(destination), name: destination.name().to_owned(), address })
}

fn request(destination: &Destination) -> Request<Bytes> {
    match destination {
        Destination::DeliveryStream(name) => {
            aws_json("Firehose_20150804.CreateDeliveryStream", &json!({ "DeliveryStreamName": name }))
        }
        Destination::Queue(name) => aws_json("AmazonSQS.CreateQueue", &queue(name)),
        Destination::Stream(stream) => aws_json("Kinesis_20131202.CreateStream", &data_stream(stream)),
        Destination::Table(table) => aws_json("DynamoDB_20120810.CreateTable", &definition(table)),
        Destination::Topic(name) => topic(name),
    }
}

fn queue(name: &str) -> Value {
    let attributes = if is_fifo(name) { json!({ "FifoQueue": "true" }) } else { json!({}) };
    json!({ "QueueName": name, "Attributes": attributes })
}

fn data_stream(stream: &Stream) -> Value {
    json!({ "StreamName": stream.name, "ShardCount": stream.shards })
}

fn definition(table: &Table) -> Value {
    let keys = || [("HASH", Some(&table.partition)), ("RANGE", table.sort.as_ref())].into_iter();
    let keys = || keys().filter_map(|(role, key)| Some((role, key?)));
    let element = |(role, key): (&str, &Key)| json!({ "AttributeName": key.name, "KeyType": role });
    let attribute = |(_, key): (&str, &Key)| json!({ "AttributeName": key.name, "AttributeType": key.kind });
    json!({
        "TableName": table.name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": keys().map(element).collect::<Vec<_>>(),
        "AttributeDefinitions": keys().map(attribute).collect::<Vec<_>>(),
    })
}

fn aws_json(target: &'static str, body: &Value) -> Request<Bytes> {
    let request = Request::post("/").header("x-amz-target", target);
    request.body(body.to_string().into()).expect("the target can stand in a header")
}

/// Topics are created over the query protocol.
fn topic(name: &str) -> Request<Bytes> {
    let fifo = "&Attributes.entry.1.key=FifoTopic&Attributes.entry.1.value=true";
    let attributes = if is_fifo(name) { fifo } else { "" };
    let name: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let body = format!("Action=CreateTopic&Version=2010-03-31&Name={name}{attributes}");
    let request = Request::post("/").header("content-type", "application/x-www-form-urlencoded");
    request.body(body.into()).expect("the content type can stand in a header")
}

fn is_fifo(name: &str) -> bool {
    name.ends_with(".fifo")
}

fn kind(destination: &Destination) -> &'static str {
    match destination {
        Destination::DeliveryStream(_) => "delivery stream",
        Destination::Queue(_) => "queue",
        Destination::Stream(_) => "stream",
        Destination::Table(_) => "table",
        Destination::Topic(_) => "topic",
    }
}

fn address(destination: &Destination, response: &str) -> Result<Address> {
    Ok(match destination {
        Destination::Queue(_) => {
            let output: Value = serde_json::from_str(response)?;
            let url = output["QueueUrl"].as_str().context("the queue has no URL")?;
            Address::Path(url.trim_start_matches("http://localhost").to_owned())
        }
        Destination::Topic(_) => {
            Address::Arn(element("TopicArn", response).context("the topic has no ARN")?.to_owned())
        }
        Destination::DeliveryStream(_) | Destination::Stream(_) | Destination::Table(_) => Address::Name,
    })
}

/// What an error says, in JSON or in XML.
fn message(response: &str) -> String {
    let json: Option<Value> = serde_json::from_str(response).ok();
    let said = json.as_ref().and_then(|error| error["message"].as_str());
    said.or_else(|| element("Message", response)).unwrap_or(response).to_owned()
}

fn element<'a>(name: &str, xml: &'a str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    Some(rest.split_once(&format!("</{name}>"))?.0)
}

#[cfg(test)]
mod tests {
    use batch_local::LocalServer;

    use super::{Address, Created, create};
    use crate::destination::Destination;

    async fn check(destination: Destination, kind: &'static str, address: Address) {
        let name = destination.name().to_owned();
        let created = create(&LocalServer::new(), &destination).await.expect("the destination is valid");
        assert_eq!(created, Created { kind, name, address });
    }

    async fn check_refused(destination: Destination, expected: &str) {
        let error = create(&LocalServer::new(), &destination).await.expect_err("the name is invalid");
        assert!(format!("{error:#}").starts_with(expected), "{error:#}");
    }

    #[tokio::test]
    async fn a_client_is_told_by_what_it_writes_to_a_destination() {
        check(Destination::DeliveryStream("a".into()), "delivery stream", Address::Name).await;
        check(Destination::Queue("a".into()), "queue", Address::Path("/000000000000/a".into())).await;
        check(Destination::Queue("a.fifo".into()), "queue", Address::Path("/000000000000/a.fifo".into()))
            .await;
        check(Destination::Stream("a:2".parse().unwrap()), "stream", Address::Name).await;
        check(Destination::Table("orders:id:at=N".parse().unwrap()), "table", Address::Name).await;
        let arn = |name| Address::Arn(format!("arn:aws:sns:us-east-1:000000000000:{name}"));
        check(Destination::Topic("a".into()), "topic", arn("a")).await;
        check(Destination::Topic("a.fifo".into()), "topic", arn("a.fifo")).await;
    }

    #[tokio::test]
    async fn a_refusal_names_the_option_the_name_and_the_rule() {
        check_refused(Destination::Queue("a b".into()), "--queue \"a b\": ").await;
        check_refused(Destination::Topic("a&b".into()), "--topic \"a&b\": Invalid parameter: Topic Name")
            .await;
        check_refused(Destination::DeliveryStream("a b".into()), "--delivery-stream \"a b\": ").await;
        check_refused(Destination::Stream("a b:2".parse().unwrap()), "--stream \"a b\": ").await;
        check_refused(Destination::Table("a b:id".parse().unwrap()), "--table \"a b\": ").await;
    }
}
