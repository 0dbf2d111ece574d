crate::operations::operations! {
    reads: CreateStream, DeleteStream, DescribeStream, DescribeStreamSummary, GetRecords, GetShardIterator, ListShards,
        ListStreams, UpdateMaxRecordSize, UpdateStreamRecordDistributionStrategy;
    writes: PutRecord, PutRecords;
}
