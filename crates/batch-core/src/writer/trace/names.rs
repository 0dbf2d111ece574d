//! The names of the spans that [`WriterBuilder::trace`](crate::WriterBuilder::trace) opens, one for each request.
//!
//! They follow the semantic conventions of [OpenTelemetry](https://opentelemetry.io/docs/specs/semconv/), version 1.44, for
//! messaging, databases and the AWS SDK. Those of messaging and of the SDK are still in development: a new version of them
//! may change these names in a minor version of this crate. `tracing-opentelemetry` makes the name, the kind and the status
//! of the span of the fields that begin with `otel.`.
//!
//! | service | `otel.name` | fields of its own |
//! |---|---|---|
//! | SQS, SNS, and services of one's own | `send orders` | `messaging.system` (`aws_sqs`, `aws.sns`, or the service's name), `messaging.operation.name` and `.type` (`send`), `messaging.destination.name`, `messaging.batch.message_count` |
//! | DynamoDB | `DynamoDB.BatchWriteItem` | `db.system.name` (`aws.dynamodb`), `db.operation.name`, `db.operation.batch.size`, `aws.dynamodb.table_names` |
//! | Kinesis, Firehose, CloudWatch | `Kinesis.PutRecords`, … | `rpc.system.name` (`aws-api`), `rpc.method`, `aws.kinesis.stream_name` of Kinesis |
//!
//! Every span has the target `batch_core`, the level INFO, and these fields:
//!
//! | field | value |
//! |---|---|
//! | `otel.kind` | `client` |
//! | `otel.status_code` | `ERROR` if the service did not accept every entry |
//! | `error.type` | the code of the failure then; of several, that of the first entry |
//! | `aws.request_id` | the service's id of the request, where a failure has it |
//! | `batchwright.destination`, `batchwright.writer` | as in the log |
//! | `batchwright.entries`, `batchwright.bytes` | what the request carries, as the limits count it |
//! | `batchwright.retried` | how many of its entries an earlier request carried |
//! | `batchwright.oldest_age` | the age of its oldest entry, in seconds |
//! | `batchwright.accepted` | how many of its entries the service accepted |
//!
//! Nothing of an entry is in a span, and nothing is added to an entry.

use tracing::field::Empty;
use tracing::{Span, info_span};

use crate::RequestStarted;

/// The target of all spans.
pub(super) const TARGET: &str = "batch_core";

/// The `error.type` of a request whose runtime ended.
pub(super) const STOPPED: &str = "RuntimeStopped";

/// What the conventions call a service, by the name that it has here.
enum Convention {
    Database { system: &'static str, operation: &'static str },
    Messaging { system: &'static str },
    Rpc { service: &'static str, operation: &'static str },
}

/// The convention of a service with this name.
fn convention(service: &'static str) -> Convention {
    match service {
        "cloudwatch" => Convention::Rpc { service: "CloudWatch", operation: "PutMetricData" },
        "dynamodb" => Convention::Database { system: "aws.dynamodb", operation: "BatchWriteItem" },
        "firehose" => Convention::Rpc { service: "Firehose", operation: "PutRecordBatch" },
        "kinesis" => Convention::Rpc { service: "Kinesis", operation: "PutRecords" },
        "sns" => Convention::Messaging { system: "aws.sns" },
        "sqs" => Convention::Messaging { system: "aws_sqs" },
        system => Convention::Messaging { system },
    }
}

/// Opens a span with the fields of every request and these. It has no parent: a request has the entries of many.
macro_rules! open {
    ($started:ident, $name:literal, $shown:expr, $($fields:tt)*) => {
        info_span!(
            target: TARGET,
            parent: None,
            $name,
            otel.name = $shown,
            otel.kind = "client",
            otel.status_code = Empty,
            $($fields)*
            "error.type" = Empty,
            aws.request_id = Empty,
            batchwright.destination = $started.writer.destination(),
            batchwright.writer = $started.writer.writer(),
            batchwright.entries = $started.entries,
            batchwright.bytes = $started.bytes,
            batchwright.retried = $started.retried,
            batchwright.oldest_age = $started.oldest_age.as_secs_f64(),
            batchwright.accepted = Empty,
        )
    };
}

/// Opens the span of a request.
pub(super) fn open(started: &RequestStarted<'_>) -> Span {
    let destination = started.writer.destination();
    match convention(started.writer.service()) {
        Convention::Database { system, operation } => open!(
            started, "database request", format!("DynamoDB.{operation}"),
            db.system.name = system,
            db.operation.name = operation,
            db.operation.batch.size = started.entries,
            aws.dynamodb.table_names = ?[destination],
        ),
        Convention::Messaging { system } => open!(
            started,
            "send",
            format!("send {destination}"),
            messaging.system = system,
            messaging.operation.name = "send",
            "messaging.operation.type" = "send",
            messaging.destination.name = destination,
            messaging.batch.message_count = started.entries,
        ),
        Convention::Rpc { service, operation } => {
            let span = open!(
                started,
                "request",
                format!("{service}.{operation}"),
                rpc.system.name = "aws-api",
                rpc.method = format!("{service}/{operation}"),
                aws.kinesis.stream_name = Empty,
            );
            if service == "Kinesis" {
                span.record("aws.kinesis.stream_name", destination);
            }
            span
        }
    }
}

/// Records the end of a request: with the code and the id of its failure, if it failed.
pub(super) fn close(span: &Span, code: Option<&str>, request_id: Option<&str>, accepted: usize) {
    span.record("batchwright.accepted", accepted);
    if let Some(code) = code {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", code);
    }
    if let Some(id) = request_id {
        span.record("aws.request_id", id);
    }
}
