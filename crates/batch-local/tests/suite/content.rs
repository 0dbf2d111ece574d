//! What a message says comes back as it was sent.

use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{MessageAttributeValue, MessageSystemAttributeName as System};

use crate::support::{drain, entry, local, plain, queue, receive, send, text, with};

#[tokio::test(start_paused = true)]
async fn attributes_come_back_as_they_are_asked_for() {
    let (_, client) = local();
    let url = queue(&client, "q", &[("VisibilityTimeout", "0")]).await;
    let binary = MessageAttributeValue::builder()
        .data_type("Binary")
        .binary_value(Blob::new([0, 255]))
        .build()
        .unwrap();
    let attributes = [
        ("colour.sky".to_owned(), text("String", "blue")),
        ("colour.sea".to_owned(), text("Number", "7")),
        ("shape".to_owned(), binary),
    ];
    let sent = with(plain("a"), |entry| {
        entry.message_attributes = Some(attributes.clone().into());
        entry.message_group_id = Some("g".into());
    });
    send(&client, &url, vec![sent]).await.unwrap();
    let names = async |wanted: &[&str]| {
        let wanted = wanted.iter().map(|name| (*name).to_owned()).collect();
        let request = client.receive_message().queue_url(&url).set_message_attribute_names(Some(wanted));
        let message = request.send().await.unwrap().messages.unwrap().remove(0);
        let mut names: Vec<String> = message.message_attributes.unwrap_or_default().into_keys().collect();
        names.sort();
        (names.join(" "), message.md5_of_message_attributes.is_some())
    };
    assert_eq!(names(&[]).await, (String::new(), false));
    assert_eq!(names(&["shape", "other"]).await, ("shape".to_owned(), true));
    assert_eq!(names(&["colour.*"]).await, ("colour.sea colour.sky".to_owned(), true));
    assert_eq!(names(&[".*"]).await, ("colour.sea colour.sky shape".to_owned(), true));
    let message = receive(&client, &url, 1).await.remove(0);
    assert_eq!(message.message_attributes, Some(attributes.into()));
    let system = message.attributes.unwrap();
    assert_eq!(system[&System::MessageGroupId], "g");
    assert_eq!(system[&System::ApproximateReceiveCount], "5");
    assert!(system.contains_key(&System::SenderId) && !system.contains_key(&System::SequenceNumber));
    let some = client.receive_message().queue_url(&url).message_system_attribute_names(System::SentTimestamp);
    let message = some.send().await.unwrap().messages.unwrap().remove(0);
    assert_eq!(message.attributes.unwrap().into_keys().collect::<Vec<_>>(), [System::SentTimestamp]);
    let unknown = client.receive_message().queue_url(&url).message_system_attribute_names("Colour".into());
    assert_eq!(unknown.send().await.unwrap_err().code(), Some("InvalidAttributeName"));
}

#[tokio::test(start_paused = true)]
async fn a_sent_message_is_confirmed_with_its_digests() {
    let (_, client) = local();
    let url = queue(&client, "q", &[]).await;
    let request = client.send_message().queue_url(&url).message_body("hello world");
    let sent = request.message_attributes("name", text("String", "value")).send().await.unwrap();
    assert_eq!(sent.md5_of_message_body(), Some("5eb63bbbe01eeed093cb22bb8f5acdc3"));
    // Length and bytes of the name and the type, 1 for text, length and bytes of the value.
    let counted = b"\0\0\0\x04name\0\0\0\x06String\x01\0\0\0\x05value";
    assert_eq!(sent.md5_of_message_attributes(), Some(format!("{:x}", md5::compute(counted)).as_str()));
    let received = receive(&client, &url, 1).await.remove(0);
    assert_eq!(received.message_id(), sent.message_id());
    assert_eq!(received.md5_of_body(), sent.md5_of_message_body());
    assert_eq!(received.md5_of_message_attributes(), sent.md5_of_message_attributes());
}

#[tokio::test(start_paused = true)]
async fn bodies_come_back_byte_for_byte() {
    let (_, client) = local();
    let url = queue(&client, "q", &[]).await;
    let body = "\t<a href=\"x\">&amp;\\ 🦀 \u{fffd}\u{10ffff}\r\n\u{7f}\u{80}</a>";
    send(&client, &url, vec![entry("a", body)]).await.unwrap();
    assert_eq!(drain(&client, &url).await, [body]);
}
