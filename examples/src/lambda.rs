use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::Client;
use batch_dynamodb::{ConfigError, DynamoDb, DynamoDbWriter, Linger, ScalarType, Settings, Write};
use batch_lambda::{BatchItemFailures, Invocation};

/// Created once, outside the handler. The end of each invocation ends the linger, so a long one costs no time.
pub fn writer(client: Client) -> Result<DynamoDbWriter, ConfigError> {
    let table = DynamoDb::new(client, "orders").partition_key("id", ScalarType::String);
    let settings = Settings::new().linger(Linger::Fixed(Duration::from_secs(1)));
    DynamoDbWriter::builder(table).settings(settings).build()
}

/// Writes an order for each SQS message, given by its id and body. `deadline` is that of the Lambda context.
pub async fn handle(
    writer: &DynamoDbWriter,
    messages: &[(String, String)],
    deadline: SystemTime,
) -> BatchItemFailures {
    let invocation = Invocation::new(deadline);
    let table = invocation.scope(writer);
    for (id, body) in messages {
        let message = invocation.message(id);
        match Write::put_json(body) {
            Ok(write) => table.submit(&message, write).await,
            Err(error) => message.fail(error),
        }
    }
    let failures = invocation.finish().await;
    for failure in failures.reasons() {
        eprintln!("{failure}");
    }
    failures
}
