//! What came of it, for people.

use crate::checks::{Outcome, Row};
use crate::endpoint::Endpoint;

/// A line for each server and service.
#[derive(Debug, Default)]
pub(crate) struct Table(Vec<(String, String, Row)>);

impl Table {
    pub(crate) fn add(&mut self, endpoint: &Endpoint, service: &str, row: Row) {
        self.0.push((format!("{} {}", endpoint.name, endpoint.version), service.to_owned(), row));
    }

    pub(crate) fn has_failures(&self) -> bool {
        self.0.iter().flat_map(|(.., row)| row).any(|(_, outcome)| matches!(outcome, Outcome::Failed(_)))
    }

    pub(crate) fn print(&self) {
        println!(
            "\n{:<20} {:<12} {:>7} {:>7} {:>12}",
            "server", "service", "passed", "failed", "meaningless"
        );
        for (server, service, row) in &self.0 {
            let count = |is: fn(&Outcome) -> bool| row.iter().filter(|(_, outcome)| is(outcome)).count();
            let passed = count(|outcome| matches!(outcome, Outcome::Passed));
            let failed = count(|outcome| matches!(outcome, Outcome::Failed(_)));
            let meaningless = count(|outcome| matches!(outcome, Outcome::Meaningless(_)));
            println!("{server:<20} {service:<12} {passed:>7} {failed:>7} {meaningless:>12}");
        }
        for (server, service, row) in &self.0 {
            for (check, outcome) in row {
                match outcome {
                    Outcome::Passed => {}
                    Outcome::Failed(reason) => println!("FAILED {server}, {service}, {check}: {reason}"),
                    Outcome::Meaningless(reason) => println!("{server}, {service}, {check}: {reason}"),
                }
            }
        }
    }
}
