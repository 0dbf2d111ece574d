//! The interceptors of the user's client see and change everything, as they do without a writer.

use std::sync::{Arc, Mutex};

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextMut,
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_sdk_cloudwatch::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_cloudwatch::error::BoxError;
use aws_sdk_cloudwatch::operation::RequestId;
use aws_sdk_cloudwatch::operation::put_metric_data::{PutMetricDataInput, PutMetricDataOutput};
use aws_sdk_cloudwatch::types::{Dimension, MetricDatum};
use batch_cloudwatch::{CloudWatch, CloudWatchWriter};

use crate::canned::Canned;
use crate::support::{config, metrics, send, shown};

/// Reads and changes the input, and reads what was made of it.
#[derive(Debug)]
struct Inside(Arc<Mutex<Vec<String>>>);

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Inside {
    fn name(&self) -> &'static str {
        "Inside"
    }

    fn read_before_execution(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let input: &PutMetricDataInput = context.input().downcast_ref().ok_or("another input")?;
        let names = input.metric_data().iter().filter_map(MetricDatum::metric_name);
        self.0.lock().unwrap().extend(names.map(str::to_owned));
        Ok(())
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let input: &mut PutMetricDataInput = context.input_mut().downcast_mut().ok_or("another input")?;
        for datum in input.metric_data.iter_mut().flatten() {
            let more = Dimension::builder().name("Team").value("Weather").build();
            datum.dimensions.get_or_insert_default().push(more);
        }
        Ok(())
    }

    fn read_after_serialization(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let protocol = request.headers().get("smithy-protocol").unwrap_or_default();
        self.0.lock().unwrap().push(format!("{} {protocol}", request.method()));
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let output = context.output_or_error().map_err(|error| format!("{error:?}"))?;
        let output: &PutMetricDataOutput = output.downcast_ref().ok_or("another output")?;
        self.0.lock().unwrap().push(format!("sent, {}", output.request_id().unwrap_or_default()));
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn an_interceptor_sees_and_changes_input_and_request_as_without_the_writer() {
    let http = Canned::accepting();
    let seen = Arc::default();
    let client = Client::from_conf(config(http.clone()).interceptor(Inside(Arc::clone(&seen))).build());
    let writer = CloudWatchWriter::builder(CloudWatch::new(client, "Weather")).build().unwrap();
    assert_eq!(shown(&send(&writer, &metrics(2)).await), "AllAccepted");
    assert_eq!(*seen.lock().unwrap(), ["metric 0", "metric 1", "POST rpc-v2-cbor", "sent, r-1"]);
    let [asked] = &http.asked()[..] else { panic!("{:?}", http.asked()) };
    for datum in asked.datums() {
        let dimensions = datum.get("Dimensions").unwrap().list();
        let names: Vec<_> = dimensions.iter().map(|known| known.get("Name").unwrap().text()).collect();
        assert_eq!(names, ["Station", "Team"]);
    }
}
