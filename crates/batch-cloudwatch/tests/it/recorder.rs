//! What a program recorded, read back from the strict local server.

use batch_cloudwatch::metrics::{Unit, counter, describe_histogram, gauge, histogram, with_local_recorder};
use batch_cloudwatch::{CloudWatch, CloudWatchWriter, Merge, Recorder};
use batch_local::LocalServer;

use crate::support::client;

#[tokio::test(start_paused = true)]
async fn everything_that_a_program_records_arrives() {
    let (server, recorder) = (LocalServer::new(), Recorder::new());
    with_local_recorder(&recorder, || {
        describe_histogram!("Latency", Unit::Milliseconds, "how long an order took");
        for n in 0..1_000_u32 {
            counter!("Orders", "Shop" => "Berlin", "Kind" => "Online").increment(2);
            gauge!("Queued").set(n);
            histogram!("Latency").record(n % 300);
        }
    });
    // The writer may merge what comes, and need not.
    let namespace = CloudWatch::new(client(server.http_client()), "Weather").merge(Merge::Lossless);
    let writer = CloudWatchWriter::builder(namespace).build().unwrap();
    recorder.submit_to(&writer).await.unwrap();
    assert!(writer.flush().await.is_empty());

    assert_eq!(server.requests().count("PutMetricData"), 1);
    let stored = server.cloudwatch().accepted("Weather");
    let by_name = |name: &str| stored.iter().filter(|datum| datum.metric_name == name).collect::<Vec<_>>();
    let [orders] = by_name("Orders")[..] else { panic!("{stored:?}") };
    let text = str::to_owned;
    let dimensions = [(text("Shop"), text("Berlin")), (text("Kind"), text("Online"))];
    assert_eq!((orders.value, &orders.dimensions[..]), (Some(2_000.0), &dimensions[..]));
    let [queued] = by_name("Queued")[..] else { panic!("{stored:?}") };
    assert_eq!((queued.value, queued.unit.as_deref()), (Some(999.0), None));
    let latencies = by_name("Latency");
    assert_eq!(latencies.len(), 2, "300 distinct values");
    assert!(latencies.iter().all(|datum| datum.unit.as_deref() == Some("Milliseconds")));
    let values = latencies.iter().flat_map(|datum| &datum.values);
    let (count, sum) =
        values.fold((0.0, 0.0), |(all, sum), (value, count)| (all + count, sum + value * count));
    let expected = (0..1_000).map(|n| f64::from(n % 300)).sum::<f64>();
    assert_eq!((count, sum), (1_000.0, expected));
}
