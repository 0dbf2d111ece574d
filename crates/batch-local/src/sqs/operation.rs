crate::operations::operations! {
    reads: CreateQueue, DeleteMessage, DeleteMessageBatch, DeleteQueue, GetQueueAttributes, GetQueueUrl, ListQueues,
        PurgeQueue, ReceiveMessage;
    writes: SendMessage, SendMessageBatch;
}
