use batch_smithy::NameOrArn;

use crate::validate::NAMING;

/// The topic that a writer publishes to, given by its ARN. A topic whose name ends in `.fifo` is a FIFO topic.
///
/// The ARN is validated when the writer is built. It must be of the client's region, since requests go to the
/// endpoint of the client.
///
/// ```
/// use batch_sns::Topic;
///
/// assert!(Topic::new("arn:aws:sns:eu-west-1:123456789012:alerts.fifo").is_fifo());
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Topic(pub(crate) NameOrArn);

impl Topic {
    /// The topic with this ARN, which is validated when the writer is built.
    pub fn new(arn: impl Into<String>) -> Self {
        Self(NameOrArn::new(arn))
    }

    /// Whether the topic is a FIFO topic: its name ends in `.fifo`.
    #[must_use]
    pub fn is_fifo(&self) -> bool {
        self.as_str().ends_with(NAMING.suffix)
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

batch_smithy::destination!(Topic);

#[cfg(test)]
mod tests {
    use super::Topic;

    #[test]
    fn the_name_alone_says_whether_a_topic_is_fifo() {
        assert!(Topic::new("arn:aws:sns:eu-west-1:123456789012:alerts.fifo").is_fifo());
        assert!(!Topic::new("arn:aws:sns:eu-west-1:123456789012:alerts").is_fifo());
    }
}
