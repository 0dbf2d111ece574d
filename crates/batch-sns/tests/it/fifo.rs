//! A FIFO topic, as the suite of FIFO destinations sees it.

use batch_local::LocalServer;
use batch_sns::{Message, SentMessage, Settings, Sns, SnsWriter};
use batchwright_kit::{Arrived, Canned, Fifo, Ids, Request};

use crate::fixture::Topic;
use crate::support::{arn, client, served};

/// The topic `alerts.fifo`.
pub(crate) struct FifoTopic;

const TOPIC: &str = "alerts.fifo";

impl Fifo for FifoTopic {
    type Standard = Topic;

    const WITHOUT_ID: &'static str = "InvalidParameter";
    const ADVICE: &'static str = "with `content_based_deduplication` probably because the topic has none";

    async fn served(settings: Settings) -> (LocalServer, SnsWriter) {
        let (server, client) = served(TOPIC, &[]).await;
        (server, SnsWriter::builder(Sns::new(client, arn(TOPIC))).settings(settings).build().unwrap())
    }

    async fn deduplicating_by_content(does: bool) -> (LocalServer, SnsWriter) {
        let (server, client) = served(TOPIC, &[("ContentBasedDeduplication", &does.to_string())]).await;
        let topic = Sns::new(client, arn(TOPIC)).content_based_deduplication(true);
        (server, SnsWriter::builder(topic).build().unwrap())
    }

    fn through(http: Canned) -> SnsWriter {
        SnsWriter::builder(Sns::new(client(http), arn(TOPIC))).build().unwrap()
    }

    fn message(body: impl Into<String>, group: impl Into<String>) -> Message {
        Message::new(body).group(group)
    }

    fn with_id(message: Message, id: &str) -> Message {
        message.deduplication_id(id)
    }

    fn id(message: &Message) -> Option<&str> {
        message.get_deduplication_id()
    }

    fn sent_id(request: &Request) -> String {
        request.form()["PublishBatchRequestEntries.member.1.MessageDeduplicationId"].clone()
    }

    fn receipt(sent: &SentMessage) -> Ids {
        let sequence_number = sent.sequence_number().map(ToOwned::to_owned);
        Ids { message_id: sent.message_id().to_owned(), sequence_number }
    }

    fn accepted(server: &LocalServer) -> Vec<Arrived> {
        let arrived = server.sns().accepted(TOPIC).into_iter().map(|message| Arrived {
            body: message.body,
            group: message.group_id,
            deduplication_id: message.deduplication_id,
            ids: Ids { message_id: message.message_id, sequence_number: message.sequence_number },
        });
        arrived.collect()
    }
}
