//! What a soak is to do.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use batch_core::{Backoff, Settings};
use clap::{Args, ValueEnum};

use crate::destination::Name;

/// A steady load with faults, for minutes: checks the laws and the memory every second, and what an outage or
/// throttling costs.
#[derive(Clone, Debug, Args)]
pub struct Soak {
    /// How long the load lasts, in minutes.
    #[arg(long, default_value_t = 5.0)]
    pub minutes: f64,

    /// What is written to.
    #[arg(long, value_enum, default_value_t = Name::SqsStandard)]
    pub service: Name,

    /// The load, in entries a second. What cannot be submitted in time is not made up for later.
    #[arg(long, value_name = "N", default_value_t = 300)]
    pub rate: u32,

    /// The content of the largest entries, in bytes; they are of every size from a sixteenth of it on.
    #[arg(long, value_name = "BYTES", default_value_t = 1_024)]
    pub bytes: usize,

    /// The part of the requests that fail, one way or another, from 0 to 1.
    #[arg(long, value_name = "RATE", default_value_t = 0.02)]
    pub faults: f64,

    /// The seconds from which to which the service is out, such as 60..180.
    #[arg(long, value_name = "FROM..TO")]
    pub outage: Option<Outage>,

    /// What the service does while it is out.
    #[arg(long, value_enum, default_value_t = Kind::Refuse)]
    pub outage_kind: Kind,

    /// How many requests a second the service allows, or entries where it throttles single ones; without it as many as
    /// come, and in an outage twice the load.
    #[arg(long, value_name = "N")]
    pub throttle: Option<u32>,

    /// Writes what is printed once a second to this file too, as comma-separated values.
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,

    /// Draws faults and sizes.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
}

/// When the service is out, in seconds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Outage {
    /// Its first second.
    pub from: u64,
    /// The first second after it.
    pub to: u64,
}

/// What a service does while it is out.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Kind {
    /// It takes requests and never answers.
    Hang,
    /// It refuses connections.
    Refuse,
}

impl Soak {
    /// How long the load lasts.
    pub(super) fn lasting(&self) -> Duration {
        Duration::try_from_secs_f64(self.minutes * 60.0).unwrap_or_default()
    }

    /// How many entries a second the service allows, if it cares, which counts so many entries as one.
    pub(super) fn service_rate(&self, entries: u32) -> Option<u32> {
        let throttle = self.throttle.map(|count| count.saturating_mul(entries));
        throttle.or_else(|| self.outage.map(|_| self.rate * 2))
    }

    /// The writer's defaults but for what is to be reached within minutes, and what the checks count with.
    pub(super) fn settings(&self, request_entries: usize) -> Settings {
        Settings::new()
            .attempt_timeout(ATTEMPT_TIMEOUT)
            .backoff(BACKOFF)
            .delivery_deadline(DELIVERY_DEADLINE)
            .in_flight(8..=MAX_IN_FLIGHT)
            .max_attempts(MAX_ATTEMPTS)
            .max_batch_entries(request_entries)
            .max_bytes(MAX_BYTES)
            .max_entries(MAX_ENTRIES)
    }
}

impl FromStr for Outage {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let seconds =
            |text: &str| text.parse::<u64>().map_err(|_| format!("`{text}` is no number of seconds"));
        let (from, to) = text.split_once("..").ok_or("write it like 60..180")?;
        let outage = Self { from: seconds(from)?, to: seconds(to)? };
        if outage.from < outage.to { Ok(outage) } else { Err("it must end after it begins".to_owned()) }
    }
}

pub(super) const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);
pub(super) const BACKOFF: Backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(10));
/// As long as a FIFO queue allows with this timeout of an attempt.
pub(super) const DELIVERY_DEADLINE: Duration = Duration::from_secs(280);
pub(super) const MAX_ATTEMPTS: u32 = 5;
/// So little that an outage fills it.
pub(super) const MAX_BYTES: usize = 8 << 20;
pub(super) const MAX_ENTRIES: usize = 10_000;
pub(super) const MAX_IN_FLIGHT: usize = 16;

#[cfg(test)]
mod tests {
    use super::Outage;

    fn check(text: &str, expected: Result<(u64, u64), &str>) {
        let outage = text.parse::<Outage>().map(|outage| (outage.from, outage.to));
        assert_eq!(outage, expected.map_err(str::to_owned));
    }

    #[test]
    fn an_outage_is_a_range_of_seconds() {
        check("60..180", Ok((60, 180)));
        check("180..60", Err("it must end after it begins"));
        check("60..", Err("`` is no number of seconds"));
        check("60-180", Err("write it like 60..180"));
    }
}
