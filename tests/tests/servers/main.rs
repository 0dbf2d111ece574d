//! The writers against servers that others wrote, which cannot share our misunderstandings.
//!
//! `cargo xtask conformance` installs and starts the servers and tells this suite where they are; on
//! its own it says so and does nothing. Where a server is laxer than AWS, a check shows nothing, and
//! the table names it with the reason.
#![allow(clippy::unwrap_used, reason = "a check that cannot go on fails")]

mod checks;
mod cloudwatch;
mod dynamodb;
mod endpoint;
mod equivalence;
mod firehose;
mod kinesis;
mod laxness;
mod remote;
mod several;
mod sizes;
mod sns;
mod sqs;
mod table;

use std::process::ExitCode;

use endpoint::Endpoint;
use table::Table;

fn main() -> ExitCode {
    let endpoints = Endpoint::all();
    if endpoints.is_empty() {
        println!("no servers to check against; `cargo xtask conformance` starts some");
        return ExitCode::SUCCESS;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut table = Table::default();
    for endpoint in &endpoints {
        for service in &endpoint.services {
            let row = runtime.block_on(checks::run(endpoint, service));
            table.add(endpoint, service, row);
        }
    }
    table.print();
    if table.has_failures() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
