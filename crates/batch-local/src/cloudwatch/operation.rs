crate::operations::operations! {
    reads: GetMetricStatistics, ListMetrics;
    writes: PutMetricData;
}
