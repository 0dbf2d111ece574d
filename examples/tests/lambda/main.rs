//! The Lambda handlers that the READMEs show: whatever an event holds, the handler returns in time, names exactly what was
//! not delivered, and leaves nothing inside the writer.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]
#![expect(clippy::disallowed_methods, reason = "a test reads the paused clock")]

mod invocation;
mod services;

use std::time::Duration;

use batch_cloudwatch::Metric;
use batch_core::{Service, Writer};
use batch_dynamodb::Write;
use batch_local::{Fault, FaultPlan, LocalServer};
use batch_sqs::Message;
use batchwright_examples::lambda;

use crate::invocation::{Invocation, REMAINING};
use crate::services::{cloudwatch, dynamodb, firehose, kinesis, sns, sqs, umbrella};

/// Checks the handler of every service with an event of ten records, of which these are bad.
async fn check(fault: Fault, bad: &[usize], expected: impl Fn(&Invocation)) {
    let server = || LocalServer::builder().faults(FaultPlan::always(fault.clone())).build();
    expected(&cloudwatch(server(), bad).await);
    expected(&dynamodb(server(), bad).await);
    expected(&firehose(server(), bad).await);
    expected(&kinesis(server(), bad).await);
    expected(&sns(server(), bad).await);
    expected(&sqs(server(), bad).await);
    expected(&umbrella(server(), bad).await);
}

#[tokio::test(start_paused = true)]
async fn ten_good_records_take_one_request() {
    check(Fault::None, &[], |seen| {
        assert_eq!(seen.failed, Vec::<String>::new(), "{seen:?}");
        assert_eq!((seen.requests, seen.arrived, seen.inside), (1, 10, 0), "{seen:?}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn bad_records_fail_alone_wherever_they_stand() {
    for bad in [&[0][..], &[4], &[9], &[0, 1, 8]] {
        check(Fault::None, bad, |seen| {
            let expected: Vec<_> = bad.iter().map(|number| format!("id-{number}")).collect();
            assert_eq!(seen.failed, expected, "{seen:?}");
            assert_eq!((seen.requests, seen.arrived, seen.inside), (1, 10 - bad.len(), 0), "{seen:?}");
        })
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn every_record_fails_in_time_when_the_service_is_silent() {
    check(Fault::HangBefore, &[3], |seen| {
        assert_eq!((seen.failed.len(), seen.arrived, seen.inside), (10, 0, 0), "{seen:?}");
        assert!(seen.took <= REMAINING, "{seen:?}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn every_record_fails_when_the_service_refuses_them_all() {
    check(Fault::access_denied(), &[], |seen| {
        assert_eq!((seen.failed.len(), seen.arrived, seen.inside), (10, 0, 0), "{seen:?}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_first_entry_waits_for_others() {
    let config = LocalServer::new().sdk_config();
    let sqs = aws_sdk_sqs::Client::new(&config);
    let dynamodb = lambda::dynamodb::writer(aws_sdk_dynamodb::Client::new(&config)).unwrap();
    let order = Write::put_json(r#"{"id": "order-1"}"#).unwrap();
    check_waits(&dynamodb, order).await;
    let cloudwatch = lambda::cloudwatch::writer(aws_sdk_cloudwatch::Client::new(&config)).unwrap();
    check_waits(&cloudwatch, Metric::new("Temperature", 21.5)).await;
    let kinesis = lambda::kinesis::writer(aws_sdk_kinesis::Client::new(&config)).unwrap();
    check_waits(&kinesis, batch_kinesis::Record::new("21.5")).await;
    let firehose = lambda::firehose::writer(aws_sdk_firehose::Client::new(&config)).unwrap();
    check_waits(&firehose, batch_firehose::Record::new("21.5")).await;
    let topic = "arn:aws:sns:us-east-1:123456789012:orders";
    let sns = lambda::sns::writer(aws_sdk_sns::Client::new(&config), topic).unwrap();
    check_waits(&sns, batch_sns::Message::new("order")).await;
    check_waits(&lambda::sqs::writer(sqs.clone()).unwrap(), Message::new("order")).await;
    check_waits(&lambda::umbrella::writer(sqs).unwrap(), Message::new("order")).await;
}

/// Checks that an idle writer does not send its first entry alone while a handler submits the rest.
async fn check_waits<S: Service>(writer: &Writer<S>, entry: S::Entry) {
    writer.submit(entry).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!((writer.stats().inside, writer.stats().requests), (1, 0));
}
