//! Sends a message to a local server and receives it.

use aws_sdk_sqs::Client;
use batch_local::LocalServer;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = LocalServer::new();
    let client = Client::new(&server.sdk_config());

    let queue = client.create_queue().queue_name("orders").send().await?;
    let url = queue.queue_url().expect("every queue has a URL");
    client.send_message().queue_url(url).message_body("a pair of shoes").send().await?;

    let received = client.receive_message().queue_url(url).send().await?;
    assert_eq!(received.messages()[0].body(), Some("a pair of shoes"));

    // What arrived can also be seen without going through the wire.
    assert_eq!(server.sqs().accepted("orders").len(), 1);
    assert_eq!(server.requests().count("SendMessage"), 1);
    Ok(())
}
