//! A namespace, as the suites of all services see it.

use std::error::Error;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::RequestId;
use aws_sdk_cloudwatch::operation::put_metric_data::{PutMetricDataInput, PutMetricDataOutput};
use aws_sdk_cloudwatch::types::{Dimension, MetricDatum};
use batch_cloudwatch::{CloudWatch, Compression, Metric};
use batch_local::{LocalServer, StoredDatum};
use batchwright_kit::{
    Copies, Destination, Fixture, Held, Input, Output, Request, Response, Setup, Throttles, client,
};

use crate::cbor::Value;
use crate::requests::{self, PutMetricData};
use crate::support::wall;

/// A namespace. Each metric has its content in a dimension.
pub(crate) struct Namespace<const COMPRESSES: bool>(Client);

pub(crate) type Weather = Namespace<true>;
pub(crate) type Uncompressed = Namespace<false>;

impl<const COMPRESSES: bool> Destination for Namespace<COMPRESSES> {
    type Service = CloudWatch;

    const OPERATION: &'static str = "PutMetricData";
    const BATCH: usize = 1_000;
    const COPIES: Copies = Copies::IfMarked;
    const LARGE: (usize, usize) = (900, 1_000);
    const LEAVES_DOUBT: bool = true;
    const REFUSAL: (u16, &'static str) = (400, "InvalidParameterValue");
    const THROTTLES: Throttles = Throttles::Requests;

    fn open(setup: &Setup) -> Self {
        Self(client!(aws_sdk_cloudwatch, setup))
    }

    /// A namespace exists as soon as it is written to.
    async fn create(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(())
    }

    fn service(&self) -> CloudWatch {
        let compression = if COMPRESSES { Compression::Client } else { Compression::Off };
        CloudWatch::new(self.0.clone(), "Weather").compression(compression)
    }

    fn entry(content: String, _: Option<String>) -> Metric {
        let metric = Metric::new("Temperature", 20.5).dimension("Station", content);
        if COMPRESSES { metric } else { metric.timestamp(start()) }
    }

    fn content(metric: &Metric) -> String {
        metric.get_dimensions().map(|(_, value)| value).collect()
    }

    fn held(server: &LocalServer) -> Vec<Held> {
        let held = |datum: &StoredDatum| Held { content: datum.dimensions[0].1.clone(), lane: None };
        server.cloudwatch().accepted("Weather").iter().map(held).collect()
    }

    fn taken(server: &LocalServer) -> u64 {
        server.cloudwatch().accepted_count("Weather")
    }
}

/// Always the same time, so that requests can be compared.
fn start() -> SystemTime {
    static START: OnceLock<SystemTime> = OnceLock::new();
    *START.get_or_init(wall)
}

impl<const COMPRESSES: bool> Fixture for Namespace<COMPRESSES> {
    const ACCESS_DENIED: (u16, &'static str) = (403, "AccessDenied");
    const DEADLINE: Duration = Duration::from_secs(3_600);
    const EXPIRED: &'static str = "ExpiredToken";
    const IDLE: Duration = Duration::from_secs(1);
    const INTERNAL: &'static str = "InternalServiceError";
    const OPERATIONS: &'static [&'static str] = &["PutMetricData"];
    const PATH: &'static str = "/service/GraniteServiceVersion20100801/operation/PutMetricData";
    const PERMISSION: &'static str = "cloudwatch:PutMetricData";
    const RETRIED: &'static [(u16, &'static str)] = &[(400, "Throttling"), (500, "InternalServiceError")];
    const SPOILT: &'static [(u16, &'static str)] = &[
        (400, "InvalidParameterCombination"),
        (400, "InvalidParameterValue"),
        (400, "MissingParameter"),
        (400, "SomethingNew"),
        (413, "RequestEntityTooLarge"),
    ];
    const UNKNOWN_KEY: &'static str = "InvalidClientTokenId";

    fn accept(_: &Request) -> Response {
        requests::ok()
    }

    fn error(status: u16, code: &str) -> Response {
        requests::error(status, code)
    }

    fn body(request: &Request) -> String {
        format!("{:?}", Value::read(&request.plain()))
    }

    fn read_input(input: &Input) -> Option<Vec<String>> {
        let input: &PutMetricDataInput = input.downcast_ref()?;
        let content = |datum: &MetricDatum| datum.dimensions()[0].value().map(str::to_owned);
        input.metric_data().iter().map(content).collect()
    }

    fn alter(input: &mut Input) -> Option<()> {
        let input: &mut PutMetricDataInput = input.downcast_mut()?;
        for datum in input.metric_data.iter_mut().flatten() {
            let more = Dimension::builder().name("Team").value("Weather").build();
            datum.dimensions.get_or_insert_default().push(more);
        }
        Some(())
    }

    fn check_altered(request: &Request, contents: [&str; 2]) {
        let text = |dimension: &Value, key| dimension.get(key).unwrap().text().to_owned();
        let datums = request.datums();
        assert_eq!(datums.len(), 2);
        for (datum, content) in datums.iter().zip(contents) {
            let dimensions = datum.get("Dimensions").unwrap().list();
            let dimensions: Vec<_> =
                dimensions.iter().map(|known| (text(known, "Name"), text(known, "Value"))).collect();
            let expected = [("Station", content), ("Team", "Weather")];
            assert_eq!(dimensions, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        }
    }

    fn read_output(output: &Output) -> Option<&str> {
        output.downcast_ref::<PutMetricDataOutput>()?.request_id()
    }
}
