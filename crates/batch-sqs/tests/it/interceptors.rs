//! The interceptors of the user's client see and change everything, as they do without a writer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextMut,
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
    BeforeTransmitInterceptorContextRef,
};
use aws_sdk_sqs::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_sqs::error::BoxError;
use aws_sdk_sqs::operation::RequestId;
use aws_sdk_sqs::operation::send_message_batch::{SendMessageBatchInput, SendMessageBatchOutput};
use aws_sdk_sqs::types::{MessageSystemAttributeNameForSends, MessageSystemAttributeValue};
use aws_smithy_types::body::SdkBody;
use batch_sqs::{Sqs, SqsWriter};
use serde_json::json;

use crate::canned::{Answer, Canned};
use crate::support::{URL, config, messages, send, shown};

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
        let input: &SendMessageBatchInput = context.input().downcast_ref().ok_or("another input")?;
        let bodies = input.entries().iter().map(|entry| entry.message_body().to_owned());
        self.0.lock().unwrap().extend(bodies);
        Ok(())
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let input: &mut SendMessageBatchInput = context.input_mut().downcast_mut().ok_or("another input")?;
        let trace =
            MessageSystemAttributeValue::builder().data_type("String").string_value("Root=1").build()?;
        for entry in input.entries.iter_mut().flatten() {
            entry.message_body.push_str(" \"and more\"");
            let traces = HashMap::from([(MessageSystemAttributeNameForSends::AwsTraceHeader, trace.clone())]);
            entry.message_system_attributes = Some(traces);
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
        let body = String::from_utf8(body.to_vec())?.replace("body 1", "BODY 1");
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
        let output: &SendMessageBatchOutput = output.downcast_ref().ok_or("another output")?;
        let id = output.request_id().unwrap_or_default();
        self.0.lock().unwrap().push(format!("{} sent, {id}", output.successful().len()));
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn an_interceptor_sees_and_changes_input_and_request_as_without_the_writer() {
    let http = Canned::new(Answer::accept);
    let seen = Arc::default();
    let client = Client::from_conf(config(http.clone()).interceptor(Inside(Arc::clone(&seen))).build());
    let writer = SqsWriter::builder(Sqs::new(client, URL)).build().unwrap();
    assert_eq!(shown(&send(&writer, &messages(2)).await), "Each[+ +]");
    assert_eq!(*seen.lock().unwrap(), ["body 0", "body 1", "POST AmazonSQS.SendMessageBatch", "2 sent, r-1"]);
    let trace = json!({ "AWSTraceHeader": { "DataType": "String", "StringValue": "Root=1" } });
    let entry = |n, body| json!({ "Id": n, "MessageBody": body, "MessageSystemAttributes": trace });
    let [asked] = &http.asked()[..] else { panic!("{:?}", http.asked()) };
    assert_eq!(
        asked.body["Entries"],
        json!([entry("0", "body 0 \"and more\""), entry("1", "BODY 1 \"and more\"")])
    );
}
