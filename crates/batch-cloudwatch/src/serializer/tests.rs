use std::sync::{Arc, Mutex};

use aws_sdk_cloudwatch::config::interceptors::BeforeSerializationInterceptorContextMut;
use aws_sdk_cloudwatch::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_cloudwatch::error::BoxError;
use aws_sdk_cloudwatch::types::{Entity, EntityMetricData};
use aws_smithy_runtime_api::client::ser_de::SharedRequestSerializer;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::*;
use crate::captured::{Recorder, any_metric, any_text, input};

/// Remembers which serializer a request is written by.
#[derive(Clone, Debug, Default)]
struct Spy(Arc<Mutex<String>>);

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Spy {
    fn name(&self) -> &'static str {
        "Spy"
    }

    fn modify_before_serialization(
        &self,
        _: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        *self.0.lock().expect("nobody panics with it") =
            format!("{:?}", bag.load::<SharedRequestSerializer>());
        Ok(())
    }
}

/// The serializer that a client with these interceptors uses.
fn serializer(interceptors: impl IntoIterator<Item = SharedInterceptor>) -> String {
    let spy = Spy::default();
    let interceptors = interceptors.into_iter().chain([SharedInterceptor::new(spy.clone())]);
    Recorder::with(interceptors).request(input("n", vec![]));
    let found = spy.0.lock().expect("nobody panics with it");
    found.clone()
}

#[test]
fn a_request_is_written_by_the_writer_in_place_of_the_known_serializer() {
    let of_the_sdk = serializer([]);
    assert_eq!(of_the_sdk, format!("Some({KNOWN})"), "the SDK's serializer has another name");
    let ours = serializer([swap()]);
    assert!(ours.starts_with("Some(SharedRequestSerializer(Swapped"), "{ours}");
}

/// What is sent of a request, but for the signature and what changes from one to the next.
fn sent(by: &Recorder, input: PutMetricDataInput) -> (String, Vec<u8>) {
    let request = by.request(input);
    let changing = ["authorization", "x-amz-date", "amz-sdk-invocation-id"];
    let mut headers: Vec<_> = request.headers().iter().filter(|(name, _)| !changing.contains(name)).collect();
    headers.sort_unstable();
    let head = format!("{} {} {headers:?}", request.method(), request.uri());
    (head, request.body().bytes().expect("it is no stream").to_vec())
}

/// The same input with its datums as those of an entity.
fn of_an_entity(mut input: PutMetricDataInput, strict: bool) -> PutMetricDataInput {
    let entity = Entity::builder().key_attributes("Type", "Service").build();
    let data = EntityMetricData::builder().entity(entity).set_metric_data(input.metric_data.take()).build();
    input.entity_metric_data = Some(vec![data]);
    input.strict_entity_validation = Some(strict);
    input
}

#[test]
fn a_request_is_what_the_sdk_makes_of_the_same_input() {
    let (ours, of_the_sdk) = (Recorder::with([swap()]), Recorder::new());
    let any_input = (any_text(), vec(any_metric(), 0..5), of(any::<bool>()));
    proptest!(|((namespace, metrics, strict) in any_input)| {
        let input = input(&namespace, metrics.into_iter().map(crate::Metric::into_datum).collect());
        let input = match strict {
            None => input,
            Some(strict) => of_an_entity(input, strict),
        };
        prop_assert_eq!(sent(&ours, input.clone()), sent(&of_the_sdk, input));
    });
}
