use batch_smithy::Billed;

use crate::{CloudWatch, Metric};

/// What Amazon CloudWatch bills for what a writer has sent; see [`CloudWatch::usage`].
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Usage {
    /// Requests of `PutMetricData`, however many datums they have (Amazon CloudWatch pricing). The metrics
    /// themselves are billed by the month, and merging does not change that.
    pub requests: Billed,
}

impl CloudWatch {
    /// The requests that Amazon CloudWatch bills for what this service has sent so far, and those that a call of
    /// `PutMetricData` for each metric would have been. A metric counts as many as were merged into it.
    ///
    /// A request is counted when CloudWatch accepts it. One that failed, or whose response was lost, is not
    /// counted, although AWS may bill it.
    ///
    /// ```
    /// # use batch_cloudwatch::CloudWatchWriter;
    /// fn report(writer: &CloudWatchWriter) {
    ///     let requests = writer.service().usage().requests;
    ///     println!("{} requests billed in place of {}", requests.sent, requests.single);
    /// }
    /// ```
    #[must_use]
    pub fn usage(&self) -> Usage {
        Usage { requests: self.requests.read() }
    }
}

/// One request, and those of as many metrics as were submitted.
pub(crate) fn of_request(metrics: &[Metric]) -> Billed {
    Billed { sent: 1, single: metrics.iter().map(|metric| u64::from(metric.submitted())).sum() }
}

#[cfg(test)]
mod tests {
    use batch_smithy::Billed;

    use super::of_request;
    use crate::Metric;

    #[test]
    fn a_request_counts_once_and_single_calls_once_for_each_metric() {
        let metrics = [1, 2, 3].map(|value| Metric::new("m", value));
        assert_eq!(of_request(&metrics), Billed { sent: 1, single: 3 });
    }
}
