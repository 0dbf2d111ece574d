//! Aggregated records of Amazon Kinesis, read by libraries that others wrote, and what they save.
//!
//! `cargo xtask conformance aggregation` installs the libraries and tells this suite how to run them; on its own it
//! says so and does nothing.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a check that cannot go on fails, and tells how long it took"
)]

mod bill;
mod decoder;
mod formats;
mod trouble;

use decoder::Decoder;
use tokio::runtime::{Builder, Runtime};

/// The libraries to check with; says so if there are none.
fn decoders() -> Vec<Decoder> {
    let decoders = Decoder::all();
    if decoders.is_empty() {
        println!("no libraries to check with; `cargo xtask conformance aggregation` installs some");
    }
    decoders
}

fn paused() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

#[test]
fn libraries_that_others_wrote_read_what_is_aggregated() {
    let decoders = decoders();
    if !decoders.is_empty() {
        formats::check_golden(&decoders);
        paused().block_on(formats::check_random(&decoders));
    }
}

#[test]
fn nothing_is_lost_or_out_of_order_with_faults_while_shards_are_split_and_merged() {
    let decoders = decoders();
    if !decoders.is_empty() {
        for seed in 0..3 {
            paused().block_on(trouble::check(&decoders, seed));
        }
    }
}

#[test]
fn a_million_small_records_cost_a_tenth() {
    let decoders = decoders();
    if !decoders.is_empty() {
        Builder::new_multi_thread().enable_all().build().unwrap().block_on(bill::check(&decoders));
    }
}
