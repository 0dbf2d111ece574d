//! Chooses the destination at run time: sends each line of its input to a queue or to a stream.
//!
//! `cat events.txt | cargo run --example choose_destination --features sqs,kinesis,config -- kinesis:clicks`

use std::error::Error;

use batchwright::config::SdkConfig;
use batchwright::core::{Service, Writer};
use batchwright::kinesis::{Record, aws_sdk_kinesis};
use batchwright::sqs::{Message, aws_sdk_sqs};
use batchwright::{Kinesis, Sqs};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, BufReader, stdin};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let destination = std::env::args().nth(1).ok_or("say where to: sqs:QUEUE or kinesis:STREAM")?;
    run(&batchwright::config::load().await, &destination, BufReader::new(stdin())).await
}

/// Sends all lines to this destination, and returns an error if one of them was not delivered.
pub async fn run(
    config: &SdkConfig,
    destination: &str,
    input: impl AsyncBufRead + Unpin,
) -> Result<(), Box<dyn Error>> {
    match destination.split_once(':') {
        Some(("sqs", queue)) => {
            let queue = Sqs::new(aws_sdk_sqs::Client::new(config), queue);
            send(Writer::builder(queue).build()?, input, Message::new).await
        }
        Some(("kinesis", stream)) => {
            let stream = Kinesis::new(aws_sdk_kinesis::Client::new(config), stream);
            send(Writer::builder(stream).build()?, input, Record::new).await
        }
        _ => Err(format!("{destination} is no destination; say sqs:QUEUE or kinesis:STREAM").into()),
    }
}

/// Sends all lines by any writer: what differs between services is how a line becomes an entry.
async fn send<S: Service>(
    writer: Writer<S>,
    input: impl AsyncBufRead + Unpin,
    entry: impl Fn(String) -> S::Entry,
) -> Result<(), Box<dyn Error>> {
    let mut lines = input.lines();
    let read = loop {
        match lines.next_line().await {
            Ok(Some(line)) => match writer.submit(entry(line)).await {
                Ok(()) => {}
                Err(refused) => eprintln!("{refused}"),
            },
            Ok(None) => break Ok(()),
            Err(error) => break Err(error), // what was read before is delivered all the same
        }
    };
    match writer.shutdown().await.first() {
        None => Ok(read?),
        Some(item) => Err(format!("{item:#}").into()),
    }
}
