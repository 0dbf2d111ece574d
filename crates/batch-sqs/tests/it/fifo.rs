//! A FIFO queue, as the suite of FIFO destinations sees it, and what only queues have.

use aws_sdk_sqs::types::{MessageSystemAttributeName, QueueAttributeName};
use batch_local::LocalServer;
use batch_sqs::{Message, Queue, SentMessage, Settings, Sqs, SqsWriter};
use batchwright_kit::suite::fifo::arrived;
use batchwright_kit::{Arrived, Canned, Fifo, Ids, Request, check_sums};

use crate::fixture;
use crate::support::{client, served};

/// The queue `orders.fifo`.
pub(crate) struct FifoQueue;

const QUEUE: &str = "orders.fifo";

impl Fifo for FifoQueue {
    type Standard = fixture::Queue;

    const WITHOUT_ID: &'static str = "InvalidParameterValue";
    const ADVICE: &'static str = "probably the queue has no content-based deduplication";

    async fn served(settings: Settings) -> (LocalServer, SqsWriter) {
        let (server, client) = served(QUEUE, &[]).await;
        (server, SqsWriter::builder(Sqs::new(client, QUEUE)).settings(settings).build().unwrap())
    }

    async fn deduplicating_by_content(does: bool) -> (LocalServer, SqsWriter) {
        let attributes = [(QueueAttributeName::ContentBasedDeduplication, &*does.to_string())];
        let (server, client) = served(QUEUE, &attributes).await;
        let queue = Sqs::new(client, QUEUE).content_based_deduplication(true);
        (server, SqsWriter::builder(queue).build().unwrap())
    }

    fn through(http: Canned) -> SqsWriter {
        let queue = Queue::new("https://sqs.us-east-1.amazonaws.com/123456789012/orders.fifo");
        SqsWriter::builder(Sqs::new(client(http), queue)).build().unwrap()
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
        request.json()["Entries"][0]["MessageDeduplicationId"].to_string()
    }

    fn receipt(sent: &SentMessage) -> Ids {
        let sequence_number = sent.sequence_number().map(ToOwned::to_owned);
        Ids { message_id: sent.message_id().to_owned(), sequence_number }
    }

    fn accepted(server: &LocalServer) -> Vec<Arrived> {
        let arrived = server.sqs().accepted(QUEUE).into_iter().map(|message| Arrived {
            body: message.body,
            group: message.group_id,
            deduplication_id: message.deduplication_id,
            ids: Ids { message_id: message.message_id, sequence_number: message.sequence_number },
        });
        arrived.collect()
    }
}

#[tokio::test(start_paused = true)]
async fn a_trace_header_arrives_as_the_attribute_that_consumers_read() {
    let (server, client) = served(QUEUE, &[]).await;
    let writer = SqsWriter::builder(Sqs::new(client.clone(), QUEUE)).build().unwrap();
    let header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    let message = Message::new("traced").group("group").trace_header(header);
    let attributes = (0..10).fold(message, |message, n| message.attribute(format!("attribute-{n}"), n));
    writer.submit(attributes).await.unwrap();
    assert!(writer.flush().await.is_empty());
    assert_eq!(server.sqs().accepted(QUEUE)[0].trace_header.as_deref(), Some(header));
    let url = client.get_queue_url().queue_name(QUEUE).send().await.unwrap().queue_url.unwrap();
    let name = MessageSystemAttributeName::AwsTraceHeader;
    let request = client.receive_message().queue_url(url).message_system_attribute_names(name.clone());
    let received = request.send().await.unwrap().messages.unwrap();
    assert_eq!(received[0].attributes.as_ref().unwrap()[&name], header);
}

#[tokio::test(start_paused = true)]
async fn a_message_without_a_group_is_of_the_default_group() {
    let (server, client) = served(QUEUE, &[]).await;
    let writer = SqsWriter::builder(Sqs::new(client, QUEUE).default_group("all")).build().unwrap();
    writer.submit("one".into()).await.unwrap();
    writer.submit(Message::new("two").group("own")).await.unwrap();
    assert!(writer.flush().await.is_empty());
    let arrived = arrived::<FifoQueue>(&server);
    assert_eq!((&*arrived["all"], &*arrived["own"]), (&["one".to_owned()][..], &["two".to_owned()][..]));
}

#[tokio::test(start_paused = true)]
async fn messages_of_one_id_may_travel_together() {
    let (server, writer) = FifoQueue::served(Settings::new()).await;
    for body in ["first", "second", "third"] {
        writer.submit(Message::new(body).group("g").id("order-17")).await.unwrap();
    }
    assert!(writer.flush().await.is_empty());
    assert_eq!(arrived::<FifoQueue>(&server)["g"], ["first", "second", "third"]);
    check_sums(&writer, 3, 0);
}
