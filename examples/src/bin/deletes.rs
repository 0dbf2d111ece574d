//! Deletes received messages of Amazon SQS in batches, with an adapter of its own.

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{BatchResultErrorEntry as Failed, DeleteMessageBatchRequestEntry as Entry};
use batch_core::{
    Batch, Class, ConfigError, Invalid, LimitPolicy, Measure, Reply, Service, Verdicts, Writer,
};
use batch_local::LocalServer;
use batch_smithy::{Codes, EntryIds, Renewal, Rule, check, own_config, refusal};

/// Amazon SQS as a destination of deletes: `DeleteMessageBatch` on one queue, by receipt handle.
struct Deletes {
    client: Client,
    credentials: Renewal,
    url: String,
}

/// What the errors of the operation mean, beyond what all AWS services have in common.
static CODES: Codes = Codes {
    prefix: "AWS.SimpleQueueService.",
    rules: &[Rule {
        codes: &["NonExistentQueue", "QueueDoesNotExist"],
        class: Class::UnknownDestination,
        advice: None,
    }],
    check_endpoint: "this is not a response of Amazon SQS; check the endpoint of the client",
    check_key: "the queue's KMS key cannot be used; check its state and its policy",
    check_permissions: "these credentials may not delete messages; allow them sqs:DeleteMessage",
};

impl Deletes {
    fn new(client: &Client, url: &str) -> Self {
        let (config, credentials) = own_config!(aws_sdk_sqs, client, 1 << 20);
        Self { client: Client::from_conf(config.build()), credentials, url: url.to_owned() }
    }

    async fn request(&self, handles: &[String]) -> Reply<()> {
        let ids = EntryIds::of(handles, |_| None);
        let entry = |(id, handle): (&str, &String)| Entry::builder().id(id).receipt_handle(handle).build();
        let entries: Result<_, _> = ids.iter().zip(handles).map(entry).collect();
        let entries = entries.expect("an entry needs an id and a handle, and has both");
        let request = self.client.delete_message_batch().queue_url(&self.url).set_entries(Some(entries));
        let not_found = || format!("the queue {} does not exist; check its URL", self.url);
        let response = request.send().await.map_err(|error| refusal(error, &CODES, not_found))?;

        let deleted = response.successful.into_iter().map(|entry| (entry.id, ()));
        let verdict = |entry: Failed| CODES.of_entry(&entry.code, entry.sender_fault, entry.message);
        let failed = response.failed.into_iter().map(|entry| (entry.id.clone(), verdict(entry)));
        Ok(Verdicts::Each(ids.verdicts(deleted, failed)))
    }
}

#[async_trait]
impl Service for Deletes {
    type Entry = String;
    type Response = ();

    fn name(&self) -> &'static str {
        "sqs-deletes"
    }

    fn destination(&self) -> String {
        self.url.clone()
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(10, 1 << 20, 2_048)
    }

    fn measure<'a>(&self, handle: &'a String) -> Result<Measure<'a>, Invalid> {
        let is_allowed = |character: char| character.is_ascii_graphic();
        check::made_of("receipt handle", handle, is_allowed, "a handle as SQS returned it")?;
        Ok(Measure::of_bytes(handle.len()))
    }

    async fn send(&self, batch: &Batch<String>) -> Reply<()> {
        self.credentials.watch(|| self.request(batch.entries())).await
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = LocalServer::new();
    let client = Client::new(&server.sdk_config());
    let queue = client.create_queue().queue_name("orders").send().await?;
    let url = queue.queue_url().expect("every queue has a URL");
    client.send_message().queue_url(url).message_body("a pair of shoes").send().await?;
    let received = client.receive_message().queue_url(url).send().await?;

    let writer = Writer::builder(Deletes::new(&client, url)).build()?;
    for message in received.messages() {
        writer.submit(message.receipt_handle().expect("every message has one").to_owned()).await?;
    }
    writer.submit("forged".to_owned()).await?;

    let unprocessed = writer.flush().await;
    assert_eq!(unprocessed.len(), 1);
    assert_eq!(unprocessed[0].entry, "forged");
    assert!(unprocessed[0].to_string().starts_with("not delivered after 1 attempt"));
    assert_eq!(writer.stats().delivered, 1);
    Ok(())
}
