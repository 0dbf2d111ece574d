//! The shapes of requests and answers. Members are optional wherever a client may leave them out:
//! what is missing is refused by the operation, with the service's own error.

use aws_smithy_cbor::Encoder;

use crate::cbor::{Read, Reader, Shape};

/// Makes a structure with optional members, and how each of them is read.
macro_rules! shapes {
    ($($(#[$doc:meta])* $shape:ident { $($member:literal $field:ident: $type:ty = $read:expr;)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub(super) struct $shape {
            $(pub(super) $field: Option<$type>,)*
        }

        impl Shape for $shape {
            fn take(&mut self, name: &str, value: &mut Reader<'_>) -> Read<()> {
                match name {
                    $($member => self.$field = Some($read(value)?),)*
                    _ => value.skip()?,
                }
                Ok(())
            }
        }
    )*};
}

shapes! {
    Datum {
        "Counts" counts: Vec<f64> = |value: &mut Reader<'_>| value.list(MOST_VALUES, Reader::double);
        "Dimensions" dimensions: Vec<Dimension> =
            |value: &mut Reader<'_>| value.list(MOST_DIMENSIONS, Reader::structure);
        "MetricName" metric_name: String = Reader::text;
        "StatisticValues" statistic_values: Statistics = Reader::structure;
        "StorageResolution" storage_resolution: i64 = Reader::integer;
        "Timestamp" timestamp: i64 = Reader::timestamp;
        "Unit" unit: String = Reader::text;
        "Value" value: f64 = Reader::double;
        "Values" values: Vec<f64> = |value: &mut Reader<'_>| value.list(MOST_VALUES, Reader::double);
    }

    /// A dimension, or a filter for dimensions.
    Dimension {
        "Name" name: String = Reader::text;
        "Value" value: String = Reader::text;
    }

    GetMetricStatistics {
        "Dimensions" dimensions: Vec<Dimension> =
            |value: &mut Reader<'_>| value.list(MOST_DIMENSIONS, Reader::structure);
        "EndTime" end_time: i64 = Reader::timestamp;
        "ExtendedStatistics" extended_statistics: Vec<String> =
            |value: &mut Reader<'_>| value.list(MOST_STATISTICS, Reader::text);
        "MetricName" metric_name: String = Reader::text;
        "Namespace" namespace: String = Reader::text;
        "Period" period: i64 = Reader::integer;
        "StartTime" start_time: i64 = Reader::timestamp;
        "Statistics" statistics: Vec<String> =
            |value: &mut Reader<'_>| value.list(MOST_STATISTICS, Reader::text);
        "Unit" unit: String = Reader::text;
    }

    ListMetrics {
        "Dimensions" dimensions: Vec<Dimension> =
            |value: &mut Reader<'_>| value.list(MOST_FILTERS, Reader::structure);
        "MetricName" metric_name: String = Reader::text;
        "Namespace" namespace: String = Reader::text;
        "NextToken" next_token: String = Reader::text;
        "RecentlyActive" recently_active: String = Reader::text;
    }

    PutMetricData {
        "EntityMetricData" entity_metric_data: Vec<Unserved> =
            |value: &mut Reader<'_>| value.list(1, Reader::structure);
        "MetricData" metric_data: Vec<Datum> =
            |value: &mut Reader<'_>| value.list(MOST_DATUMS, Reader::structure);
        "Namespace" namespace: String = Reader::text;
    }

    Statistics {
        "Maximum" maximum: f64 = Reader::double;
        "Minimum" minimum: f64 = Reader::double;
        "SampleCount" sample_count: f64 = Reader::double;
        "Sum" sum: f64 = Reader::double;
    }

    /// Something that is refused whatever it holds.
    Unserved {}
}

/// What an operation answers.
pub(super) trait Output {
    /// Writes the members.
    fn write(&self, to: &mut Encoder);

    /// The body of the answer.
    fn encode(&self) -> Vec<u8> {
        let mut encoder = Encoder::new(Vec::new());
        encoder.begin_map();
        self.write(&mut encoder);
        encoder.end();
        encoder.into_writer()
    }
}

/// The answer that says nothing but that all went well.
impl Output for () {
    fn write(&self, _: &mut Encoder) {}
}

pub(super) const MOST_DATUMS: usize = 1000;
pub(super) const MOST_DIMENSIONS: usize = 30;
pub(super) const MOST_FILTERS: usize = 10;
pub(super) const MOST_STATISTICS: usize = 5;
pub(super) const MOST_VALUES: usize = 150;
