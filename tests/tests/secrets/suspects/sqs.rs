use std::error::Error;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use batch_core::Settings;
use batch_sqs::{AttributeValue, Message, Sqs};
use batchwright_tests::{Fifo, Setup, Standard};
use serde_json::{Value, json};

use super::{Suspect, json_error};
use crate::paths::answer;
use crate::planted::{FORBIDDEN, MARK, NUMBER, STRANGE};
use crate::trouble::Asked;

impl Suspect for Fifo {
    const UNKNOWN: (u16, &'static str) = (400, "com.amazonaws.sqs#QueueDoesNotExist");
    const CONTENT: &'static str = "application/x-amz-json-1.0";

    fn guilty(n: usize) -> Message {
        with_attributes(message(n), n)
    }

    fn invalid() -> Vec<Message> {
        let base = || message(0);
        let attribute = |name: &str, value: &str| base().attribute(name, value);
        let strange = format!("{MARK}{STRANGE}");
        vec![
            Message::new("").group(MARK),
            Message::new(format!("{MARK} {FORBIDDEN}")).group(MARK),
            Message::new(MARK),
            base().id(&strange),
            base().id(MARK.repeat(20)),
            base().delay(Duration::from_secs(1)),
            base().group(&strange),
            base().group(MARK.repeat(20)),
            base().deduplication_id(&strange),
            base().deduplication_id(MARK.repeat(20)),
            base().trace_header(MARK),
            attribute("", MARK),
            attribute(MARK, ""),
            attribute(&format!("AWS.{MARK}"), MARK),
            attribute(&format!("{MARK}..name"), MARK),
            attribute(&strange, MARK),
            attribute(&MARK.repeat(40), MARK),
            attribute(MARK, &format!("{MARK} {FORBIDDEN}")),
            base().attribute(MARK, AttributeValue::string(MARK).label("")),
            base().attribute(MARK, AttributeValue::string(MARK).label(MARK.repeat(40))),
            base().attribute(MARK, AttributeValue::string(MARK).label(format!("{MARK}{FORBIDDEN}"))),
            base().attribute(MARK, AttributeValue::number(MARK)),
            base().attribute(MARK, AttributeValue::number(NUMBER.repeat(4))),
            (0..11).fold(base(), |message, n| message.attribute(format!("{MARK}-{n}"), MARK)),
        ]
    }

    fn too_large() -> Message {
        Message::new(MARK.repeat(200_000)).group(MARK)
    }

    fn error(status: u16, code: &str, message: &str) -> HttpResponse {
        json_error(Self::CONTENT, status, code, message)
    }

    fn in_part(asked: &Asked) -> Option<HttpResponse> {
        let request: Value = serde_json::from_slice(&asked.body).unwrap();
        let failed = request["Entries"].as_array()?.iter().map(|entry| {
            json!({ "Id": entry["Id"], "Code": asked.text, "Message": asked.text, "SenderFault": true })
        });
        let body = json!({ "Successful": [], "Failed": failed.collect::<Vec<_>>() });
        Some(answer(200, Self::CONTENT, body.to_string()))
    }

    async fn look_up(setup: Setup) -> Option<Box<dyn Error>> {
        look_up::<Self>(setup).await
    }
}

impl Suspect for Standard {
    const UNKNOWN: (u16, &'static str) = Fifo::UNKNOWN;
    const CONTENT: &'static str = Fifo::CONTENT;

    fn guilty(n: usize) -> Message {
        with_attributes(Message::new(format!("{MARK} body {n}")), n)
    }

    fn invalid() -> Vec<Message> {
        let base = || Message::new(MARK);
        vec![
            base().deduplication_id(MARK),
            base().delay(Duration::from_secs(901)),
            base().group(format!("{MARK}{STRANGE}")),
        ]
    }

    fn too_large() -> Message {
        Fifo::too_large()
    }

    fn error(status: u16, code: &str, message: &str) -> HttpResponse {
        Fifo::error(status, code, message)
    }

    fn in_part(asked: &Asked) -> Option<HttpResponse> {
        Fifo::in_part(asked)
    }

    async fn look_up(setup: Setup) -> Option<Box<dyn Error>> {
        look_up::<Self>(setup).await
    }
}

/// The queue is looked up when the first message is sent.
async fn look_up<S: Suspect<Service = Sqs>>(setup: Setup) -> Option<Box<dyn Error>> {
    let settings = Settings::new().max_attempts(2).delivery_deadline(Duration::from_secs(20));
    let writer = S::build(setup, settings);
    writer.submit(S::guilty(0)).await.unwrap();
    let items = writer.flush().await;
    items.into_iter().next().map(Into::into)
}

fn with_attributes(message: Message, n: usize) -> Message {
    message
        .id(format!("{MARK}-id-{n}"))
        .attribute(format!("{MARK}-name"), format!("{MARK} value"))
        .attribute("binary", AttributeValue::binary(MARK).label(MARK))
        .attribute("number", AttributeValue::number(NUMBER).label(NUMBER))
}

fn message(n: usize) -> Message {
    let message = Message::new(format!("{MARK} body {n}")).group(format!("{MARK}-group"));
    message.deduplication_id(format!("{MARK}-once-{n}"))
}
