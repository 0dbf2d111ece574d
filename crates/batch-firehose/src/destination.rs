use aws_sdk_firehose::Client;
use batch_smithy::NameOrArn;

use crate::validate::NAMING;

/// The delivery stream that a writer sends to, given by name or ARN; the form decides which.
///
/// A text that begins with `arn:` is an ARN, and any other is a name. Either is a delivery stream in the
/// client's region and in the account of its credentials: a request to Amazon Data Firehose carries only the
/// name. The region of an ARN is checked when the writer is built; its account cannot be.
///
/// ```
/// use batch_firehose::DeliveryStream;
///
/// assert_eq!(DeliveryStream::new("clicks").to_string(), "clicks");
///
/// let stream = DeliveryStream::new("arn:aws:firehose:eu-west-1:123456789012:deliverystream/clicks");
/// # let _ = stream;
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct DeliveryStream(pub(crate) NameOrArn);

impl DeliveryStream {
    /// The delivery stream with this name or ARN, which is validated when the writer is built.
    pub fn new(text: impl Into<String>) -> Self {
        Self(NameOrArn::new(text))
    }

    /// The name alone, as requests carry it.
    pub(crate) fn stream_name(&self) -> &str {
        let text = self.as_str();
        text.rsplit_once('/').map_or(text, |(_, name)| name)
    }

    /// Without the account of an ARN, which no request names.
    pub(crate) fn not_found(&self, client: &Client) -> String {
        NAMING.not_found(self, client.config().region(), None)
    }

    fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

batch_smithy::destination!(DeliveryStream);

#[cfg(test)]
mod tests {
    use aws_sdk_firehose::config::{BehaviorVersion, Region};
    use aws_sdk_firehose::{Client, Config};

    use super::DeliveryStream;

    #[test]
    fn a_request_carries_the_name_and_an_error_does_not_claim_an_account() {
        let arn = DeliveryStream::from("arn:aws:firehose:eu-west-1:123456789012:deliverystream/clicks");
        assert_eq!((arn.stream_name(), DeliveryStream::from("clicks").stream_name()), ("clicks", "clicks"));
        let config = Config::builder().behavior_version(BehaviorVersion::latest());
        let client = Client::from_conf(config.region(Region::new("eu-west-1")).build());
        let words = arn.not_found(&client);
        assert!(words.contains("region eu-west-1 for the account of these credentials"), "{words}");
    }
}
