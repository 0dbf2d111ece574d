//! A web service that responds once the order is in the queue, and in good time if it is not.
//!
//! `cargo run -p batchwright-examples --example web`

use std::error::Error;
use std::time::Duration;

use axum::{Router, extract::State, http::StatusCode, routing::post};
use batchwright::sqs::{Message, aws_sdk_sqs::Client};
use batchwright::{Settings, Sqs, SqsWriter, SubmitError};
use tokio::net::TcpListener;
use tokio::time::{Instant, timeout};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = batchwright::config::sqs_client().await;
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    run(client, listener, async { drop(tokio::signal::ctrl_c().await) }).await // SIGTERM: `tokio::signal::unix`
}

/// Serves until `end`, then delivers what is still pending.
pub async fn run(
    client: Client,
    listener: TcpListener,
    end: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Box<dyn Error>> {
    let writer = SqsWriter::builder(Sqs::new(client, "orders"))
        .settings(Settings::new().max_entries(100)) // more orders at a time get 429
        .on_unprocessed(|item| eprintln!("{item:#}: {}", item.entry.body())) // of clients that have left
        .build()?;
    let app = Router::new().route("/orders", post(order)).with_state(writer.clone());
    // The order matters: handlers submit and await receipts until the server has ended.
    let served = axum::serve(listener, app).with_graceful_shutdown(end).await;
    drop(writer.shutdown_by(Instant::now() + Duration::from_secs(10)).await);
    Ok(served?)
}

/// If the client leaves, this future is dropped. An order that was accepted by then is delivered all the same.
async fn order(State(writer): State<SqsWriter>, body: String) -> (StatusCode, String) {
    let deadline = Instant::now() + Duration::from_millis(200);
    let receipt = match writer.submit_tracked_by(Message::new(body), deadline).await {
        Ok(receipt) => receipt,
        Err(SubmitError::TimedOut(_)) => {
            return (StatusCode::TOO_MANY_REQUESTS, "try again in a second".to_owned());
        }
        Err(refused @ (SubmitError::Invalid { .. } | SubmitError::TooLarge { .. })) => {
            return (StatusCode::UNPROCESSABLE_ENTITY, refused.to_string());
        }
        Err(refused) => return (StatusCode::SERVICE_UNAVAILABLE, refused.to_string()),
    };
    match timeout(Duration::from_secs(5), receipt).await {
        Ok(Ok(_sent)) => (StatusCode::CREATED, "the order is in the queue".to_owned()),
        Ok(Err(item)) => (StatusCode::BAD_GATEWAY, item.to_string()),
        Err(_pending) => (StatusCode::ACCEPTED, "the order is on its way".to_owned()),
    }
}
