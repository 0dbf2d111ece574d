use aws_sdk_cloudwatch::config::SharedInterceptor;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::captured::{Recorder, any_metric, any_text};
use crate::{Metric, answer, body};

#[test]
fn requests_are_written_directly_where_the_user_has_no_interceptor() {
    assert_eq!(of_the_sdk(), KNOWN, "the SDK's serializer has another name");
    let plain = Recorder::new();
    assert!(is_possible(plain.client()));
    let config = plain.client().config().to_builder().interceptor(answer::refuse_pages());
    assert!(!is_possible(&Client::from_conf(config.build())));
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
    let request = recorder.client().put_metric_data().namespace(namespace).customize();
    recorder.request(request.interceptor(Written::new(body::cbor(namespace, metrics))).send())
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

#[test]
fn a_body_shows_nothing_of_what_is_in_it() {
    let shown = format!("{:?}", SharedInterceptor::new(Written::new(b"secret".to_vec())));
    assert!(!shown.contains("secret") && !shown.contains("115"), "{shown}");
    let shown = format!("{:?}", Written::new(b"secret".to_vec()));
    assert!(!shown.contains("secret") && !shown.contains("115"), "{shown}");
}
