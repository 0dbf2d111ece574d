//! The Lambda handler that the READMEs show: whatever an event holds, the handler returns in time, reports exactly what was
//! not delivered, and leaves nothing inside the writer.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use batch_dynamodb::Write;
use batch_lambda::BatchItemFailures;
use batch_local::{Fault, FaultPlan, LocalServer};
use batchwright_examples::lambda::{handle, writer};
use tokio::time::Instant;

/// The time that every invocation has.
const REMAINING: Duration = Duration::from_secs(30);

/// Checks the handler with ten messages, of which these are bad, before a server with this fault: what it reports, and how
/// many orders arrive in how many requests.
async fn check(fault: Fault, bad: &[usize], reported: &[usize], arrived: usize, requests: u64) {
    let server = LocalServer::new();
    let client = Client::new(&server.sdk_config());
    create_table(&client).await;
    server.set_faults(FaultPlan::always(fault));
    let writer = writer(client).unwrap();
    let begun = Instant::now();
    let failures = handle(&writer, &messages(bad), SystemTime::now() + REMAINING).await;
    assert!(begun.elapsed() <= REMAINING, "{:?}", begun.elapsed());
    let expected: Vec<_> = reported.iter().map(|number| format!("id-{number}")).collect();
    assert_eq!(ids(&failures), expected);
    let stats = writer.stats();
    assert_eq!((server.dynamodb().items("orders").len(), stats.requests), (arrived, requests));
    assert_eq!(stats.inside, 0, "{stats:?}");
}

fn ids(failures: &BatchItemFailures) -> Vec<String> {
    failures.ids().map(str::to_owned).collect()
}

/// Half of the bad ones are no JSON, the other half lack the key.
fn messages(bad: &[usize]) -> Vec<(String, String)> {
    let body = |number| match bad.contains(&number) {
        true if number % 2 == 0 => "no JSON".to_owned(),
        true => "{}".to_owned(),
        false => format!(r#"{{"id": "order-{number}"}}"#),
    };
    (0..10).map(|number| (format!("id-{number}"), body(number))).collect()
}

async fn create_table(client: &Client) {
    let key = AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S);
    let schema = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash);
    let create = client.create_table().table_name("orders").billing_mode(BillingMode::PayPerRequest);
    let create = create.attribute_definitions(key.build().unwrap()).key_schema(schema.build().unwrap());
    create.send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn ten_good_messages_take_one_request() {
    check(Fault::None, &[], &[], 10, 1).await;
}

#[tokio::test(start_paused = true)]
async fn bad_messages_fail_alone_wherever_they_stand() {
    for bad in [&[0][..], &[5], &[9], &[0, 1, 8]] {
        check(Fault::None, bad, bad, 10 - bad.len(), 1).await;
    }
}

#[tokio::test(start_paused = true)]
async fn every_message_fails_in_time_when_the_service_is_silent() {
    let all: Vec<_> = (0..10).collect();
    check(Fault::HangBefore, &[3], &all, 0, 3).await;
}

#[tokio::test(start_paused = true)]
async fn every_message_fails_when_the_service_refuses_them_all() {
    let all: Vec<_> = (0..10).collect();
    check(Fault::access_denied(), &[], &all, 0, 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_first_entry_waits_for_others() {
    let writer = writer(Client::new(&LocalServer::new().sdk_config())).unwrap();
    writer.submit(Write::put_json(r#"{"id": "order-1"}"#).unwrap()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!((writer.stats().inside, writer.stats().requests), (1, 0));
}
