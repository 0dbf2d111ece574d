use std::path::PathBuf;

use batchwright::Order;
use clap::{Parser, ValueEnum};

/// Sends every line of an NDJSON file to an SQS standard queue and to a FIFO queue, batched, then
/// reads both queues back and checks them line by line.
#[derive(Clone, Debug, Parser)]
#[command(name = "quickstart")]
pub(crate) struct Args {
    /// The NDJSON file to send, `-` for standard input; by default 300 weather observations.
    /// Each line is a JSON object whose member `origin` names the FIFO group.
    #[arg(long, value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,

    /// The part of the requests that fail, one way or another, from 0 to 1.
    #[arg(long, value_name = "RATE", default_value_t = 0.0, value_parser = rate, conflicts_with = "aws")]
    pub(crate) faults: f64,

    /// Draws the faults: the same seed, the same faults.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,

    /// How strictly a station's lines keep their order in the FIFO queue.
    #[arg(long, value_enum, default_value_t = OrderArg::Relaxed)]
    pub(crate) order: OrderArg,

    /// Prints the table as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,

    /// Uses the ambient AWS configuration instead of a local server: creates two queues, and
    /// deletes them at the end.
    #[arg(long)]
    pub(crate) aws: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum OrderArg {
    /// A request may carry several lines of a station.
    Relaxed,
    /// A request carries one line of a station: the order holds through any failure.
    Strict,
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
