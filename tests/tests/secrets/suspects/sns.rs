use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use batch_sns::Message;
use batchwright_tests::{FifoTopic, Topic};
use serde_json::json;

use super::Suspect;
use crate::paths::answer;
use crate::planted::{MARK, NUMBER, STRANGE};
use crate::trouble::Asked;

impl Suspect for FifoTopic {
    const UNKNOWN: (u16, &'static str) = (404, "NotFound");
    const CONTENT: &'static str = "text/xml";

    fn guilty(n: usize) -> Message {
        with_attributes(message(n))
    }

    fn invalid() -> Vec<Message> {
        let base = || message(0);
        let strange = format!("{MARK}{STRANGE}");
        vec![
            Message::new("").group(MARK),
            Message::new(MARK),
            base().message_structure_json(),
            base().subject(format!("{MARK}\n")),
            base().subject(MARK.repeat(20)),
            base().group(&strange),
            base().group(MARK.repeat(20)),
            base().deduplication_id(&strange),
            base().deduplication_id(MARK.repeat(20)),
            base().attribute("", MARK),
            base().attribute(MARK, ""),
            base().attribute(format!("AWS.{MARK}"), MARK),
            base().attribute(format!("{MARK}..name"), MARK),
            base().attribute(&strange, MARK),
            base().attribute(MARK.repeat(40), MARK),
            base().attribute(MARK, json!({ MARK: MARK })),
            base().attribute(MARK, json!([[MARK]])),
            base().binary_attribute(MARK, []),
        ]
    }

    fn too_large() -> Message {
        Message::new(MARK.repeat(200_000)).group(MARK)
    }

    fn error(status: u16, code: &str, message: &str) -> HttpResponse {
        let inner = format!("<Code>{}</Code><Message>{}</Message>", escaped(code), escaped(message));
        let body = format!("<ErrorResponse><Error><Type>Sender</Type>{inner}</Error></ErrorResponse>");
        answer(status, Self::CONTENT, body)
    }

    fn in_part(asked: &Asked) -> Option<HttpResponse> {
        let body = String::from_utf8_lossy(&asked.body);
        let ids = body.split('&').filter_map(|field| field.split_once(".Id=").map(|(_, id)| id.to_owned()));
        let text = escaped(&asked.text);
        let failed = ids.map(|id| {
            let words = format!("<Code>{text}</Code><Message>{text}</Message>");
            format!("<member><Id>{id}</Id>{words}<SenderFault>true</SenderFault></member>")
        });
        let result = format!("<Failed>{}</Failed><Successful/>", failed.collect::<String>());
        let result = format!("<PublishBatchResult>{result}</PublishBatchResult>");
        Some(answer(200, Self::CONTENT, format!("<PublishBatchResponse>{result}</PublishBatchResponse>")))
    }
}

impl Suspect for Topic {
    const UNKNOWN: (u16, &'static str) = FifoTopic::UNKNOWN;
    const CONTENT: &'static str = FifoTopic::CONTENT;

    fn guilty(n: usize) -> Message {
        with_attributes(Message::new(format!("{MARK} body {n}")))
    }

    fn invalid() -> Vec<Message> {
        let base = || Message::new(MARK);
        vec![base().deduplication_id(MARK), base().group(format!("{MARK}{STRANGE}"))]
    }

    fn too_large() -> Message {
        FifoTopic::too_large()
    }

    fn error(status: u16, code: &str, message: &str) -> HttpResponse {
        FifoTopic::error(status, code, message)
    }

    fn in_part(asked: &Asked) -> Option<HttpResponse> {
        FifoTopic::in_part(asked)
    }
}

fn with_attributes(message: Message) -> Message {
    message
        .subject(format!("{MARK} subject"))
        .attribute(format!("{MARK}-name"), format!("{MARK} value"))
        .attribute("array", [MARK, NUMBER])
        .attribute("number", NUMBER.parse::<u64>().unwrap())
        .binary_attribute("binary", MARK)
}

fn message(n: usize) -> Message {
    let message = Message::new(format!("{MARK} body {n}")).group(format!("{MARK}-group"));
    message.deduplication_id(format!("{MARK}-once-{n}"))
}

/// Without what XML does not allow.
fn escaped(text: &str) -> String {
    let allowed = text.chars().filter(|&character| character >= ' ' || character == '\n');
    allowed.collect::<String>().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
