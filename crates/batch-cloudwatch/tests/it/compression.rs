//! Whether bodies are compressed, and that they arrive whole either way.

use aws_sdk_cloudwatch::Client;
use batch_cloudwatch::{CloudWatch, CloudWatchWriter, Compression, Metric};
use batch_core::Service;
use batchwright_kit::{Request, shown};

use crate::requests::{PutMetricData, accepting};
use crate::support::{config, metrics, send, writer};

/// What a request of `count` metrics looks like that is sent like this by a client with compression
/// disabled, enabled or left alone.
async fn request(disabled: Option<bool>, compression: Option<Compression>, count: usize) -> Request {
    let http = accepting();
    let client = Client::from_conf(config(http.clone()).disable_request_compression(disabled).build());
    let namespace = CloudWatch::new(client, "Weather");
    let namespace = compression.into_iter().fold(namespace, CloudWatch::compression);
    let writer = CloudWatchWriter::builder(namespace).build().unwrap();
    assert_eq!(shown(&send(&writer, &metrics(count)).await), "AllAccepted");
    let [request] = &http.requests()[..] else { panic!("{:?}", http.requests()) };
    assert_eq!(request.datums().len(), count);
    assert_eq!(
        request.header("content-length"),
        Some(&*request.body().len().to_string()),
        "the header says how long the body is"
    );
    request.clone()
}

/// Checks whether a request of this many metrics is compressed.
async fn check(disabled: Option<bool>, compression: Option<Compression>, count: usize, expected: bool) {
    let request = request(disabled, compression, count).await;
    let case = format!("{disabled:?} {compression:?} {count}: {} bytes", request.plain().len());
    assert_eq!(request.header("content-encoding"), expected.then_some("gzip"), "{case}");
    assert_eq!(request.body().len() < request.plain().len(), expected, "{case}");
}

#[tokio::test(start_paused = true)]
async fn by_default_what_has_10240_bytes_is_compressed() {
    let smaller = (1..1_000).find(|&count| plain_bytes(count) >= 10_240).unwrap() - 1;
    check(None, None, smaller, false).await;
    check(None, None, smaller + 1, true).await;
    check(None, None, 1_000, true).await;
}

/// The bytes of a body with `count` metrics.
fn plain_bytes(count: usize) -> usize {
    let writer = writer(accepting());
    let bytes = |metric: &Metric| writer.service().measure(metric).unwrap().request_bytes;
    let shorter_header = match count {
        0..24 => 2,
        24..256 => 1,
        _ => 0,
    };
    let overhead = writer.service().limits().unwrap().overhead_bytes() - shorter_header;
    overhead + metrics(count).iter().map(bytes).sum::<usize>()
}

#[tokio::test(start_paused = true)]
async fn the_setting_of_the_client_survives() {
    check(Some(true), None, 1_000, false).await;
    check(Some(false), None, 1_000, true).await;
    check(Some(true), Some(Compression::Client), 1_000, false).await;
}

#[tokio::test(start_paused = true)]
async fn the_writer_can_be_told_otherwise() {
    check(Some(true), Some(Compression::Gzip), 1_000, true).await;
    check(None, Some(Compression::Off), 1_000, false).await;
    check(Some(false), Some(Compression::Off), 1_000, false).await;
}

#[tokio::test(start_paused = true)]
async fn the_size_from_which_the_client_compresses_is_kept() {
    let http = accepting();
    let client = config(http.clone()).request_min_compression_size_bytes(1).disable_request_compression(true);
    let namespace = CloudWatch::new(Client::from_conf(client.build()), "Weather");
    let writer = CloudWatchWriter::builder(namespace.compression(Compression::Gzip)).build().unwrap();
    assert_eq!(shown(&send(&writer, &metrics(1)).await), "AllAccepted");
    assert_eq!(http.requests()[0].header("content-encoding"), Some("gzip"));
}
