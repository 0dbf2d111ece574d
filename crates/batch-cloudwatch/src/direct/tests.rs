use aws_sdk_cloudwatch::Config;
use aws_sdk_cloudwatch::config::RuntimePlugin;
use aws_sdk_cloudwatch::operation::put_metric_data::PutMetricData;
use aws_smithy_runtime_api::client::ser_de::SharedRequestSerializer;
use batch_smithy::known;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::captured::{Recorder, any_metric, any_text};
use crate::{Metric, body, pages};

#[test]
fn requests_are_written_directly_where_the_user_has_no_interceptor() {
    let config = PutMetricData::new().config().expect("it has one");
    let of_the_sdk = config.load::<SharedRequestSerializer>().expect("it has one");
    let expected = format!("SharedRequestSerializer({SERIALIZER})");
    assert_eq!(format!("{of_the_sdk:?}"), expected, "the SDK's serializer has another name");
    let plain = Recorder::new();
    let is_observed = |config: &Config| known!(config, SERIALIZER).expect("it has no protocol").is_observed();
    assert!(!is_observed(plain.client().config()));
    let config = plain.client().config().to_builder().interceptor(pages::reject());
    assert!(is_observed(&config.build()));
}

/// What is sent of a request, but for the signature and what changes from one to the next.
fn sent(request: &HttpRequest) -> (String, Vec<u8>) {
    let changing = ["authorization", "x-amz-date", "amz-sdk-invocation-id"];
    let mut headers: Vec<_> = request.headers().iter().filter(|(name, _)| !changing.contains(name)).collect();
    headers.sort_unstable();
    let head = format!("{} {} {headers:?}", request.method(), request.uri());
    (head, request.body().bytes().expect("it is no stream").to_vec())
}

fn written_directly(recorder: &Recorder, namespace: &str, metrics: &[Metric]) -> HttpRequest {
    let namespace_alone = recorder.client().put_metric_data().namespace(namespace).customize();
    let known = known!(recorder.client().config(), SERIALIZER).expect("it has no protocol");
    let write = || request(body::cbor(namespace, metrics, 0)).ok();
    recorder.request(known.send_written(write, |written| namespace_alone.interceptor(written).send()))
}

#[test]
fn a_request_is_what_the_sdk_makes_of_the_same_metrics() {
    let recorder = Recorder::new();
    proptest!(|(namespace in any_text(), metrics in vec(any_metric(), 0..5))| {
        let ours = written_directly(&recorder, &namespace, &metrics);
        let of_the_sdk = recorder.request_of_the_sdk(&namespace, &metrics);
        prop_assert_eq!(sent(&ours), sent(&of_the_sdk));
    });
}
