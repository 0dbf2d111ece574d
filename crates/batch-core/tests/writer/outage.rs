//! An outage as an operator sees it: the lines of the log, the spans and the metrics. With `--nocapture`, it is printed.

use std::collections::BTreeMap;

use async_trait::async_trait;
use batch_core::{
    Batch, Class, ConfigError, Failure, Invalid, LimitPolicy, Measure, Refusal, Reply, Service, Settings,
    Verdicts, Writer,
};
use tokio::time::Instant;
use tracing::{Instrument, Level};

use crate::metrics::recorded;
use crate::support::{capture_logs, logged, ms, pass, spans};

/// A queue that cannot be reached from the second second to the fortieth.
struct Queue {
    since: Instant,
}

#[async_trait]
impl Service for Queue {
    type Entry = u32;
    type Response = ();

    fn name(&self) -> &'static str {
        "sqs"
    }

    fn destination(&self) -> String {
        "orders".to_owned()
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(10, 1 << 20, 1 << 20)
    }

    fn measure<'a>(&self, _: &'a u32) -> Result<Measure<'a>, Invalid> {
        Ok(Measure::of_bytes(100))
    }

    async fn send(&self, _: &Batch<u32>) -> Reply<()> {
        pass(12).await;
        match self.since.elapsed().as_secs() {
            2..40 => {
                let failure = Failure::new("NotConnected").with_detail("check the endpoint of the client");
                Err(Refusal::new(Class::Unsent, failure))
            }
            _ => Ok(Verdicts::all_accepted(|_| ())),
        }
    }
}

#[test]
fn an_outage_is_seen_in_the_log_in_spans_and_in_metrics() {
    capture_logs();
    let mut shown = Vec::new();
    recorded(async |recorder| {
        let queue = Queue { since: Instant::now() };
        let settings = Settings::new().max_entries(1_000);
        let writer = Writer::builder(queue).settings(settings).seed(7).metrics().trace().build().unwrap();
        for second in 1..=50_u32 {
            let orders = async {
                for n in 0..20 {
                    writer.submit(100 * second + n).await.unwrap();
                    pass(50).await;
                }
            };
            orders.instrument(tracing::info_span!("orders", second)).await;
            if [1, 20, 50].contains(&second) {
                shown.push((second, recorder.values()));
            }
        }
        assert!(writer.flush().await.is_empty());
        pass(ms(1).as_millis() as u64).await;
    });
    show(&shown);
    check(&shown);
}

fn show(shown: &[(u32, BTreeMap<String, f64>)]) {
    println!("LOG");
    logged(Level::WARN).iter().chain(&logged(Level::INFO)).for_each(|line| println!("  {line}"));
    let spans = spans();
    println!("SPANS: {}, of which the first, the last in the outage, and the last", spans.len());
    let failed = spans.iter().rfind(|span| span.contains("ERROR"));
    spans.first().into_iter().chain(failed).chain(spans.last()).for_each(|span| println!("  {span}"));
    println!("METRICS: after 1 s, 20 s and 50 s");
    let names = shown.last().into_iter().flat_map(|(_, values)| values.keys());
    for name in names {
        let at = |(_, values): &(u32, BTreeMap<String, f64>)| values.get(name).copied().unwrap_or_default();
        let [one, twenty, last] = [&shown[0], &shown[1], &shown[2]].map(at);
        println!("  {name:75} {one:10.3} {twenty:10.3} {last:10.3}");
    }
}

fn check(shown: &[(u32, BTreeMap<String, f64>)]) {
    let at = |moment: usize, name: &str| shown[moment].1.get(name).copied().unwrap_or_default();
    assert!(at(0, "batchwright_oldest_entry_age_seconds") < 0.1);
    assert!(at(1, "batchwright_oldest_entry_age_seconds") > 15.0, "it grows in the outage");
    assert!(at(1, "batchwright_since_success_seconds") > 15.0);
    assert!(at(1, "batchwright_requests_failed_total{code=NotConnected}") > 1.0);
    assert!(at(2, "batchwright_since_success_seconds") < 1.0, "and is over");
    let warnings = logged(Level::WARN);
    assert!(warnings.iter().all(|line| line.contains("NotConnected")), "{warnings:#?}");
    assert_eq!(logged(Level::INFO).len(), 1, "the end of the outage");
    let spans = spans();
    assert!(spans.iter().any(|span| span.contains("error.type=\"NotConnected\"")), "{spans:#?}");
    assert!(spans.iter().any(|span| span.contains("follows=orders")), "{spans:#?}");
}
