//! The interceptors of the user's client see and change everything, as they do without a writer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextMut,
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
    BeforeTransmitInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::RequestId;
use aws_sdk_dynamodb::operation::batch_write_item::{BatchWriteItemInput, BatchWriteItemOutput};
use aws_sdk_dynamodb::types::ReturnItemCollectionMetrics;
use aws_smithy_types::body::SdkBody;
use batch_dynamodb::{DynamoDb, DynamoDbWriter, ScalarType};
use serde_json::json;

use crate::canned::{Answer, Canned};
use crate::support::{config, puts, s, send, shown};

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
        let input: &BatchWriteItemInput = context.input().downcast_ref().ok_or("another input")?;
        let puts = input.request_items.iter().flatten().flat_map(|(_, requests)| requests);
        let items = puts.filter_map(|request| Some(request.put_request()?.item()));
        self.0.lock().unwrap().extend(items.map(|item| item["pk"].as_s().unwrap().clone()));
        Ok(())
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let input: &mut BatchWriteItemInput = context.input_mut().downcast_mut().ok_or("another input")?;
        input.return_item_collection_metrics = Some(ReturnItemCollectionMetrics::Size);
        for request in input.request_items.iter_mut().flatten().flat_map(|(_, requests)| requests) {
            let put = request.put_request.as_mut().ok_or("no put")?;
            put.item.insert("trace".to_owned(), s("and \"more\""));
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
        let output: &BatchWriteItemOutput = output.downcast_ref().ok_or("another output")?;
        let left = output.unprocessed_items().map_or(0, HashMap::len);
        let id = output.request_id().unwrap_or_default();
        self.0.lock().unwrap().push(format!("{left} unprocessed, {id}"));
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn an_interceptor_sees_and_changes_input_and_request_as_without_the_writer() {
    let http = Canned::new(Answer::accept);
    let seen = Arc::default();
    let client = Client::from_conf(config(http.clone()).interceptor(Inside(Arc::clone(&seen))).build());
    let table = DynamoDb::new(client, "orders").partition_key("pk", ScalarType::String);
    let writer = DynamoDbWriter::builder(table).build().unwrap();
    assert_eq!(shown(&send(&writer, &puts(2)).await), "AllAccepted");
    let expected = ["key 0", "key 1", "POST DynamoDB_20120810.BatchWriteItem", "0 unprocessed, r-1"];
    assert_eq!(*seen.lock().unwrap(), expected);

    let put = |key| {
        let item = json!({ "pk": { "S": key }, "value": { "S": "value" }, "trace": { "S": "and \"more\"" } });
        json!({ "PutRequest": { "Item": item } })
    };
    let [asked] = &http.asked()[..] else { panic!("{:?}", http.asked()) };
    assert_eq!(asked.body["RequestItems"]["orders"], json!([put("key 0"), put("KEY 1")]));
    assert_eq!(asked.body["ReturnItemCollectionMetrics"], "SIZE");
}
