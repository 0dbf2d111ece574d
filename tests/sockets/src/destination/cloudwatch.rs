//! Amazon CloudWatch: datums, whose dimensions hold the content.

use anyhow::Result;
use aws_config::SdkConfig;
use aws_sdk_cloudwatch::Client;
use batch_cloudwatch::{CloudWatch, CloudWatchWriter, Metric};
use batch_core::{Settings, Writer};
use batch_local::{LocalServer, StoredDatum};

use super::{Copies, Destination, Held, Throttles, content, number_of};

/// A namespace.
pub(crate) struct Datums(Client);

impl Destination for Datums {
    type Service = CloudWatch;

    const COPIES: Copies = Copies::IfMarked;
    const LANES: u64 = 0;
    /// Far from what the service allows, so that a small load still fills several requests a second.
    const REQUEST_ENTRIES: usize = 20;
    const THROTTLES: Throttles = Throttles::Requests;

    fn open(config: &SdkConfig) -> Self {
        Self(Client::new(config))
    }

    /// A namespace is there as soon as somebody writes to it.
    async fn create(&self) -> Result<()> {
        Ok(())
    }

    fn writer(&self, settings: Settings) -> Result<Writer<CloudWatch>> {
        let namespace = CloudWatch::new(self.0.clone(), NAMESPACE);
        Ok(CloudWatchWriter::builder(namespace).settings(settings).build()?)
    }

    fn entry(number: u64, bytes: usize) -> Metric {
        let content = content(number, bytes);
        let parts = content.as_bytes().chunks(PART);
        let parts = parts.map(|part| std::str::from_utf8(part).expect("contents are ASCII"));
        parts.enumerate().fold(Metric::new("load", 1.0), |metric, (number, part)| {
            metric.dimension(format!("part-{number:02}"), part)
        })
    }

    fn number(metric: &Metric) -> Option<u64> {
        number_of(&metric.metric_dimensions().map(|(_, part)| part).collect::<String>())
    }

    fn held(server: &LocalServer) -> Vec<Held> {
        let held = |datum: &StoredDatum| Held { number: number(datum), lane: None };
        server.cloudwatch().accepted(NAMESPACE).iter().map(held).collect()
    }

    fn taken(server: &LocalServer) -> u64 {
        server.cloudwatch().accepted_count(NAMESPACE)
    }
}

fn number(datum: &StoredDatum) -> Option<u64> {
    number_of(&datum.dimensions.iter().map(|(_, part)| part.as_str()).collect::<String>())
}

const NAMESPACE: &str = "load";
/// Bytes of a dimension's value; the limit is 1,024.
const PART: usize = 1_000;
