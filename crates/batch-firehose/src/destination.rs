use aws_sdk_firehose::Client;
use batch_core::ConfigError;
use batch_smithy::{NameOrArn, Naming};

use crate::limits::STREAM_NAME;

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
pub struct DeliveryStream(NameOrArn);

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

    pub(crate) fn check(&self, client: &Client) -> Result<(), ConfigError> {
        self.0.check(&NAMING, client.config().region())
    }

    fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

batch_smithy::destination!(DeliveryStream);

static NAMING: Naming = Naming {
    noun: "delivery stream",
    service: "firehose",
    resource: "deliverystream/",
    characters: STREAM_NAME,
    punctuation: "-._",
    suffix: "",
};

#[cfg(test)]
mod tests {
    use aws_sdk_firehose::config::{BehaviorVersion, Region};
    use aws_sdk_firehose::{Client, Config};

    use super::DeliveryStream;

    fn client() -> Client {
        let config = Config::builder().behavior_version(BehaviorVersion::latest());
        Client::from_conf(config.region(Region::new("eu-west-1")).build())
    }

    #[track_caller]
    fn check(stream: &DeliveryStream, expected: Result<(), &str>) {
        match (stream.check(&client()), expected) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(part)) => {
                assert!(error.to_string().contains(part), "{stream}: {error}, not {part}");
            }
            (found, _) => panic!("{stream}: {found:?}"),
        }
    }

    #[test]
    fn names_of_1_to_64_letters_digits_hyphens_periods_and_underscores_are_valid() {
        check(&DeliveryStream::new("a"), Ok(()));
        check(&DeliveryStream::new("Clicks-2_new.v1"), Ok(()));
        check(&DeliveryStream::new("a".repeat(64)), Ok(()));

        check(&DeliveryStream::new(""), Err("the delivery stream name has 0 characters; use 1 to 64"));
        check(&DeliveryStream::new("a".repeat(65)), Err("has 65 characters"));
        check(&DeliveryStream::new("cli cks"), Err("' '"));
        check(&DeliveryStream::new("a/b"), Err("'/'"));
    }

    #[test]
    fn arns_of_delivery_streams_in_the_region_of_the_client_are_valid() {
        let arn = |rest: &str| DeliveryStream::new(format!("arn:aws:firehose:{rest}"));
        check(&arn("eu-west-1:123456789012:deliverystream/clicks"), Ok(()));
        check(&arn("eu-west-1:123456789012:deliverystream/a.b_c-D1"), Ok(()));
        check(&arn("eu-west-1:123456789012:stream/clicks"), Err("is not the ARN of a delivery stream"));
        check(&arn("eu-west-1:123456789012:deliverystream/a/b"), Err("'/'"));
        check(&arn("us-east-1:123456789012:deliverystream/clicks"), Err("but the client is in eu-west-1"));
    }

    #[test]
    fn a_request_carries_the_name_and_an_error_does_not_claim_an_account() {
        let arn = DeliveryStream::from("arn:aws:firehose:eu-west-1:123456789012:deliverystream/clicks");
        assert_eq!((arn.stream_name(), DeliveryStream::from("clicks").stream_name()), ("clicks", "clicks"));
        let words = arn.not_found(&client());
        assert!(words.contains("region eu-west-1 for the account of these credentials"), "{words}");
    }
}
