//! Whether bodies are compressed, and that they arrive whole either way.

use aws_sdk_cloudwatch::Client;
use batch_cloudwatch::{CloudWatch, CloudWatchWriter, Compression, Metric};
use batch_core::Service;

use crate::canned::{Asked, Canned};
use crate::support::{config, metrics, send, shown, writer};

/// What a request of `count` metrics looks like that is sent like this by a client with compression
/// disabled, enabled or left alone.
async fn asked(disabled: Option<bool>, compression: Option<Compression>, count: usize) -> Asked {
    let http = Canned::accepting();
    let client = Client::from_conf(config(http.clone()).disable_request_compression(disabled).build());
    let namespace = CloudWatch::new(client, "Weather");
    let namespace = compression.into_iter().fold(namespace, CloudWatch::compression);
    let writer = CloudWatchWriter::builder(namespace).build().unwrap();
    assert_eq!(shown(&send(&writer, &metrics(count)).await), "AllAccepted");
    let [asked] = &http.asked()[..] else { panic!("{:?}", http.asked()) };
    assert_eq!(asked.datums().len(), count);
    assert_eq!(asked.length, asked.sent_bytes, "the header says how long the body is");
    asked.clone()
}

/// Checks whether a request of this many metrics is compressed.
async fn check(disabled: Option<bool>, compression: Option<Compression>, count: usize, expected: bool) {
    let asked = asked(disabled, compression, count).await;
    let case = format!("{disabled:?} {compression:?} {count}: {} bytes", asked.plain_bytes);
    assert_eq!(asked.encoding.as_deref(), expected.then_some("gzip"), "{case}");
    assert_eq!(asked.sent_bytes < asked.plain_bytes, expected, "{case}");
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
    let writer = writer(Canned::accepting());
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
    let http = Canned::accepting();
    let client = config(http.clone()).request_min_compression_size_bytes(1).disable_request_compression(true);
    let namespace = CloudWatch::new(Client::from_conf(client.build()), "Weather");
    let writer = CloudWatchWriter::builder(namespace.compression(Compression::Gzip)).build().unwrap();
    assert_eq!(shown(&send(&writer, &metrics(1)).await), "AllAccepted");
    assert_eq!(http.asked()[0].encoding.as_deref(), Some("gzip"));
}
