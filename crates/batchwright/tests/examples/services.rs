//! The examples of single services.

use std::collections::BTreeMap;

use batch_local::{FaultPlan, LocalServer};
use batchwright::cloudwatch::aws_sdk_cloudwatch;
use batchwright::firehose::aws_sdk_firehose;
use batchwright::sns::aws_sdk_sns;

use crate::shown::{
    choose_destination, cloudwatch, dynamodb, fifo_per_customer, firehose, kinesis, sns, sqs,
};
use crate::stage::{Ended, check, dynamodb_with, kinesis_with, sqs_with};

#[tokio::test(start_paused = true)]
async fn a_thousand_orders_and_a_recall_arrive_in_the_queue() {
    let run = async |server: &LocalServer| sqs::run(sqs_with(server, "orders").await).await;
    check(run, |server| server.sqs().accepted_count("orders"), 1_001).await;
}

#[tokio::test(start_paused = true)]
async fn the_topic_publishes_every_alert() {
    let run = async |server: &LocalServer| -> Ended {
        let client = aws_sdk_sns::Client::new(&server.sdk_config());
        let topic = client.create_topic().name("alerts").send().await?;
        sns::run(client, topic.topic_arn.ok_or("a topic has an ARN")?).await
    };
    check(run, |server| server.sns().accepted_count("alerts"), 3).await;
}

#[tokio::test(start_paused = true)]
async fn the_stream_has_every_click() {
    let run = async |server: &LocalServer| kinesis::run(kinesis_with(server, "clicks").await).await;
    check(run, |server| server.kinesis().accepted_count("clicks"), 2_000).await;
}

#[tokio::test(start_paused = true)]
async fn the_delivery_stream_has_every_line_with_its_end() {
    let run = async |server: &LocalServer| -> Ended {
        let client = aws_sdk_firehose::Client::new(&server.sdk_config());
        client.create_delivery_stream().delivery_stream_name("logs").send().await?;
        firehose::run(client, &b"one\ntwo\nthree"[..]).await
    };
    check(run, |server| server.firehose().accepted_count("logs"), 3).await;
}

#[tokio::test(start_paused = true)]
async fn the_table_has_the_latest_reading_of_every_station_but_the_deleted_one() {
    let run =
        async |server: &LocalServer| dynamodb::run(dynamodb_with(server, "stations", "station").await).await;
    check(run, |server| server.dynamodb().items("stations").len() as u64, 99).await;
}

#[tokio::test(start_paused = true)]
async fn the_namespace_has_every_sample() {
    let run = async |server: &LocalServer| {
        cloudwatch::run(aws_sdk_cloudwatch::Client::new(&server.sdk_config())).await
    };
    let samples = |server: &LocalServer| {
        let data = server.cloudwatch().accepted("Shop").into_iter();
        data.flat_map(|datum| datum.values).map(|(_, count)| count as u64).sum()
    };
    check(run, samples, 1_000).await;
}

#[tokio::test(start_paused = true)]
async fn the_events_of_each_customer_arrive_in_order_through_faults() {
    let server = LocalServer::builder().faults(FaultPlan::random(0.4, 7)).build();
    fifo_per_customer::run(sqs_with(&server, "events.fifo").await).await.unwrap();
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for message in server.sqs().accepted("events.fifo") {
        groups.entry(message.group_id.unwrap()).or_default().push(message.body);
    }
    assert_eq!(groups.len(), 3);
    for (customer, events) in groups {
        let expected: Vec<_> = (0..10).map(|number| format!("{customer}: event {number}")).collect();
        assert_eq!(events, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn the_lines_go_where_the_argument_says() {
    let server = LocalServer::new();
    drop((sqs_with(&server, "lines").await, kinesis_with(&server, "lines").await));
    let run = async |destination| {
        choose_destination::run(&server.sdk_config(), destination, &b"one\ntwo\n"[..]).await
    };
    run("sqs:lines").await.unwrap();
    assert_eq!((server.sqs().accepted_count("lines"), server.kinesis().accepted_count("lines")), (2, 0));
    run("kinesis:lines").await.unwrap();
    assert_eq!((server.sqs().accepted_count("lines"), server.kinesis().accepted_count("lines")), (2, 2));
    let error = run("lines").await.unwrap_err().to_string();
    assert_eq!(error, "lines is no destination; say sqs:QUEUE or kinesis:STREAM");
}
