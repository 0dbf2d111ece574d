//! What is to be measured.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::case::{Case, Keys, Name, Shape};

/// Measures what an entry costs over loopback sockets: the writers beside batches made by hand on the raw
/// SDKs, in rounds that take turns.
#[derive(Clone, Debug, Args)]
pub(crate) struct Bench {
    /// The only service to measure; without it all that most people use.
    #[arg(long, value_enum)]
    pub(crate) service: Option<Name>,

    /// The only size of entries, in bytes; without it 100 and 1,024.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=300_000))]
    pub(crate) bytes: Option<u32>,

    /// How many requests are in flight; without it 8.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=128))]
    pub(crate) in_flight: Option<u32>,

    /// How long the server waits before each response, in milliseconds; without it not at all.
    #[arg(long, value_name = "MS")]
    pub(crate) latency: Option<u64>,

    /// Measure more: larger entries, partition keys, message groups, fewer and more requests in flight, a
    /// slower server, entries that fail; takes half an hour.
    #[arg(long, conflicts_with_all = ["in_flight", "latency", "rate"])]
    pub(crate) all: bool,

    /// Measure how full requests are, what AWS would bill and how long entries take when this many come a
    /// second, with the settings that a writer has by default; several rates are separated by commas.
    #[arg(long, value_name = "N,…", value_delimiter = ',', conflicts_with = "in_flight")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rate: Vec<u32>,

    /// With `--rate`: wait this long for company while no request is in flight, in milliseconds, and up to
    /// 100 ms while one is, instead of what the service has by default.
    #[arg(long, value_name = "MS", requires = "rate")]
    #[arg(value_parser = clap::value_parser!(u64).range(..=100))]
    pub(crate) idle: Option<u64>,

    /// How often each way to send is measured; figures are medians.
    #[arg(long, value_name = "N", default_value_t = 9, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,

    /// Entries of a round; without it as many as take some tenths of a second by hand.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) entries: Option<u64>,

    /// Write the tables to this directory too, as Markdown, and the ratios as comma-separated values, which
    /// `cargo xtask bench wire` draws.
    #[arg(long, value_name = "DIR")]
    pub(crate) report: Option<PathBuf>,
}

/// Two cases of which one is divided by the other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Comparison {
    pub(crate) case: Case,
    pub(crate) base: Case,
    pub(crate) what: What,
}

/// What is divided.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum What {
    ProcessorTime,
    Throughput,
}

impl Bench {
    /// The cases of which every arm is measured.
    pub(crate) fn cases(&self) -> Vec<Case> {
        let usual: Vec<_> = self.shapes(&self.sizes(&[100, 1_024])).into_iter().map(Case::new).collect();
        if !self.all {
            let latency = Duration::from_millis(self.latency.unwrap_or(0));
            let in_flight = self.in_flight.map_or(8, |requests| requests as usize);
            return usual.into_iter().map(|case| case.in_flight(in_flight).latency(latency)).collect();
        }
        let larger = self.shapes(&self.sizes(&[10_240])).into_iter().map(Case::new);
        let ordered = self.ordered_shapes().into_iter().map(Case::new);
        let conditions: [fn(Case) -> Case; 3] =
            [|case| case.in_flight(1), |case| case.in_flight(32), |case| case.latency(SLOW)];
        let other = conditions.into_iter().flat_map(|on| usual.iter().copied().map(on));
        let mut cases = Vec::new();
        for case in usual.iter().copied().chain(larger).chain(ordered).chain(other) {
            if !cases.contains(&case) {
                cases.push(case);
            }
        }
        cases
    }

    /// What is compared beside the arms.
    pub(crate) fn comparisons(&self) -> Vec<Comparison> {
        if !self.all {
            return Vec::new();
        }
        let bytes = self.sizes(&[100])[0];
        // A write that DynamoDB leaves unprocessed is throttled, and slows the writer down at any rate.
        let failing = [Name::SqsStandard, Name::Kinesis].into_iter().map(|name| {
            let base = Case::new(Shape::new(name, bytes));
            Comparison { case: base.failing(100), base, what: What::ProcessorTime }
        });
        let ordered =
            [(Name::Kinesis, Name::Kinesis), (Name::SqsFifo, Name::SqsStandard)].map(|(name, base)| {
                let case = Case::new(Shape::new(name, bytes).with_keys(Keys::Cycle(100))).latency(SLOW);
                let base = Case::new(Shape::new(base, bytes)).latency(SLOW);
                Comparison { case, base, what: What::Throughput }
            });
        let [crowded, roomy] = [(1_000_000, 100_000), (10_000, 1_000)].map(|(inside, keys)| {
            Case::new(Shape::new(Name::Kinesis, bytes).with_keys(Keys::Cycle(keys))).inside(inside)
        });
        let crowded = Comparison { case: crowded, base: roomy, what: What::ProcessorTime };
        let is_asked = |comparison: &Comparison| {
            self.service.is_none_or(|service| service == comparison.case.shape.service)
        };
        failing.chain(ordered).chain([crowded]).filter(is_asked).collect()
    }

    /// The cases that are measured at each rate.
    pub(crate) fn at_rate(&self) -> Vec<Case> {
        let latencies = self.latency.map_or(vec![Duration::ZERO, SLOW], |ms| vec![Duration::from_millis(ms)]);
        let shapes = self.shapes(&self.sizes(&[100]));
        let cases = shapes.into_iter().map(Case::new);
        cases.flat_map(|case| latencies.iter().map(move |latency| case.latency(*latency))).collect()
    }

    /// Every shape that is not ordered.
    fn shapes(&self, sizes: &[usize]) -> Vec<Shape> {
        let services = self.service.map_or(Name::USUAL.to_vec(), |service| vec![service]);
        let of = |service| sizes.iter().map(move |&bytes| Shape::new(service, bytes));
        let mut shapes: Vec<_> = services.into_iter().flat_map(of).collect();
        shapes.dedup();
        shapes
    }

    /// Records with keys and messages with groups.
    fn ordered_shapes(&self) -> Vec<Shape> {
        let sizes = self.sizes(&[100, 1_024, 10_240]);
        let of = |service, keys| sizes.iter().map(move |&bytes| Shape::new(service, bytes).with_keys(keys));
        let kinesis = [Keys::Cycle(100), Keys::Each].into_iter().flat_map(|keys| of(Name::Kinesis, keys));
        let all = kinesis.chain(of(Name::SqsFifo, Keys::Random));
        all.filter(|shape| self.service.is_none_or(|service| service == shape.service)).collect()
    }

    fn sizes(&self, usual: &[usize]) -> Vec<usize> {
        self.bytes.map_or(usual.to_vec(), |bytes| vec![bytes as usize])
    }
}

/// As far as a service in the same region is.
const SLOW: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::Bench;

    #[derive(Debug, Parser)]
    struct Arguments {
        #[command(flatten)]
        bench: Bench,
    }

    fn bench(arguments: &str) -> Bench {
        let arguments = ["wire"].into_iter().chain(arguments.split_whitespace());
        Arguments::try_parse_from(arguments).unwrap().bench
    }

    fn check(arguments: &str, expected: &[&str]) {
        let cases: Vec<_> = bench(arguments).cases().iter().map(ToString::to_string).collect();
        assert_eq!(cases, expected, "{arguments}");
    }

    #[test]
    fn every_service_is_measured_unless_one_is_asked_for() {
        let usual = [
            "SQS 100 B",
            "SQS 1 KiB",
            "SNS 100 B",
            "SNS 1 KiB",
            "Kinesis 100 B",
            "Kinesis 1 KiB",
            "Firehose 100 B",
            "Firehose 1 KiB",
            "DynamoDB 100 B",
            "DynamoDB 1 KiB",
            "CloudWatch",
        ];
        check("", &usual);
        check("--service sqs-fifo --bytes 200", &["SQS FIFO 200 B, 10 groups"]);
        check("--service cloudwatch --in-flight 2 --latency 5", &["CloudWatch, 2 in flight, 5 ms"]);
    }

    #[test]
    fn all_is_every_case_once() {
        let cases: Vec<_> = bench("--all").cases().iter().map(ToString::to_string).collect();
        assert_eq!(cases.len(), 11 + 5 + 9 + 3 * 11, "{cases:?}");
        let distinct: std::collections::HashSet<_> = cases.iter().collect();
        assert_eq!(distinct.len(), cases.len(), "{cases:?}");
        assert!(bench("").comparisons().is_empty());
        assert_eq!(bench("--all").comparisons().len(), 5);
        assert_eq!(bench("--all --service sqs-fifo").comparisons().len(), 1);
    }

    #[test]
    fn a_rate_is_measured_with_and_without_latency() {
        assert_eq!(bench("--rate 10,1000").rate, [10, 1_000]);
        let cases: Vec<_> = bench("--rate 1000 --service kinesis").at_rate();
        let cases: Vec<_> = cases.iter().map(ToString::to_string).collect();
        assert_eq!(cases, ["Kinesis 100 B", "Kinesis 100 B, 10 ms"]);
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let wrong = [
            "--all --rate 5",
            "--bytes 0",
            "--service s3",
            "--rounds 0",
            "--rate 0",
            "--rate 5,x",
            "--idle 5",
            "--rate 5 --idle 101",
        ];
        for wrong in wrong {
            let arguments = ["wire"].into_iter().chain(wrong.split_whitespace());
            assert!(Arguments::try_parse_from(arguments).is_err(), "{wrong}");
        }
    }
}
