//! A standard topic, as the suites of all services see it.

use std::error::Error;
use std::time::Duration;

use aws_sdk_sns::Client;
use aws_sdk_sns::operation::RequestId;
use aws_sdk_sns::operation::publish_batch::{PublishBatchInput, PublishBatchOutput};
use batch_local::LocalServer;
use batch_sns::{Message, Sns};
use batchwright_kit::{
    Copies, Destination, Fixture, Held, Input, Output, Request, Response, Setup, Throttles, client,
};

use crate::support::{self, arn};

/// A standard topic.
pub(crate) struct Topic(Client);

impl Destination for Topic {
    type Service = Sns;

    const OPERATION: &'static str = "PublishBatch";
    const BATCH: usize = 10;
    const COPIES: Copies = Copies::IfMarked;
    const LARGE: (usize, usize) = (65_536, 4);
    const REFUSAL: (u16, &'static str) = (400, "InvalidParameter");
    const THROTTLES: Throttles = Throttles::Requests;

    fn open(setup: &Setup) -> Self {
        Self(client!(aws_sdk_sns, setup))
    }

    async fn create(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.0.create_topic().name("alerts").send().await?;
        Ok(())
    }

    fn service(&self) -> Sns {
        let region = self.0.config().region().map_or("us-east-1", AsRef::as_ref);
        Sns::new(self.0.clone(), arn("alerts").replace("us-east-1", region))
    }

    fn entry(content: String, _: Option<String>) -> Message {
        Message::new(content)
    }

    fn content(message: &Message) -> String {
        message.body().to_owned()
    }

    fn held(server: &LocalServer) -> Vec<Held> {
        let accepted = server.sns().accepted("alerts").into_iter();
        accepted.map(|message| Held { content: message.body, lane: None }).collect()
    }

    fn taken(server: &LocalServer) -> u64 {
        server.sns().accepted_count("alerts")
    }
}

impl Fixture for Topic {
    const ACCESS_DENIED: (u16, &'static str) = (403, "AuthorizationError");
    const EXPIRED: &'static str = "ExpiredToken";
    const IDLE: Duration = Duration::from_millis(5);
    const INTERNAL: &'static str = "InternalError";
    const MISSING: &'static str = "NotFound";
    const OPERATIONS: &'static [&'static str] = &["PublishBatch"];
    const PERMISSION: &'static str = "sns:Publish";
    const RETRIED: &'static [(u16, &'static str)] = &[(400, "Throttling"), (500, "InternalError")];
    const SPOILT: &'static [(u16, &'static str)] = &[
        (400, "BatchRequestTooLong"),
        (400, "InvalidParameter"),
        (400, "ParameterValueInvalid"),
        (400, "SomethingNew"),
        (413, "RequestEntityTooLarge"),
    ];
    const UNKNOWN_KEY: &'static str = "InvalidClientTokenId";

    fn accept(request: &Request) -> Response {
        support::accept(request)
    }

    fn error(status: u16, code: &str) -> Response {
        support::error(status, code)
    }

    fn body(request: &Request) -> String {
        format!("{:?}", request.form())
    }

    fn read_input(input: &Input) -> Option<Vec<String>> {
        let input: &PublishBatchInput = input.downcast_ref()?;
        let entries = input.publish_batch_request_entries();
        Some(entries.iter().map(|entry| entry.message().to_owned()).collect())
    }

    fn alter(input: &mut Input) -> Option<()> {
        let input: &mut PublishBatchInput = input.downcast_mut()?;
        for entry in input.publish_batch_request_entries.iter_mut().flatten() {
            entry.message.push_str(" \"and more\"");
            entry.subject = Some("ä & b".to_owned());
        }
        Some(())
    }

    fn check_altered(request: &Request, contents: [&str; 2]) {
        let mut expected = vec![
            ("Action".to_owned(), "PublishBatch".to_owned()),
            ("TopicArn".to_owned(), arn("alerts")),
            ("Version".to_owned(), "2010-03-31".to_owned()),
        ];
        for (n, content) in contents.into_iter().enumerate() {
            let field = |name: &str| format!("PublishBatchRequestEntries.member.{}.{name}", n + 1);
            expected.push((field("Id"), n.to_string()));
            expected.push((field("Message"), format!("{content} \"and more\"")));
            expected.push((field("Subject"), "ä & b".to_owned()));
        }
        assert_eq!(request.form(), expected.into_iter().collect());
    }

    fn read_output(output: &Output) -> Option<&str> {
        let output: &PublishBatchOutput = output.downcast_ref()?;
        assert_eq!(output.successful().len(), 2);
        output.request_id()
    }
}
