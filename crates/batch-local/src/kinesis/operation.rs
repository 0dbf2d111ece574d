crate::operations::operations! {
    reads: CreateStream, DeleteStream, DescribeStream, DescribeStreamSummary, GetRecords, GetShardIterator, ListShards,
        ListStreams, MergeShards, SplitShard, UpdateMaxRecordSize, UpdateStreamRecordDistributionStrategy;
    writes: PutRecord, PutRecords;
}
