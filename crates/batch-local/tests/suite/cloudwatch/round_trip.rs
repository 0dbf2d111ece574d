//! What is sent can be read back.

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{MetricDatum, StandardUnit};
use batch_local::LocalServer;

use super::support::{
    client_of, counted, datum, dimension, dimensioned, local, now, put, set, statistics, summed, valued, with,
};

/// Sends each datum alone and compares samples, sum, least and greatest of all.
async fn check(datums: Vec<MetricDatum>, expected: [f64; 4]) {
    let (server, client) = local();
    let shown = format!("{datums:?}");
    for datum in datums {
        put(&client, vec![datum]).await.unwrap();
    }
    let datapoints = statistics(&client, now(&server).await).await;
    assert_eq!(datapoints.len(), 1, "{shown}");
    let found = &datapoints[0];
    let [samples, sum, minimum, maximum] = expected;
    assert_eq!(found.sample_count(), Some(samples), "{shown}");
    assert_eq!(found.sum(), Some(sum), "{shown}");
    assert_eq!(found.minimum(), Some(minimum), "{shown}");
    assert_eq!(found.maximum(), Some(maximum), "{shown}");
    assert_eq!(found.average(), Some(sum / samples), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn values_are_added_exactly_in_any_order() {
    check(vec![valued(-2.5)], [1.0, -2.5, -2.5, -2.5]).await;
    check(vec![valued(0.1); 10], [10.0, 1.0, 0.1, 0.1]).await;
    let large = 2f64.powi(360);
    check(vec![valued(large), valued(1.0), valued(-large)], [3.0, 1.0, -large, large]).await;
    check(vec![valued(1.0), valued(-large), valued(large)], [3.0, 1.0, -large, large]).await;
}

#[tokio::test(start_paused = true)]
async fn values_count_as_often_as_they_occurred() {
    check(vec![counted(&[1.0, 4.0], &[])], [2.0, 5.0, 1.0, 4.0]).await;
    check(vec![counted(&[1.0, 4.0], &[10.0, 2.5])], [12.5, 20.0, 1.0, 4.0]).await;
    check(vec![counted(&[0.1], &[3.0]), valued(-0.1), valued(-0.1)], [5.0, 0.1, -0.1, 0.1]).await;
}

#[tokio::test(start_paused = true)]
async fn statistic_sets_are_merged() {
    let sets = vec![summed(set(2.0, 5.0, 1.0, 4.0)), summed(set(1.0, -7.0, -7.0, -7.0)), valued(9.0)];
    check(sets, [4.0, 7.0, -7.0, 9.0]).await;
    // Values beside a set are the same samples once more, for percentiles.
    let both =
        with(counted(&[1.0, 4.0], &[]), |datum| datum.statistic_values = Some(set(2.0, 5.0, 1.0, 4.0)));
    check(vec![both], [2.0, 5.0, 1.0, 4.0]).await;
}

#[tokio::test(start_paused = true)]
async fn the_view_shows_what_was_sent_in_the_order_of_acceptance() {
    let (server, client) = local();
    let full = with(counted(&[1.0, 4.0], &[2.0, 3.0]), |datum| {
        datum.metric_name = Some("full".into());
        datum.dimensions = Some(vec![dimension("b", "1"), dimension("a", "2")]);
        datum.timestamp = Some(DateTime::from_millis(now_millis() - 1));
        datum.statistic_values = Some(set(5.0, 14.0, 1.0, 4.0));
        datum.unit = Some(StandardUnit::BytesSecond);
        datum.storage_resolution = Some(1);
    });
    let millis = full.timestamp.unwrap().to_millis().unwrap();
    put(&client, vec![full, datum("plain")]).await.unwrap();
    put(&client, vec![datum("later")]).await.unwrap();
    let accepted = server.cloudwatch().accepted("n");
    let names: Vec<&str> = accepted.iter().map(|datum| &*datum.metric_name).collect();
    assert_eq!(names, ["full", "plain", "later"]);
    let [full, plain, _] = &accepted[..] else { panic!("{accepted:?}") };
    assert_eq!(full.dimensions, [("b".into(), "1".into()), ("a".into(), "2".into())]);
    assert_eq!(i64::try_from(full.timestamp_millis), Ok(millis));
    assert_eq!((full.value, &full.values[..]), (None, &[(1.0, 2.0), (4.0, 3.0)][..]));
    let set = full.statistic_values.unwrap();
    assert_eq!((set.sample_count, set.sum, set.minimum, set.maximum), (5.0, 14.0, 1.0, 4.0));
    assert_eq!((full.unit.as_deref(), full.storage_resolution), (Some("Bytes/Second"), 1));
    assert_eq!((plain.value, plain.values.len(), plain.statistic_values), (Some(1.0), 0, None));
    assert_eq!((plain.unit.as_deref(), plain.storage_resolution), (None, 60));
}

#[tokio::test(start_paused = true)]
async fn units_and_dimensions_keep_data_apart() {
    let (server, client) = local();
    let seconds = with(valued(2.0), |datum| datum.unit = Some(StandardUnit::Seconds));
    put(&client, vec![valued(1.0), seconds, dimensioned(&[("a", "1"), ("b", "2")])]).await.unwrap();
    let now = now(&server).await;
    let mut units: Vec<(String, f64)> = statistics(&client, now)
        .await
        .into_iter()
        .map(|found| (found.unit.unwrap().as_str().to_owned(), found.sum.unwrap()))
        .collect();
    units.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(units, [("None".to_owned(), 1.0), ("Seconds".to_owned(), 2.0)]);
    let ask = |unit: Option<StandardUnit>, dimensions: &[(&str, &str)]| {
        let dimensions = dimensions.iter().map(|(name, value)| dimension(name, value)).collect();
        let request = client.get_metric_statistics().namespace("n").metric_name("m").period(60);
        let request = request.set_unit(unit).set_dimensions(Some(dimensions)).statistics("Sum".into());
        request
            .start_time(DateTime::from_millis(now - 60_000))
            .end_time(DateTime::from_millis(now + 60_000))
            .send()
    };
    for (unit, dimensions, expected) in [
        (Some(StandardUnit::Seconds), &[][..], 1),
        (Some(StandardUnit::Bytes), &[], 0),
        (None, &[("a", "1"), ("b", "2")], 1),
        (None, &[("b", "2"), ("a", "1")], 1),
        (None, &[("a", "1")], 0),
        (None, &[("a", "1"), ("b", "3")], 0),
    ] {
        let output = ask(unit, dimensions).await.unwrap();
        assert_eq!(output.datapoints().len(), expected, "{dimensions:?}");
        assert_eq!(output.label(), Some("m"));
    }
}

#[tokio::test(start_paused = true)]
async fn only_the_statistics_that_were_asked_for_are_answered() {
    let (server, client) = local();
    put(&client, vec![valued(3.0)]).await.unwrap();
    let now = now(&server).await;
    let request = client.get_metric_statistics().namespace("n").metric_name("m").period(60);
    let request =
        request.start_time(DateTime::from_millis(now - 60_000)).end_time(DateTime::from_millis(now + 60_000));
    let found = request.statistics("Maximum".into()).send().await.unwrap().datapoints.unwrap().remove(0);
    assert_eq!(found.maximum(), Some(3.0));
    assert_eq!(
        (found.sum(), found.minimum(), found.average(), found.sample_count()),
        (None, None, None, None)
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_that_the_sdk_compresses_is_counted_as_it_was_before() {
    let (server, client) = local();
    let datums: Vec<MetricDatum> = (0..1000).map(|index| datum(&format!("metric-{index}"))).collect();
    for count in [1, 1000] {
        put(&client, datums[..count].to_vec()).await.unwrap();
    }
    let batches = server.cloudwatch().batches("n");
    let sizes: Vec<(usize, usize)> = batches.iter().map(|batch| (batch.entries, batch.bytes)).collect();
    // Around 35 bytes a datum; below 10,240 bytes the SDK sends them as they are.
    assert!(matches!(sizes[..], [(1, 40..80), (1000, 30_000..50_000)]), "{sizes:?}");
    assert_eq!(server.cloudwatch().accepted_count("n"), 1001);
}

#[tokio::test(start_paused = true)]
async fn namespaces_are_apart() {
    let server = LocalServer::new();
    let client = client_of(&server);
    for namespace in ["b", "a/c", "a"] {
        client.put_metric_data().namespace(namespace).metric_data(datum("m")).send().await.unwrap();
    }
    assert_eq!(server.cloudwatch().namespaces(), ["a", "a/c", "b"]);
    assert_eq!(server.cloudwatch().accepted("a").len(), 1);
    assert!(server.cloudwatch().accepted("c").is_empty());
}

#[expect(clippy::disallowed_methods, reason = "the server starts from the calendar")]
fn now_millis() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.unwrap().as_millis().try_into().unwrap()
}
