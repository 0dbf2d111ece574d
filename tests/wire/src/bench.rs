//! What the program does as a whole: servers, rounds that take turns, and what is told of them.

use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::arguments::{Bench, Comparison, What};
use crate::arm::Arm;
use crate::case::{Case, Name};
use crate::machine::Machine;
use crate::process::{self, CORES, NullServer};
use crate::report::{self, Compared, Measured, Paced, Report};
use crate::round::{Figures, Sending, Spec};
use crate::statistics::Spread;

/// Measures what is asked for, prints it, and writes the report.
pub(crate) async fn run(arguments: &Bench) -> Result<()> {
    let machine = Machine::here();
    println!("{machine}");
    let mut report = Report::new(machine);
    for case in arguments.at_rate() {
        for &rate in &arguments.rate {
            report.paced.push(paced(case, rate, arguments).await?);
        }
    }
    if arguments.rate.is_empty() {
        for case in arguments.cases() {
            let measured = measure(case, arguments).await?;
            print!("{}", report::arms(std::slice::from_ref(&measured)));
            report.measured.push(measured);
        }
        for comparison in arguments.comparisons() {
            report.compared.push(compare(comparison, arguments).await?);
        }
    }
    print!("\n{}", report.summary());
    arguments.report.as_deref().map_or(Ok(()), |directory| report.write(directory))
}

/// Every arm, each after the other in each round.
async fn measure(case: Case, arguments: &Bench) -> Result<Measured> {
    println!("\n{case}");
    let mut stage = Stage::open(case).await?;
    let mut arms: Vec<_> = Arm::ALL.into_iter().map(|arm| (arm, Vec::new())).collect();
    for _ in 0..arguments.rounds {
        for (arm, rounds) in &mut arms {
            rounds.push(stage.round(Sending::Arm(*arm), arguments, false).await?);
        }
    }
    let mut allocations = Vec::new();
    for arm in Arm::ALL {
        let counted = stage.round(Sending::Arm(arm), arguments, true).await?;
        let count = counted.allocations.context("a program that counts allocations did not")?;
        allocations.push(count as f64 / counted.entries as f64);
    }
    Ok(Measured { case, arms, allocations, pinned: stage.pinned })
}

/// One arm in both cases, one after the other in each round.
async fn compare(comparison: Comparison, arguments: &Bench) -> Result<Compared> {
    let Comparison { case, base, what } = comparison;
    println!("\n{case}, divided by {base}");
    let (mut stage, mut base_stage) = (Stage::open(case).await?, Stage::open(base).await?);
    let (mut figures, mut base_figures) = (Vec::new(), Vec::new());
    let arm = Sending::Arm(Arm::Submit);
    // As many for both: a short round has a larger share of its begin.
    let most = entries(case, arm).max(entries(base, arm));
    let arguments = &Bench { entries: arguments.entries.or(Some(most)), ..arguments.clone() };
    for _ in 0..arguments.rounds {
        base_figures.push(value(what, &base_stage.round(arm, arguments, false).await?));
        figures.push(value(what, &stage.round(arm, arguments, false).await?));
    }
    let ratio = Spread::of_ratios(&figures, &base_figures).context("there is at least one round")?;
    Ok(Compared { case, base, what, ratio })
}

fn value(what: What, figures: &Figures) -> f64 {
    match what {
        What::ProcessorTime => figures.micros_per_entry(),
        What::Throughput => figures.throughput(),
    }
}

async fn paced(case: Case, rate: u32, arguments: &Bench) -> Result<Paced> {
    println!("{case}, {rate} entries a second");
    let mut stage = Stage::open(case).await?;
    let idle = arguments.idle.map(Duration::from_millis);
    let figures = stage.round(Sending::Rate { rate, idle }, arguments, false).await?;
    Ok(Paced { case, rate, idle, figures })
}

/// A null server and the conditions of a case.
struct Stage {
    case: Case,
    server: NullServer,
    /// Whether client and server each ran on a core of their own so far.
    pinned: bool,
}

impl Stage {
    async fn open(case: Case) -> Result<Self> {
        let server = NullServer::start(&case).await?;
        let pinned = server.pinned;
        Ok(Self { case, server, pinned })
    }

    async fn round(&mut self, sending: Sending, arguments: &Bench, counted: bool) -> Result<Figures> {
        let Case { shape, in_flight, inside, .. } = self.case;
        let entries = arguments.entries.unwrap_or_else(|| entries(self.case, sending));
        let endpoint = self.server.url.clone();
        let before = self.server.entries().await?;
        let spec = Spec { shape, sending, in_flight, inside, entries, endpoint, core: CORES.0 };
        let figures = process::round(&spec, counted).await?;
        let seen = self.server.entries().await? - before;
        let sent = figures.warm_up + figures.entries;
        // Entries that fail are sent again.
        ensure!(seen == sent || (self.case.failing > 0 && seen > sent), "{sent} sent, {seen} arrived");
        self.pinned &= figures.pinned;
        Ok(figures)
    }
}

/// So many entries that a round takes some tenths of a second, or as long as the latency of the server
/// demands.
fn entries(case: Case, sending: Sending) -> u64 {
    let requests = match case.latency.is_zero() {
        true => u64::MAX,
        false => (SLOW_SECONDS / case.latency.as_secs_f64()) as u64 * case.in_flight as u64,
    };
    let bytes = case.shape.bytes as f64;
    let (micros, most) = match case.shape.service {
        Name::CloudWatch => (1.2, 1_000),
        Name::DynamoDb => (8.0 + 0.004 * bytes, 25),
        Name::Firehose => (1.0 + 0.0023 * bytes, 500),
        Name::Kinesis => (1.5 + 0.0023 * bytes, 500),
        Name::SnsStandard => (18.0 + 0.005 * bytes, 10),
        Name::SqsFifo | Name::SqsStandard => (18.0 + 0.005 * bytes, 10),
    };
    match sending {
        Sending::Arm(Arm::Single) => SINGLE_CALLS.min(requests),
        Sending::Arm(_) => {
            let seconds = if case.failing > 0 { FAILING_SECONDS } else { SECONDS };
            let thousands = (seconds * 1e6 / micros / 1e3).ceil() as u64;
            let enough = (thousands * 1_000).min(requests.saturating_mul(most));
            enough.max(case.inside.map_or(0, |inside| FILLS * inside as u64))
        }
        Sending::Rate { rate, .. } => RATE_SECONDS * u64::from(rate),
    }
}

/// How long a round takes by hand, about.
const SECONDS: f64 = 0.35;
/// The same where entries fail: many times as long as these wait for their retries, which otherwise would all be at the
/// end of the round, in requests that have little else to carry.
const FAILING_SECONDS: f64 = 10.0 * SECONDS;
/// How long a round takes at least where the server is slow.
const SLOW_SECONDS: f64 = 1.0;
/// Each costs some hundred microseconds, whatever it sends.
const SINGLE_CALLS: u64 = 1_500;
const RATE_SECONDS: u64 = 5;
/// How often a writer is filled whose capacity is measured.
const FILLS: u64 = 4;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::entries;
    use crate::arm::Arm;
    use crate::case::{Case, Name, Shape};
    use crate::round::Sending;

    #[test]
    fn a_round_has_whole_requests_and_ends_in_time() {
        let check =
            |case: Case, arm, expected| assert_eq!(entries(case, Sending::Arm(arm)), expected, "{case}");
        let sqs = Case::new(Shape::new(Name::SqsStandard, 100));
        check(sqs, Arm::Submit, 19_000);
        check(sqs, Arm::Single, 1_500);
        check(sqs.failing(100), Arm::Submit, 190_000);
        check(sqs.latency(Duration::from_millis(10)), Arm::ByHand, 8_000);
        check(sqs.latency(Duration::from_millis(10)), Arm::Single, 800);
        check(Case::new(Shape::new(Name::Kinesis, 1_024)), Arm::Tracked, 91_000);
        check(sqs.inside(100_000), Arm::Submit, 400_000);
        assert_eq!(entries(sqs, Sending::Rate { rate: 100, idle: None }), 500);
    }
}
