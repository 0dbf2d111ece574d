//! Rejects names that no delivery stream can have. Of a record, only the size can be wrong, which the writer
//! compares with the limits.

use aws_sdk_firehose::Client;
use batch_core::ConfigError;
use batch_smithy::Naming;

use crate::DeliveryStream;
use crate::limits::STREAM_NAME;

/// Checks a name or ARN, and whether this client reaches what it names.
pub(crate) fn stream(stream: &DeliveryStream, client: &Client) -> Result<(), ConfigError> {
    stream.0.check(&NAMING, client.config().region())
}

/// How delivery streams are named (API, `CreateDeliveryStream`).
pub(crate) static NAMING: Naming = Naming {
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

    use super::stream;
    use crate::DeliveryStream;

    fn client() -> Client {
        let config = Config::builder().behavior_version(BehaviorVersion::latest());
        Client::from_conf(config.region(Region::new("eu-west-1")).build())
    }

    #[track_caller]
    fn check(checked: &DeliveryStream, expected: Result<(), &str>) {
        match (stream(checked, &client()), expected) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(part)) => {
                assert!(error.to_string().contains(part), "{checked}: {error}, not {part}");
            }
            (found, _) => panic!("{checked}: {found:?}"),
        }
    }

    #[test]
    fn names_of_1_to_64_letters_digits_hyphens_periods_and_underscores_are_valid() {
        check(&DeliveryStream::new("a"), Ok(()));
        check(&DeliveryStream::new("Clicks-2_new.v1"), Ok(()));
        check(&DeliveryStream::new("a".repeat(64)), Ok(()));

        check(
            &DeliveryStream::new(""),
            Err("the delivery stream name has a length of 0; use 1 to 64 characters"),
        );
        check(&DeliveryStream::new("a".repeat(65)), Err("has a length of 65"));
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
}
