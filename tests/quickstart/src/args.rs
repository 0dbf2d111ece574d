use std::path::PathBuf;

use batchwright::Order;
use clap::{Parser, ValueEnum};

/// Sends every line of an NDJSON file to five destinations, batched, then reads each of them back
/// and holds it against the answers.
#[derive(Clone, Debug, Parser)]
#[command(name = "quickstart")]
pub(crate) struct Args {
    /// Where to send the lines, several parted by commas.
    #[arg(long, value_name = "DESTINATION", value_enum, value_delimiter = ',', default_values_t = Kind::ALL)]
    pub(crate) to: Vec<Kind>,

    /// The NDJSON file to send, `-` for standard input; by default 300 weather observations.
    /// Each line is a JSON object. Its member `origin` names the station: the FIFO group, the
    /// partition key, the dimension; `time_hour` is the sort key, `temp` the metric.
    #[arg(long, value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,

    /// The part of the requests that fail, one way or another, from 0 to 1.
    #[arg(long, value_name = "RATE", default_value_t = 0.0, value_parser = rate, conflicts_with = "aws")]
    pub(crate) faults: f64,

    /// Draws the faults: the same seed, the same faults.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,

    /// How strictly a station's lines keep their order in the FIFO queue and in the stream.
    #[arg(long, value_enum, default_value_t = OrderArg::Relaxed)]
    pub(crate) order: OrderArg,

    /// Lets the lines of a station travel in aggregated records of the stream, and deaggregates them to read them back.
    #[arg(long)]
    pub(crate) aggregate: bool,

    /// Prints the table as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,

    /// Uses the ambient AWS configuration instead of a local server: creates two queues, a stream
    /// and a table, and deletes them at the end. Metrics cannot be deleted; CloudWatch forgets them
    /// in time.
    #[arg(long)]
    pub(crate) aws: bool,
}

/// What lines are sent to, in the order of the report.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, ValueEnum)]
pub(crate) enum Kind {
    /// A standard queue.
    Sqs,
    /// A FIFO queue, a group for each station.
    SqsFifo,
    /// A stream, keyed by station.
    Kinesis,
    /// A table, keyed by station and hour.
    #[value(name = "dynamodb")]
    DynamoDb,
    /// The temperature as a metric of the station, stamped now.
    #[value(name = "cloudwatch")]
    CloudWatch,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum OrderArg {
    /// A request may carry several lines of a station.
    Relaxed,
    /// A request carries one line of a station: the order holds through any failure.
    Strict,
}

impl Args {
    /// The destinations, each once.
    pub(crate) fn kinds(&self) -> Vec<Kind> {
        Kind::ALL.into_iter().filter(|kind| self.to.contains(kind)).collect()
    }

    /// Whether the lines of a station must arrive in their order.
    pub(crate) fn keeps_order(&self) -> bool {
        self.order == OrderArg::Strict || (self.faults == 0.0 && !self.aws)
    }
}

impl Kind {
    const ALL: [Self; 5] = [Self::Sqs, Self::SqsFifo, Self::Kinesis, Self::DynamoDb, Self::CloudWatch];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CloudWatch => "CloudWatch",
            Self::DynamoDb => "DynamoDB",
            Self::Kinesis => "Kinesis",
            Self::Sqs => "SQS standard",
            Self::SqsFifo => "SQS FIFO",
        }
    }
}

impl From<OrderArg> for Order {
    fn from(order: OrderArg) -> Self {
        match order {
            OrderArg::Relaxed => Self::Relaxed,
            OrderArg::Strict => Self::Strict,
        }
    }
}

fn rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| format!("`{text}` is not a number"))?;
    (0.0..=1.0).contains(&rate).then_some(rate).ok_or_else(|| format!("{rate} is not within 0 to 1"))
}
