//! The interceptors of the user's client see and change everything, as they do without a writer.

use std::sync::{Arc, Mutex};

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextMut,
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
    BeforeTransmitInterceptorContextRef,
};
use aws_sdk_kinesis::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_kinesis::error::BoxError;
use aws_sdk_kinesis::operation::RequestId;
use aws_sdk_kinesis::operation::put_records::{PutRecordsInput, PutRecordsOutput};
use aws_sdk_kinesis::primitives::Blob;
use aws_smithy_types::base64;
use aws_smithy_types::body::SdkBody;
use batch_kinesis::{Kinesis, KinesisWriter};
use serde_json::json;

use crate::canned::{Answer, Canned};
use crate::support::{config, records, send, shown};

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
        let input: &PutRecordsInput = context.input().downcast_ref().ok_or("another input")?;
        let data =
            input.records().iter().map(|record| String::from_utf8_lossy(record.data.as_ref()).into_owned());
        self.0.lock().unwrap().extend(data);
        Ok(())
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let input: &mut PutRecordsInput = context.input_mut().downcast_mut().ok_or("another input")?;
        for record in input.records.iter_mut().flatten() {
            record.data = Blob::new([record.data.as_ref(), b" and more"].concat());
            record.explicit_hash_key = Some("7".to_owned());
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
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        self.0.lock().unwrap().push(format!("{} {target}", request.method()));
        Ok(())
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let body = request.body().bytes().ok_or("a stream")?;
        let body = String::from_utf8(body.to_vec())?.replace("key 1", "KEY 1");
        *request.body_mut() = SdkBody::from(body);
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let output = context.output_or_error().map_err(|error| format!("{error:?}"))?;
        let output: &PutRecordsOutput = output.downcast_ref().ok_or("another output")?;
        let id = output.request_id().unwrap_or_default();
        self.0.lock().unwrap().push(format!("{} sent, {id}", output.records().len()));
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn an_interceptor_sees_and_changes_input_and_request_as_without_the_writer() {
    let http = Canned::new(Answer::accept);
    let seen = Arc::default();
    let client = Client::from_conf(config(http.clone()).interceptor(Inside(Arc::clone(&seen))).build());
    let writer = KinesisWriter::builder(Kinesis::new(client, "measurements")).build().unwrap();
    assert_eq!(shown(&send(&writer, &records(2)).await), "Each[+ +]");
    assert_eq!(
        *seen.lock().unwrap(),
        ["body 0", "body 1", "POST Kinesis_20131202.PutRecords", "2 sent, r-1"]
    );
    let record = |data: &str, key| json!({ "Data": base64::encode(data), "PartitionKey": key, "ExplicitHashKey": "7" });
    let [asked] = &http.asked()[..] else { panic!("{:?}", http.asked()) };
    assert_eq!(
        asked.body["Records"],
        json!([record("body 0 and more", "key 0"), record("body 1 and more", "KEY 1")])
    );
}
