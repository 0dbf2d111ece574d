crate::operations::operations! {
    reads: CreateTopic, GetTopicAttributes;
    writes: Publish, PublishBatch;
}
