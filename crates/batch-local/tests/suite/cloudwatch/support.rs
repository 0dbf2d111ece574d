//! Clients and datums for the tests.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::retry::RetryConfig;
use aws_sdk_cloudwatch::config::{BehaviorVersion, Builder, Credentials, Region};
use aws_sdk_cloudwatch::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cloudwatch::operation::put_metric_data::{PutMetricDataError, PutMetricDataOutput};
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Datapoint, Dimension, MetricDatum, Statistic, StatisticSet};
use batch_local::{FaultPlan, LocalServer};

pub(crate) type Put = Result<PutMetricDataOutput, SdkError<PutMetricDataError>>;

pub(crate) const COMBINATION: &str = "InvalidParameterCombination";
pub(crate) const INVALID: &str = "InvalidParameterValue";
pub(crate) const MISSING: &str = "MissingParameter";

/// A server and a client that does not retry.
pub(crate) fn local() -> (LocalServer, Client) {
    let server = LocalServer::new();
    let client = client_of(&server);
    (server, client)
}

pub(crate) fn client_of(server: &LocalServer) -> Client {
    Client::from_conf(config().http_client(server.http_client()).build())
}

pub(crate) fn config() -> Builder {
    aws_sdk_cloudwatch::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new("local", "local", None, None, "static"))
        .region(Region::new("us-east-1"))
        .endpoint_url("http://localhost:4582")
        .retry_config(RetryConfig::disabled())
}

/// A server with these faults, and a client.
pub(crate) fn faulty(plan: FaultPlan) -> (LocalServer, Client) {
    let (server, client) = local();
    server.set_faults(plan);
    (server, client)
}

/// A datum of the value 1.
pub(crate) fn datum(name: &str) -> MetricDatum {
    MetricDatum::builder().metric_name(name).value(1.0).build()
}

/// A change of a datum.
pub(crate) fn with(mut datum: MetricDatum, change: impl FnOnce(&mut MetricDatum)) -> MetricDatum {
    change(&mut datum);
    datum
}

pub(crate) fn valued(value: f64) -> MetricDatum {
    with(datum("m"), |datum| datum.value = Some(value))
}

pub(crate) fn counted(values: &[f64], counts: &[f64]) -> MetricDatum {
    with(datum("m"), |datum| {
        datum.value = None;
        datum.values = Some(values.to_vec());
        datum.counts = Some(counts.to_vec()).filter(|counts| !counts.is_empty());
    })
}

pub(crate) fn summed(set: StatisticSet) -> MetricDatum {
    with(datum("m"), |datum| {
        datum.value = None;
        datum.statistic_values = Some(set);
    })
}

pub(crate) fn set(sample_count: f64, sum: f64, minimum: f64, maximum: f64) -> StatisticSet {
    let set = StatisticSet::builder().sample_count(sample_count).sum(sum);
    set.minimum(minimum).maximum(maximum).build()
}

pub(crate) fn dimension(name: &str, value: &str) -> Dimension {
    Dimension::builder().name(name).value(value).build()
}

pub(crate) fn dimensioned(dimensions: &[(&str, &str)]) -> MetricDatum {
    let dimensions = dimensions.iter().map(|(name, value)| dimension(name, value)).collect();
    with(datum("m"), |datum| datum.dimensions = Some(dimensions))
}

pub(crate) fn at(millis: i64) -> MetricDatum {
    with(datum("m"), |datum| datum.timestamp = Some(DateTime::from_millis(millis)))
}

pub(crate) async fn put(client: &Client, datums: Vec<MetricDatum>) -> Put {
    client.put_metric_data().namespace("n").set_metric_data(Some(datums)).send().await
}

/// What became of a request: `ok`, or its code.
pub(crate) fn outcome<T, E>(met: Result<T, SdkError<E>>) -> String
where
    SdkError<E>: ProvideErrorMetadata,
{
    match met {
        Ok(_) => "ok".to_owned(),
        Err(error) => error.code().unwrap_or("without a code").to_owned(),
    }
}

/// Sends datums to a new server and compares what becomes of them, as told and as accepted.
pub(crate) async fn check(datums: Vec<MetricDatum>, expected: &str) {
    let (server, client) = local();
    let shown = format!("{datums:.300?}");
    let expected_count = if expected == "ok" { datums.len() } else { 0 };
    assert_eq!(outcome(put(&client, datums).await), expected, "{shown}");
    assert_eq!(server.cloudwatch().accepted("n").len(), expected_count, "{shown}");
}

pub(crate) async fn ok(datum: MetricDatum) {
    check(vec![datum], "ok").await;
}

/// One bad datum among good ones: nothing is stored.
pub(crate) async fn refused(bad: MetricDatum, code: &str) {
    check(vec![datum("good"), bad, datum("good")], code).await;
}

/// The time of the server, in milliseconds since 1970.
pub(crate) async fn now(server: &LocalServer) -> i64 {
    client_of(server).put_metric_data().namespace("clock").metric_data(datum("m")).send().await.unwrap();
    let accepted = server.cloudwatch().accepted("clock");
    accepted.last().unwrap().timestamp_millis.try_into().unwrap()
}

pub(crate) const ALL: [Statistic; 5] =
    [Statistic::SampleCount, Statistic::Sum, Statistic::Average, Statistic::Minimum, Statistic::Maximum];

/// All statistics of the metric `m` without dimensions, of the minutes around `now`, as one data
/// point if they have the same unit.
pub(crate) async fn statistics(client: &Client, now: i64) -> Vec<Datapoint> {
    let request = client.get_metric_statistics().namespace("n").metric_name("m").period(7200);
    let request = request
        .start_time(DateTime::from_millis(now - 3_600_000))
        .end_time(DateTime::from_millis(now + 3_600_000));
    request.set_statistics(Some(ALL.to_vec())).send().await.unwrap().datapoints.unwrap_or_default()
}
