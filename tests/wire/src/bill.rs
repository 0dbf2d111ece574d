//! What AWS bills for entries, in its units. Prices depend on region and time, and are not known here.

use std::fmt;

use crate::case::{Name, Shape};

/// Units that are billed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bill {
    pub(crate) units: f64,
    pub(crate) unit: &'static str,
}

/// What a thousand entries of this shape cost that travel with so many others in a request. Nothing where the
/// bill depends on how each request is filled.
pub(crate) fn per_thousand(shape: Shape, entries_per_request: f64) -> Option<Bill> {
    let requests = 1_000.0 / entries_per_request;
    let of_each = |size: usize| 1_000.0 * shape.bytes.max(1).div_ceil(size) as f64;
    let (units, unit) = match shape.service {
        Name::CloudWatch => (requests, REQUEST),
        Name::DynamoDb => (of_each(WRITE_UNIT), "write unit"),
        Name::Firehose => (5.0 * of_each(FIVE_KILOBYTES), KB),
        Name::Kinesis => (of_each(KILOBYTE), KB),
        Name::SnsStandard | Name::SqsFifo | Name::SqsStandard => {
            if shape.bytes * REQUEST_MESSAGES > CHUNK {
                return None;
            }
            (requests, REQUEST)
        }
    };
    Some(Bill { units, unit })
}

impl fmt::Display for Bill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = format!("{:.0}", self.units);
        let plural = if units == "1" || self.unit == KB { "" } else { "s" };
        write!(f, "{units} {}{plural}", self.unit)
    }
}

/// Each chunk of the payload of a request is billed as one request (Amazon SNS pricing, standard
/// topics; Amazon SQS pricing).
const CHUNK: usize = 64 << 10;
/// The data of each record is rounded up to it (Amazon Data Firehose pricing, direct put).
const FIVE_KILOBYTES: usize = 5 << 10;
/// The data of each record is rounded up to it (Amazon Kinesis Data Streams pricing, on-demand streams).
const KILOBYTE: usize = 1 << 10;
const KB: &str = "KB";
const REQUEST: &str = "request";
/// Messages of a request (Amazon SNS API reference, `PublishBatch`; Amazon SQS API reference,
/// `SendMessageBatch`).
const REQUEST_MESSAGES: usize = 10;
/// Each item is rounded up to it (Amazon DynamoDB pricing, standard writes).
const WRITE_UNIT: usize = 1 << 10;

#[cfg(test)]
mod tests {
    use super::per_thousand;
    use crate::case::{Name, Shape};

    #[test]
    fn requests_are_billed_or_data() {
        let check = |name, bytes, entries_per_request, expected: Option<&str>| {
            let bill = per_thousand(Shape::new(name, bytes), entries_per_request);
            assert_eq!(bill.map(|bill| bill.to_string()).as_deref(), expected, "{name} {bytes}");
        };
        check(Name::SqsStandard, 100, 1.25, Some("800 requests"));
        check(Name::SqsFifo, 6_553, 10.0, Some("100 requests"));
        check(Name::SqsStandard, 6_554, 10.0, None);
        check(Name::SnsStandard, 6_553, 10.0, Some("100 requests"));
        check(Name::SnsStandard, 6_554, 10.0, None);
        check(Name::CloudWatch, 0, 1_000.0, Some("1 request"));
        check(Name::Firehose, 100, 500.0, Some("5000 KB"));
        check(Name::Firehose, 5_121, 500.0, Some("10000 KB"));
        check(Name::Kinesis, 100, 1.0, Some("1000 KB"));
        check(Name::Kinesis, 1_025, 500.0, Some("2000 KB"));
        check(Name::DynamoDb, 1_024, 25.0, Some("1000 write units"));
    }
}
