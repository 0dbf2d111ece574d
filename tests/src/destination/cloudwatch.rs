//! Amazon CloudWatch: datums, whose dimensions hold the content.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::{BehaviorVersion, Config, Region, SharedHttpClient};
use batch_cloudwatch::{CloudWatch, Metric};
use batch_local::{Fault, FaultPlan, LocalServer};

use super::{Copies, Destination, Held};
use crate::keys::Keys;

const NAMESPACE: &str = "orders";

/// A namespace.
#[derive(Debug)]
pub struct Datums {
    server: LocalServer,
    client: Client,
}

impl Destination for Datums {
    type Service = CloudWatch;

    const OPERATION: &'static str = "PutMetricData";
    const BATCH: usize = 1_000;
    const LARGE: (usize, usize) = (19_500, 50);
    const COPIES: Copies = Copies::IfMarked;
    const LANES: usize = 0;
    const REFUSAL: (u16, &'static str) = (400, "InvalidParameterValue");
    const LEAVES_DOUBT: bool = true;

    async fn mount(server: &LocalServer, http: SharedHttpClient) -> Self {
        let client = Client::from_conf(
            Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .credentials_provider(Keys::default())
                .http_client(http)
                .region(Region::from_static("us-east-1"))
                .build(),
        );
        Self { server: server.clone(), client }
    }

    fn service(&self) -> CloudWatch {
        CloudWatch::new(self.client.clone(), NAMESPACE)
    }

    fn entry(content: String, _: Option<String>) -> Metric {
        let parts = content.as_bytes().chunks(PART);
        let parts = parts.map(|part| std::str::from_utf8(part).expect("contents are ASCII"));
        parts.enumerate().fold(Metric::new("order", 1.0), |metric, (number, part)| {
            metric.dimension(format!("part-{number:02}"), part)
        })
    }

    fn content(metric: &Metric) -> String {
        metric.metric_dimensions().map(|(_, value)| value).collect()
    }

    fn held(&self) -> Vec<Held> {
        let content = |datum: &batch_local::StoredDatum| {
            datum.dimensions.iter().map(|(_, value)| value.as_str()).collect::<String>()
        };
        let accepted = self.server.cloudwatch().accepted(NAMESPACE);
        accepted.iter().map(|datum| Held { content: content(datum), lane: None }).collect()
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
