crate::operations::operations! {
    reads: CreateTopic;
    writes: Publish, PublishBatch;
}
