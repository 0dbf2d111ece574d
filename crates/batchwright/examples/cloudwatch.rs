//! Records how long each piece of work takes, as a metric of Amazon CloudWatch with all its percentiles.
//!
//! `cargo run --example cloudwatch --features cloudwatch,config`

use std::error::Error;
use std::time::Instant;

use batchwright::cloudwatch::{Merge, Metric, StandardUnit, aws_sdk_cloudwatch::Client};
use batchwright::{CloudWatch, CloudWatchWriter, SubmitError};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    run(batchwright::config::cloudwatch_client().await).await
}

/// Works, and returns an error if a metric of it was not delivered.
pub async fn run(client: Client) -> Result<(), Box<dyn Error>> {
    // The samples of a minute become one datum with every value and its count: one request, whatever their number.
    let namespace = CloudWatch::new(client, "Shop").merge(Merge::Lossless);
    let writer = CloudWatchWriter::builder(namespace).build()?;

    let mut dropped = 0;
    for order in 0..1_000 {
        let begun = Instant::now();
        work(order);
        let micros = begun.elapsed().as_micros() as f64;
        let metric =
            Metric::new("Latency", micros).dimension("Step", "checkout").unit(StandardUnit::Microseconds);
        match writer.try_submit(metric) {
            Ok(()) => {}
            Err(SubmitError::Full(_)) => dropped += 1, // work does not wait for its metrics
            Err(refused) => eprintln!("{refused}"),
        }
    }

    let unprocessed = writer.shutdown().await;
    for item in &unprocessed {
        eprintln!("{item:#}: {}", item.entry.name());
    }
    let stats = writer.stats();
    println!("{} samples in {} requests, {dropped} dropped", stats.accepted, stats.requests);
    match unprocessed.len() {
        0 => Ok(()),
        count => Err(format!("{count} metrics were not delivered").into()),
    }
}

fn work(order: u64) -> u64 {
    (0..order).fold(order, |sum, step| sum.rotate_left(7) ^ step)
}
