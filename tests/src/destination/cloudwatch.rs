//! Amazon CloudWatch: datums, whose dimensions hold the content.

use std::error::Error;

use aws_sdk_cloudwatch::Client;
use batch_cloudwatch::{CloudWatch, Metric};
use batch_local::{Fault, FaultPlan, LocalServer, StoredDatum};
use batchwright_kit::{Copies, Destination, Held, Setup, Throttles, client};

const NAMESPACE: &str = "orders";

/// A namespace.
#[derive(Debug)]
pub struct Datums(Client);

impl Destination for Datums {
    type Service = CloudWatch;

    const OPERATION: &'static str = "PutMetricData";
    const BATCH: usize = 1_000;
    const LARGE: (usize, usize) = (19_500, 50);
    const COPIES: Copies = Copies::IfMarked;
    const LANES: usize = 0;
    const REFUSAL: (u16, &'static str) = (400, "InvalidParameterValue");
    const LEAVES_DOUBT: bool = true;
    const THROTTLES: Throttles = Throttles::Requests;

    fn open(setup: &Setup) -> Self {
        Self(client!(aws_sdk_cloudwatch, setup))
    }

    /// A namespace exists as soon as it is written to.
    async fn create(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(())
    }

    fn service(&self) -> CloudWatch {
        CloudWatch::new(self.0.clone(), NAMESPACE)
    }

    fn entry(content: String, _: Option<String>) -> Metric {
        let parts = content.as_bytes().chunks(PART);
        let parts = parts.map(|part| std::str::from_utf8(part).expect("contents are ASCII"));
        parts.enumerate().fold(Metric::new("order", 1.0), |metric, (number, part)| {
            metric.dimension(format!("part-{number:02}"), part)
        })
    }

    fn content(metric: &Metric) -> String {
        metric.get_dimensions().map(|(_, value)| value).collect()
    }

    fn held(server: &LocalServer) -> Vec<Held> {
        let content = |datum: &StoredDatum| datum.dimensions.iter().map(|(_, part)| part.as_str()).collect();
        let accepted = server.cloudwatch().accepted(NAMESPACE);
        accepted.iter().map(|datum| Held { content: content(datum), lane: None }).collect()
    }

    fn taken(server: &LocalServer) -> u64 {
        server.cloudwatch().accepted_count(NAMESPACE)
    }

    /// A request fails as a whole or not at all; only trouble inside the service uses up an attempt.
    fn using_up_attempts(rate: f64) -> FaultPlan {
        FaultPlan::random(rate, 1).kinds(&[(Fault::error_before(500, "InternalError"), 1)])
    }

    /// A request fails as a whole or not at all.
    fn failing_in_part(rate: f64) -> FaultPlan {
        FaultPlan::random(rate, 1).kinds(&[(Fault::expired_token(), 1)])
    }
}

/// Bytes of a dimension's value; the limit is 1,024.
const PART: usize = 1_000;
