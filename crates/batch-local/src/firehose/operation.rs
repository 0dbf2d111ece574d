crate::operations::operations! {
    reads: CreateDeliveryStream;
    writes: PutRecord, PutRecordBatch;
}
