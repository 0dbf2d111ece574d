//! A standard queue, as the suites of all services see it.

use std::error::Error;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::operation::RequestId;
use aws_sdk_sqs::operation::send_message_batch::{SendMessageBatchInput, SendMessageBatchOutput};
use aws_sdk_sqs::types::{MessageSystemAttributeNameForSends, MessageSystemAttributeValue};
use batch_local::LocalServer;
use batch_sqs::{Message, Sqs};
use batchwright_kit::{
    Copies, Destination, Fixture, Held, Input, Output, Request, Response, Setup, Throttles, client,
};
use serde_json::{Value, json};

use crate::support::{self, URL};

/// A standard queue, given by its name.
pub(crate) struct Queue(Client);

impl Destination for Queue {
    type Service = Sqs;

    const OPERATION: &'static str = "SendMessageBatch";
    const BATCH: usize = 10;
    const COPIES: Copies = Copies::IfMarked;
    const LARGE: (usize, usize) = (262_144, 4);
    const REFUSAL: (u16, &'static str) = (400, "InvalidMessageContents");
    const THROTTLES: Throttles = Throttles::Requests;

    fn open(setup: &Setup) -> Self {
        Self(client!(aws_sdk_sqs, setup))
    }

    async fn create(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.0.create_queue().queue_name("orders").send().await?;
        Ok(())
    }

    fn service(&self) -> Sqs {
        Sqs::new(self.0.clone(), "orders")
    }

    fn entry(content: String, _: Option<String>) -> Message {
        Message::new(content)
    }

    fn content(message: &Message) -> String {
        message.body().to_owned()
    }

    fn held(server: &LocalServer) -> Vec<Held> {
        let accepted = server.sqs().accepted("orders").into_iter();
        accepted.map(|message| Held { content: message.body, lane: None }).collect()
    }

    fn taken(server: &LocalServer) -> u64 {
        server.sqs().accepted_count("orders")
    }
}

impl Fixture for Queue {
    const ACCESS_DENIED: (u16, &'static str) = (403, "AccessDenied");
    const EXPIRED: &'static str = "ExpiredToken";
    const IDLE: Duration = Duration::from_millis(5);
    const INTERNAL: &'static str = "InternalError";
    const MISSING: &'static str = "NonExistentQueue";
    const OPERATIONS: &'static [&'static str] = &["SendMessageBatch", "GetQueueUrl"];
    const PERMISSION: &'static str = "sqs:SendMessage";
    const RETRIED: &'static [(u16, &'static str)] = &[(400, "RequestThrottled"), (500, "InternalError")];
    const SPOILT: &'static [(u16, &'static str)] = &[
        (400, "BatchRequestTooLong"),
        (400, "InvalidMessageContents"),
        (400, "InvalidParameterValue"),
        (400, "SomethingNew"),
        (413, "RequestEntityTooLarge"),
    ];
    const UNKNOWN_KEY: &'static str = "InvalidClientTokenId";

    /// A queue given by its URL is not looked up.
    fn resolved(&self) -> Sqs {
        Sqs::new(self.0.clone(), URL)
    }

    fn accept(request: &Request) -> Response {
        support::accept(request)
    }

    fn error(status: u16, code: &str) -> Response {
        support::error(status, code)
    }

    fn read_input(input: &Input) -> Option<Vec<String>> {
        let input: &SendMessageBatchInput = input.downcast_ref()?;
        Some(input.entries().iter().map(|entry| entry.message_body().to_owned()).collect())
    }

    fn alter(input: &mut Input) -> Option<()> {
        let input: &mut SendMessageBatchInput = input.downcast_mut()?;
        let trace =
            MessageSystemAttributeValue::builder().data_type("String").string_value("Root=1").build().ok()?;
        for entry in input.entries.iter_mut().flatten() {
            entry.message_body.push_str(" \"and more\"");
            let trace = (MessageSystemAttributeNameForSends::AwsTraceHeader, trace.clone());
            entry.message_system_attributes = Some([trace].into());
        }
        Some(())
    }

    fn check_altered(request: &Request, contents: [&str; 2]) {
        let trace = json!({ "AWSTraceHeader": { "DataType": "String", "StringValue": "Root=1" } });
        let [first, second] = contents.map(|content| format!("{content} \"and more\""));
        let entry = |id: &str, body: String| -> Value {
            json!({ "Id": id, "MessageBody": body, "MessageSystemAttributes": trace })
        };
        assert_eq!(request.json()["Entries"], json!([entry("0", first), entry("1", second)]));
    }

    fn read_output(output: &Output) -> Option<&str> {
        let output: &SendMessageBatchOutput = output.downcast_ref()?;
        assert_eq!(output.successful().len(), 2);
        output.request_id()
    }
}
