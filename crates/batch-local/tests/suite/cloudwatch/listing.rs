//! Which metrics are listed.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::list_metrics::builders::ListMetricsFluentBuilder;
use aws_sdk_cloudwatch::types::DimensionFilter;

use super::support::{INVALID, MISSING, datum, dimensioned, local, outcome, put};
use crate::support::pass;

/// The metrics as `namespace name dimension=value`.
async fn list(request: ListMetricsFluentBuilder) -> Vec<String> {
    let output = request.send().await.unwrap();
    let shown = output.metrics().iter().map(|metric| {
        let mut shown = format!("{} {}", metric.namespace().unwrap(), metric.metric_name().unwrap());
        for dimension in metric.dimensions() {
            shown.push_str(&format!(" {}={}", dimension.name().unwrap(), dimension.value().unwrap()));
        }
        shown
    });
    shown.collect()
}

fn filter(name: &str, value: Option<&str>) -> DimensionFilter {
    DimensionFilter::builder().name(name).set_value(value.map(str::to_owned)).build()
}

async fn several() -> Client {
    let (_, client) = local();
    let datums = vec![
        dimensioned(&[("b", "1"), ("a", "1")]),
        dimensioned(&[("a", "1"), ("b", "1")]),
        dimensioned(&[("a", "2")]),
        datum("k"),
        datum("m"),
    ];
    put(&client, datums).await.unwrap();
    client.put_metric_data().namespace("o").metric_data(datum("m")).send().await.unwrap();
    client
}

#[tokio::test(start_paused = true)]
async fn each_metric_is_listed_once_whatever_the_order_of_its_dimensions() {
    let client = several().await;
    assert_eq!(list(client.list_metrics()).await, ["n k", "n m", "n m a=1 b=1", "n m a=2", "o m"]);
}

#[tokio::test(start_paused = true)]
async fn filters_narrow_the_list() {
    let client = several().await;
    let all = || client.list_metrics();
    for (request, expected) in [
        (all().namespace("o"), &["o m"][..]),
        (all().namespace("x"), &[]),
        (all().metric_name("k"), &["n k"]),
        (all().dimensions(filter("a", None)), &["n m a=1 b=1", "n m a=2"]),
        (all().dimensions(filter("a", Some("2"))), &["n m a=2"]),
        (all().dimensions(filter("a", None)).dimensions(filter("b", Some("1"))), &["n m a=1 b=1"]),
        (all().dimensions(filter("a", Some("2"))).dimensions(filter("b", None)), &[]),
        (all().namespace("n").metric_name("m").dimensions(filter("a", Some("2"))), &["n m a=2"]),
    ] {
        let shown = format!("{request:?}");
        assert_eq!(list(request).await, expected, "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_comes_in_pages_of_500() {
    let (_, client) = local();
    for first in [0, 1000] {
        let datums = (first..first + 1000).map(|index| datum(&format!("m{index:04}"))).collect();
        put(&client, datums).await.unwrap();
    }
    client.put_metric_data().namespace("o").metric_data(datum("m0000")).send().await.unwrap();
    let mut pages = client.list_metrics().into_paginator().send();
    let (mut sizes, mut names) = (Vec::new(), Vec::new());
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        sizes.push(page.metrics().len());
        names.extend(page.metrics().iter().map(|metric| metric.metric_name().unwrap().to_owned()));
    }
    assert_eq!(sizes, [500, 500, 500, 500, 1]);
    let expected: Vec<String> = (0..2000).map(|index| format!("m{index:04}")).collect();
    assert_eq!(names[..2000], expected);
    assert_eq!(names[2000], "m0000");
}

#[tokio::test(start_paused = true)]
async fn a_last_page_that_is_full_has_no_token() {
    let (_, client) = local();
    put(&client, (0..500).map(|index| datum(&format!("m{index}"))).collect()).await.unwrap();
    let output = client.list_metrics().send().await.unwrap();
    assert_eq!((output.metrics().len(), output.next_token()), (500, None));
}

#[tokio::test(start_paused = true)]
async fn metrics_without_recent_data_are_not_listed() {
    let client = several().await;
    let recent = || client.list_metrics().recently_active("PT3H".into());
    assert_eq!(list(recent()).await.len(), 5);
    pass(3.0 * 3600.0).await;
    put(&client, vec![datum("k")]).await.unwrap();
    pass(1.0).await;
    assert_eq!(list(recent()).await, ["n k"]);
    pass(14.0 * 24.0 * 3600.0 - 1.0).await;
    assert_eq!(list(client.list_metrics()).await, ["n k"]);
    pass(1.0).await;
    assert!(list(client.list_metrics()).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_for_wrongly_is_refused() {
    let (_, client) = local();
    let all = || client.list_metrics();
    let filters = |count| Some(vec![filter("a", None); count]);
    for (request, expected) in [
        (all().next_token("made up"), INVALID),
        (all().next_token(""), INVALID),
        (all().recently_active("PT1H".into()), INVALID),
        (all().dimensions(DimensionFilter::builder().value("x").build()), MISSING),
        (all().set_dimensions(filters(10)), "ok"),
        (all().set_dimensions(filters(11)), INVALID),
    ] {
        let shown = format!("{request:?}");
        assert_eq!(outcome(request.send().await), expected, "{shown}");
    }
}
