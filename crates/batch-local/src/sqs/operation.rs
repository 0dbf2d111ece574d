/// The operations that are served.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Operation {
    CreateQueue,
    DeleteMessage,
    DeleteMessageBatch,
    DeleteQueue,
    GetQueueAttributes,
    GetQueueUrl,
    ListQueues,
    PurgeQueue,
    ReceiveMessage,
    SendMessage,
    SendMessageBatch,
}

impl Operation {
    pub(crate) fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|operation| operation.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CreateQueue => "CreateQueue",
            Self::DeleteMessage => "DeleteMessage",
            Self::DeleteMessageBatch => "DeleteMessageBatch",
            Self::DeleteQueue => "DeleteQueue",
            Self::GetQueueAttributes => "GetQueueAttributes",
            Self::GetQueueUrl => "GetQueueUrl",
            Self::ListQueues => "ListQueues",
            Self::PurgeQueue => "PurgeQueue",
            Self::ReceiveMessage => "ReceiveMessage",
            Self::SendMessage => "SendMessage",
            Self::SendMessageBatch => "SendMessageBatch",
        }
    }

    pub(crate) fn is_write(self) -> bool {
        matches!(self, Self::SendMessage | Self::SendMessageBatch)
    }
}

const ALL: [Operation; 11] = [
    Operation::CreateQueue,
    Operation::DeleteMessage,
    Operation::DeleteMessageBatch,
    Operation::DeleteQueue,
    Operation::GetQueueAttributes,
    Operation::GetQueueUrl,
    Operation::ListQueues,
    Operation::PurgeQueue,
    Operation::ReceiveMessage,
    Operation::SendMessage,
    Operation::SendMessageBatch,
];
