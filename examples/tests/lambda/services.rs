//! The handler of every service, before a server of its own.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use batch_local::LocalServer;
use batchwright_examples::lambda;

use crate::invocation::{Invocation, REMAINING, event, invoke};

pub(crate) async fn cloudwatch(server: LocalServer, bad: &[usize]) -> Invocation {
    let writer = lambda::cloudwatch::writer(aws_sdk_cloudwatch::Client::new(&server.sdk_config())).unwrap();
    let records = event(bad, |number, is_bad| if is_bad { f64::NAN } else { number as f64 });
    let handler = lambda::cloudwatch::handle(&writer, records, REMAINING);
    invoke(handler, || writer.stats(), || server.cloudwatch().accepted("Weather").len()).await
}

pub(crate) async fn dynamodb(server: LocalServer, bad: &[usize]) -> Invocation {
    let client = aws_sdk_dynamodb::Client::new(&server.sdk_config());
    let key = AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S);
    let schema = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash);
    let create = client.create_table().table_name("orders").billing_mode(BillingMode::PayPerRequest);
    let create = create.attribute_definitions(key.build().unwrap()).key_schema(schema.build().unwrap());
    create.send().await.unwrap();
    let writer = lambda::dynamodb::writer(client).unwrap();
    // Half of what is bad is no JSON, the other half lacks the key.
    let bad_order = |number| if number % 2 == 0 { "no JSON".to_owned() } else { "{}".to_owned() };
    let order = |number| format!(r#"{{"id": "order-{number}"}}"#);
    let records = event(bad, |number, is_bad| if is_bad { bad_order(number) } else { order(number) });
    let handler = lambda::dynamodb::handle(&writer, records, REMAINING);
    invoke(handler, || writer.stats(), || server.dynamodb().items("orders").len()).await
}

pub(crate) async fn firehose(server: LocalServer, bad: &[usize]) -> Invocation {
    let client = aws_sdk_firehose::Client::new(&server.sdk_config());
    client.create_delivery_stream().delivery_stream_name("measurements").send().await.unwrap();
    let writer = lambda::firehose::writer(client).unwrap();
    let too_large = "x".repeat(1_024_001);
    let records = event(bad, |number, is_bad| if is_bad { too_large.clone() } else { number.to_string() });
    let handler = lambda::firehose::handle(&writer, records, REMAINING);
    invoke(handler, || writer.stats(), || server.firehose().accepted("measurements").len()).await
}

pub(crate) async fn kinesis(server: LocalServer, bad: &[usize]) -> Invocation {
    let client = aws_sdk_kinesis::Client::new(&server.sdk_config());
    client.create_stream().stream_name("measurements").shard_count(1).send().await.unwrap();
    let writer = lambda::kinesis::writer(client).unwrap();
    let too_large = "x".repeat(2 * 1024 * 1024);
    let records = event(bad, |number, is_bad| if is_bad { too_large.clone() } else { number.to_string() });
    let handler = lambda::kinesis::handle(&writer, records, REMAINING);
    invoke(handler, || writer.stats(), || server.kinesis().accepted("measurements").len()).await
}

pub(crate) async fn sns(server: LocalServer, bad: &[usize]) -> Invocation {
    let client = aws_sdk_sns::Client::new(&server.sdk_config());
    let topic = client.create_topic().name("orders").send().await.unwrap();
    let writer = lambda::sns::writer(client, topic.topic_arn().unwrap()).unwrap();
    let records = event(bad, |number, is_bad| if is_bad { String::new() } else { format!("order {number}") });
    let handler = lambda::sns::handle(&writer, records, REMAINING);
    invoke(handler, || writer.stats(), || server.sns().accepted("orders").len()).await
}

pub(crate) async fn sqs(server: LocalServer, bad: &[usize]) -> Invocation {
    let writer = lambda::sqs::writer(with_queue(&server).await).unwrap();
    let handler = lambda::sqs::handle(&writer, orders(bad), REMAINING);
    invoke(handler, || writer.stats(), || server.sqs().accepted("orders").len()).await
}

pub(crate) async fn umbrella(server: LocalServer, bad: &[usize]) -> Invocation {
    let writer = lambda::umbrella::writer(with_queue(&server).await).unwrap();
    let handler = lambda::umbrella::handle(&writer, orders(bad), REMAINING);
    invoke(handler, || writer.stats(), || server.sqs().accepted("orders").len()).await
}

async fn with_queue(server: &LocalServer) -> aws_sdk_sqs::Client {
    let client = aws_sdk_sqs::Client::new(&server.sdk_config());
    client.create_queue().queue_name("orders").send().await.unwrap();
    client
}

/// A bad order has a character that no queue takes.
fn orders(bad: &[usize]) -> Vec<(String, String)> {
    event(bad, |number, is_bad| if is_bad { "\u{1}".to_owned() } else { format!("order {number}") })
}
