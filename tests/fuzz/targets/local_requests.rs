//! The local server: any request of any operation gets an answer.
#![no_main]

use std::io::Write as _;

use batch_local::LocalServer;
use batchwright_fuzz::run;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{Method, Request};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

// Requests one after the other, parted by an empty line. The first line of each is the operation; one with a period in
// it is called as JSON, others as CBOR. Before it may stand `!`, for a body that is said to be compressed, and `~`, for
// one that is.
fuzz_target!(|input: &[u8]| {
    let server = LocalServer::new();
    for part in parted(input).take(8) {
        let Some(request) = request(part) else { continue };
        let answer = run(server.handle(request)).expect("the plan has no faults");
        let status = answer.status().as_u16();
        assert!(matches!(status, 200 | 400..500), "{status}");
        assert!(answer.headers().contains_key("x-amzn-requestid"));
        let kind =
            answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("application/x-amz-json") && !answer.body().is_empty() {
            serde_json::from_slice::<Value>(answer.body()).expect("the answer is JSON");
        }
    }
});

fn parted(input: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(input);
    std::iter::from_fn(move || {
        let whole = rest?;
        match whole.windows(2).position(|pair| pair == b"\n\n") {
            Some(end) => {
                rest = Some(&whole[end + 2..]);
                Some(&whole[..end])
            }
            None => rest.take(),
        }
    })
}

fn request(part: &[u8]) -> Option<Request<Bytes>> {
    let end = part.iter().position(|&byte| byte == b'\n').unwrap_or(part.len());
    let (first, body) = (str::from_utf8(&part[..end]).ok()?, part.get(end + 1..).unwrap_or_default());
    let operation = first.trim_start_matches(['!', '~']);
    let request = Request::builder().method(Method::POST).header("host", "localhost");
    let request = match operation.contains('.') {
        true => request.uri("/").header("x-amz-target", operation),
        false => request
            .uri(format!("/service/GraniteServiceVersion20100801/operation/{operation}"))
            .header("smithy-protocol", "rpc-v2-cbor")
            .header("content-type", "application/cbor"),
    };
    let body = if first.starts_with('~') { compressed(body) } else { body.to_vec() };
    let request =
        if first.len() > operation.len() { request.header("content-encoding", "gzip") } else { request };
    request.body(body.into()).ok()
}

fn compressed(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}
