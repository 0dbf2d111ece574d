//! Writes the lines of orders to a DynamoDB table: an order is a message of an SQS queue. On Lambda Managed Instances, it
//! handles several events at once.

use std::time::Duration;

use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use batchwright::dynamodb::Write;
use batchwright::lambda::{BatchItemFailures, Invocation};
use batchwright::{DynamoDb, DynamoDbWriter, Linger, Settings, config, dynamodb::ScalarType};
use lambda_runtime::{Error, LambdaEvent, run_concurrent, service_fn};

#[derive(serde::Deserialize)]
struct Order {
    lines: Vec<Line>,
}

#[derive(serde::Deserialize, serde::Serialize)]
struct Line {
    id: String,
    item: String,
    count: u32,
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = config::dynamodb_client().await;
    let table = DynamoDb::new(client, "lines").partition_key("id", ScalarType::String);
    let settings = Settings::new().linger(Linger::Fixed(Duration::from_secs(1)));
    let writer = DynamoDbWriter::builder(table).settings(settings).build()?;
    let handler = move |event| {
        let writer = writer.clone();
        async move { handle(&writer, event).await }
    };
    run_concurrent(service_fn(handler)).await
}

async fn handle(writer: &DynamoDbWriter, event: LambdaEvent<SqsEvent>) -> Result<BatchItemFailures, Error> {
    let invocation = Invocation::new(event.context.deadline());
    let table = invocation.scope(writer);
    for message in event.payload.records {
        let item = invocation.message(message.message_id.as_deref().unwrap_or_default());
        match writes(&message) {
            Ok(writes) => {
                for write in writes {
                    table.submit(&item, write).await;
                }
            }
            Err(error) => item.fail(error),
        }
    }
    let failures = invocation.finish().await;
    for failure in failures.reasons() {
        eprintln!("{failure}");
    }
    Ok(failures)
}

fn writes(message: &SqsMessage) -> Result<Vec<Write>, Error> {
    let order: Order = serde_json::from_str(message.body.as_deref().unwrap_or_default())?;
    order.lines.iter().map(|line| Ok(Write::json(line)?)).collect()
}
